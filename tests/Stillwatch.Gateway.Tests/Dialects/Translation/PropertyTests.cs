using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Dialects.Translation;
using Stillwatch.Gateway.Metering;

namespace Stillwatch.Gateway.Tests.Dialects.Translation;

public sealed class PropertyTests
{
    static readonly string[] Seeds =
    [
        """{"model":"m","max_tokens":9,"system":"s","messages":[{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{"x":[1,"\ud83d"]}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"r"}]}]}""",
        """{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:a;base64,b"}}]},{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{\"a\":\"\\u00e9\"}"}}]}],"tools":[{"type":"function","function":{"name":"f"}}]}""",
        """{"id":"chatcmpl-1","choices":[{"index":0,"message":{"content":"a","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"stop"}],"usage":{"prompt_tokens":1}}""",
        """{"id":"msg_1","type":"message","content":[{"type":"text","text":"a"},{"type":"tool_use","id":"a","name":"b","input":{}}],"stop_reason":"end_turn","usage":{"input_tokens":1}}""",
        """{"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":"a","reasoning":"b","tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{\"}"}}]},"finish_reason":"stop"}]}""",
        """{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"a","name":"b","input":{"k":"v"}}}""",
        """{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}""",
    ];

    static readonly Gen<byte[]> Mutated = Gen.Select(Gen.Int[0, Seeds.Length - 1], Gen.Select(Gen.Double[0, 1], Gen.Int[0, 3], Gen.Byte).List[0, 4]).Select(
        (seed, edits) =>
        {
            var bytes = Encoding.UTF8.GetBytes(Seeds[seed]).ToList();
            foreach (var (where, kind, value) in edits)
            {
                var at = (int)(where * (bytes.Count - 1));
                var piece = bytes.GetRange(at, Math.Min(12, bytes.Count - at));
                switch (kind)
                {
                    case 0: bytes[at] = value; break;
                    case 1: bytes.RemoveRange(at, piece.Count / 2); break;
                    case 2: bytes.InsertRange(at, piece); break;
                    default: bytes[at] = "\"{}[],:0\\nu"u8.ToArray()[value % 11]; break;
                }
            }

            return bytes.ToArray();
        });

    [Fact]
    public void No_input_makes_translation_throw() => Mutated.Sample(
        body =>
        {
            foreach (var face in (Dialect[])[Dialect.Anthropic, Dialect.OpenAi])
            {
                Translate.TryRequest(face, body, Translated.Context, new ArrayBufferWriter<byte>(), out _);
                Translate.TryResponse(face, body, Translated.Context, new ArrayBufferWriter<byte>(), out _);
                Translate.Error(400, body);
                var translator = Translate.Stream(face, Translated.Context);
                var output = new ArrayBufferWriter<byte>();
                translator.Write(new SseFrame(default, default, body), output);
                translator.Write(new SseFrame(default, default, Encoding.UTF8.GetBytes(Seeds[4])), output);
                translator.End(output);
            }
        },
        iter: 20_000);

    static readonly Gen<string> Words = Gen.OneOfConst("a", "Ünï", "\"q\"", "\\", "\n", "😀", "{", " ").List[1, 6].Select(words => string.Concat(words));

    static readonly Gen<(string? Thinking, string? Text, List<(string Id, string Arguments)> Calls)> Outputs = Gen.Select(
        Words.Null(), Words.Null(), Words.List[0, 3],
        (thinking, text, inputs) => (thinking, text, inputs.Select((w, n) => ($"call_{n}", new JsonObject { ["w"] = w, ["n"] = n }.ToJsonString())).ToList()));

