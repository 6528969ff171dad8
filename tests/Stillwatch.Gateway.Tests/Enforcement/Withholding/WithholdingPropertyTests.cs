using System.Text;
using System.Text.Json;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Tests.Metering;

namespace Stillwatch.Gateway.Tests.Enforcement.Withholding;

/// <summary>Streams made up at random, cut at random. 10,000, with STILLWATCH_FULL=1 200,000.</summary>
public sealed class WithholdingPropertyTests
{
    static int Runs => RecordedStreams.IsFull ? 200_000 : 10_000;

    [Fact]
    public void Whatever_comes_in_whatever_pieces_reasoning_stays_and_the_answer_goes()
    {
        var random = new Random(20261123);
        var run = new WithheldRun();
        for (var at = 0; at < Runs; at++)
        {
            var face = at % 2 == 0 ? Dialect.Anthropic : Dialect.OpenAi;
            var payloads = face == Dialect.Anthropic ? Message(random) : Chat(random);
            var bytes = Encoding.UTF8.GetBytes(WithheldRun.Events(face, payloads));
            int[] cuts = [.. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(bytes.Length)).Order()];
            var (got, hasFailed) = run.Stream(face, bytes, null, cuts);
            var text = Encoding.UTF8.GetString(got);
            Assert.False(hasFailed);
            Assert.DoesNotContain("SECRET", text); // every word of reasoning begins with it
            var (told, withheld) = (Spoken.Stream(face, bytes), Spoken.Stream(face, got));
            Assert.Equal("", withheld.Reasoning);
            Assert.Equal(WithoutTags(told.Answer), withheld.Answer);
            if (face == Dialect.Anthropic)
            {
                MessageRules.Assert(withheld.Events, $"run {at}");
                var content = withheld.Signatures.Select(token => $$"""{"type":"thinking","thinking":"","signature":"{{token}}"}""");
                using var back = JsonDocument.Parse(run.Restored(face, $$"""{"messages":[{"content":[{{string.Join(',', [.. content, "{\"type\":\"tool_use\"}"])}}]}]}"""));
                var blocks = back.RootElement.GetProperty("messages")[0].GetProperty("content").EnumerateArray().SkipLast(1).ToList();
                Assert.Equal(told.Reasoning, string.Concat(blocks.Select(block => Spoken.Text(block.GetProperty("thinking")))));
                Assert.Equal(told.Signatures, blocks.Select(block => Spoken.Text(block.GetProperty("signature"))).Where(signature => signature.Length > 0));
            }
        }
    }

    // All reasoning in text is "<think>…</think>" at the beginning of a block, marked so that it can be found without the code under test.
    static string WithoutTags(string answer) =>
        System.Text.RegularExpressions.Regex.Replace(answer, "<(think(?:ing)?)>[^<]*</\\1>", "");

    static IEnumerable<string> Message(Random random)
    {
        yield return """{"type":"message_start","message":{"id":"m","content":[],"usage":{"input_tokens":1,"output_tokens":1}}}""";
        var blocks = random.Next(1, 5);
        for (var index = 0; index < blocks; index++)
        {
            var kind = random.Next(3);
            yield return Start(index, kind switch
            {
                0 => """{"type":"thinking","thinking":"","signature":""}""",
                1 => """{"type":"text","text":""}""",
                _ => """{"type":"tool_use","id":"t","name":"n","input":{}}""",
            });
            var text = kind switch { 0 => Words(random, "SECRET"), 1 => Text(random), _ => Words(random, "arg") };
            foreach (var piece in Pieces(random, text))
            {
                yield return random.Next(8) == 0 ? """{"type": "ping"}""" : """{"type":"progress"}""";
                yield return Delta(index, kind switch
                {
                    0 => $$"""{"type":"thinking_delta","thinking":"{{piece}}"}""",
                    1 => $$"""{"type":"text_delta","text":"{{piece}}"}""",
                    _ => $$"""{"type":"input_json_delta","partial_json":"{{piece}}"}""",
                }) + new string(' ', random.Next(5));
            }

            if (kind == 0 && random.Next(4) > 0)
            {
                yield return Delta(index, $$"""{"type":"signature_delta","signature":"SECRET{{random.Next(1000)}}=="}""");
            }

            if (index < blocks - 1 || random.Next(3) > 0)
            {
                yield return $$"""{"type":"content_block_stop","index":{{index}}}""";
            }
        }

        yield return """{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9}}""";
        yield return """{"type":"message_stop"}""";
    }

    static IEnumerable<string> Chat(Random random)
    {
        yield return Chunk("""{"role":"assistant","content":""}""");
        var carrier = random.Next(2) == 0 ? "reasoning" : "reasoning_content";
        foreach (var piece in random.Next(2) == 0 ? Pieces(random, Words(random, "SECRET")) : [])
        {
            yield return Chunk($$"""{"{{carrier}}":"{{piece}}"}""");
        }

        foreach (var piece in Pieces(random, Text(random)))
        {
            yield return Chunk($$"""{"content":"{{piece}}"}""");
        }

        if (random.Next(2) == 0)
        {
            yield return Chunk("""{"tool_calls":[{"index":0,"id":"call_1"}]}""");
        }

        yield return """{"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""";
        yield return "[DONE]";
    }

    static string Start(int index, string block) => $$"""{"type":"content_block_start","index":{{index}},"content_block":{{block}}}""";

    static string Delta(int index, string delta) => $$"""{"type":"content_block_delta","index":{{index}},"delta":{{delta}}}""";

    static string Chunk(string delta) => $$"""{"id":"c","choices":[{"index":0,"delta":{{delta}},"finish_reason":null}]}""";

    static string Text(Random random)
    {
        var tag = random.Next(2) == 0 ? "think" : "thinking";
        var reasoning = random.Next(2) == 0 ? $"<{tag}>{Words(random, "SECRET")}</{tag}>" : "";
        return $"{(random.Next(3) == 0 ? "\\n " : "")}{reasoning}{(random.Next(9) == 0 ? "<thi" : Words(random, "answer"))}";
    }

    static string Words(Random random, string word) => string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(5) switch
    {
        0 => $"{word}\\u00fc ",
        1 => $"{word}\\ud83d",
        2 => $"{word} ü\\n",
        _ => $"{word}{random.Next(100)} ",
    }));

    // Cut anywhere but inside an escape; reasoning words are never cut, so that each piece that leaks is seen.
    static List<string> Pieces(Random random, string spelled)
    {
        var pieces = new List<string>();
        var from = 0;
        for (var at = 0; at < spelled.Length; at += spelled[at] != '\\' ? 1 : spelled[at + 1] == 'u' ? 6 : 2)
        {
            if (random.Next(6) == 0 && spelled.LastIndexOf("SECRET", at, StringComparison.Ordinal) is var word && (word < 0 || at >= word + 6 || at == word))
            {
                pieces.Add(spelled[from..at]);
                from = at;
            }
        }

        pieces.Add(spelled[from..]);
        return pieces;
    }
}