    [Fact]
    public void A_stream_translated_and_put_together_equals_the_whole_response_translated() => Gen.Select(Outputs, Gen.Int[1, 5], Gen.Bool).Sample(
        (output, size, interleave) =>
        {
            var whole = Completion(output.Thinking, output.Text, output.Calls);
            var (text, ended, _) = Translated.Stream(Dialect.Anthropic, Chunks(output, size, interleave));
            Assert.True(ended);
            AssertEqual(Translated.Response(Dialect.Anthropic, whole.ToJsonString()).Json!, AnthropicMessages.Assemble(text));

            // And back: the message as its own stream, for an OpenAI caller.
            var message = Translated.Response(Dialect.Anthropic, whole.ToJsonString()).Json!;
            var (chunks, _, _) = Translated.Stream(Dialect.OpenAi, Translated.Payloads(text));
            var completion = Translated.Response(Dialect.OpenAi, message.ToJsonString()).Json!;
            completion.Remove("object");
            AssertEqual(completion, OpenAiCompletions.Assemble(chunks));
        },
        iter: 500);

    static void AssertEqual(JsonNode expected, JsonNode actual)
        => Assert.True(JsonNode.DeepEquals(Parsed(expected), Parsed(actual)), $"{expected.ToJsonString()}\n{actual.ToJsonString()}");

    // Arguments are JSON inside a string: equal when they say the same.
    static JsonNode Parsed(JsonNode node)
    {
        node = JsonNode.Parse(node.ToJsonString())!;
        foreach (var call in node["choices"]?[0]?["message"]?["tool_calls"]?.AsArray() ?? [])
        {
            call!["function"]!["arguments"] = JsonNode.Parse((string)call["function"]!["arguments"]!);
        }

        return node;
    }

    static JsonObject Completion(string? thinking, string? text, List<(string Id, string Arguments)> calls) => new()
    {
        ["id"] = "chatcmpl-1",
        ["choices"] = new JsonArray(new JsonObject
        {
            ["message"] = new JsonObject
            {
                ["content"] = text, ["reasoning_content"] = thinking,
                ["tool_calls"] = new JsonArray([.. calls.Select(call =>
                    new JsonObject { ["id"] = call.Id, ["function"] = new JsonObject { ["name"] = "f", ["arguments"] = call.Arguments } })]),
            },
            ["finish_reason"] = "stop",
        }),
        ["usage"] = Usage(),
    };

    static JsonObject Usage() => new() { ["prompt_tokens"] = 20, ["completion_tokens"] = 4, ["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = 5, ["cache_write_tokens"] = 3 } };

    static IEnumerable<string> Chunks((string? Thinking, string? Text, List<(string Id, string Arguments)> Calls) output, int size, bool interleave)
    {
        foreach (var (member, whole) in new[] { ("reasoning_content", output.Thinking), ("content", output.Text) })
        {
            foreach (var piece in Pieces(whole ?? "", size))
            {
                yield return Chunk(new JsonObject { [member] = piece }, null);
            }
        }

        var calls = output.Calls.Select((call, index) => Pieces(call.Arguments, size).Select((piece, n) => (n, Chunk(new JsonObject
        {
            ["tool_calls"] = new JsonArray(n == 0
                ? new JsonObject { ["index"] = index, ["id"] = call.Id, ["function"] = new JsonObject { ["name"] = "f", ["arguments"] = piece } }
                : new JsonObject { ["index"] = index, ["function"] = new JsonObject { ["arguments"] = piece } }),
        }, null)))).SelectMany(call => call);
        foreach (var (_, chunk) in interleave ? calls.OrderBy(call => call.n) : calls)
        {
            yield return chunk;
        }

        yield return Chunk([], "stop");
        yield return new JsonObject { ["choices"] = new JsonArray(), ["usage"] = Usage() }.ToJsonString();
        yield return "[DONE]";
    }

    static string Chunk(JsonObject delta, string? finish) => new JsonObject
    {
        ["id"] = "chatcmpl-1", ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finish }),
    }.ToJsonString();

    // By runes: how a surrogate pair that was cut in two is passed on is a case of its own, and System.Text.Json cannot write one.
    static IEnumerable<string> Pieces(string text, int size) => text.EnumerateRunes().Select(rune => rune.ToString()).Chunk(size).Select(piece => string.Concat(piece));
}
