using System.Text;
using System.Text.Json;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Dialects.Translation;
using Stillwatch.Gateway.Enforcement.Withholding;
using Stillwatch.Gateway.Forwarding;
using Stillwatch.Gateway.Tests.Dialects.Translation;
using Stillwatch.Gateway.Tests.Metering;

namespace Stillwatch.Gateway.Tests.Enforcement.Withholding;

/// <summary>Recorded responses, withheld on both faces: no reasoning comes through, everything else does, in a legal order.</summary>
/// <remarks>Every cut of streams up to 3 KB, a sample of the others; with STILLWATCH_FULL=1 every cut up to 20 KB.</remarks>
public sealed class RecordedReasoningTests
{
    static int WhollyCutBytes => RecordedStreams.IsFull ? 20_000 : 3_000;

    [Fact]
    public void Built_in_responses_lose_their_reasoning_and_nothing_else() => Assert.True(Check(RecordedStreams.BuiltIn) >= 6);

    [Fact]
    public void Recorded_responses_lose_their_reasoning_and_nothing_else()
    {
        var recorded = RecordedStreams.Recorded();
        Assert.SkipWhen(recorded.Count == 0, "no recorded streams beside STILLWATCH_CORPUS; the built-in twin ran");
        Assert.True(Check(recorded) >= 8);
    }

    [Fact]
    public void The_search_finds_reasoning_where_it_is()
    {
        var open = RecordedStreams.BuiltIn[0];
        var told = Spoken.Stream(open.Dialect, open.Bytes);
        Assert.ThrowsAny<Exception>(() => Leaks.AssertNone(open.Bytes, told.Reasoning, told.Answer, "open"));
        Assert.ThrowsAny<Exception>(() => Leaks.AssertNone("{\"x\":\"Let me see, \\u0022rea\"}"u8, told.Reasoning, told.Answer, "spelled otherwise"));
        Assert.ThrowsAny<Exception>(() => MessageRules.Assert(told.Events, "open"));
    }

    // How many, on either face, had reasoning.
    static int Check(IEnumerable<RecordedResponse> responses)
    {
        var reasoned = 0;
        foreach (var recording in responses)
        {
            foreach (var face in (Dialect[])[Dialect.Anthropic, Dialect.OpenAi])
            {
                if (recording.IsStream)
                {
                    reasoned += CheckStream(recording, face) ? 1 : 0;
                }
                else if (recording.Bytes.AsSpan().TrimStart("\n "u8).StartsWith("{"u8))
                {
                    reasoned += CheckBody(recording, face) ? 1 : 0;
                }
            }
        }

        return reasoned;
    }

    static bool CheckStream(RecordedResponse recording, Dialect face)
    {
        var name = $"{recording.Name} for {face}";
        StreamTranslator? Inner() => face == recording.Dialect ? null : Translate.Stream(face, Translated.Context);
        var open = face == recording.Dialect ? recording.Bytes : Translation(recording, face);
        var told = Spoken.Stream(face, open);
        byte[]? first = null;
        foreach (var cut in Cuts(recording.Bytes.Length))
        {
            var run = new WithheldRun();
            var (bytes, hasFailed) = run.Stream(face, recording.Bytes, Inner(), cut);
            first ??= bytes;
            Assert.Equal(first.Length, bytes.Length); // but for the seals, which are new each time, the cut changes nothing
            if (cut % 97 != 0)
            {
                continue;
            }

            var withheld = Spoken.Stream(face, bytes);
            Assert.Equal("", withheld.Reasoning);
            Assert.Equal(told.Answer, withheld.Answer);
            Assert.Equal(open.AsSpan().IndexOf("event: error"u8) >= 0, hasFailed);
            Leaks.AssertNone(bytes, told.Reasoning, told.Answer, name);
            if (told.Reasoning.Length == 0 && told.Signatures.Count == 0 && open.AsSpan().IndexOf("ing_tokens"u8) < 0)
            {
                var isSame = open.AsSpan().StartsWith(bytes) && open.AsSpan(bytes.Length).IndexOf("data"u8) < 0; // a comment may be left at the end
                Assert.True(isSame, $"{name}: changed, though there is nothing to withhold");
            }
            else if (face == Dialect.Anthropic)
            {
                MessageRules.Assert(withheld.Events, name);
                AssertRestores(run, told, withheld, name);
            }
        }

        return told.Reasoning.Length > 0;
    }

    static void AssertRestores(WithheldRun run, Spoken told, Spoken withheld, string name)
    {
        var blocks = withheld.Signatures.Select(token => $$"""{"type":"thinking","thinking":"","signature":"{{token}}"}""");
        var request = $$"""{"messages":[{"role":"assistant","content":[{{string.Join(',', blocks)}},{"type":"tool_use","id":"t"}]}]}""";
        using var restored = JsonDocument.Parse(run.Restored(Dialect.Anthropic, withheld.Signatures.Count == 0 ? "{}" : request));
        if (withheld.Signatures.Count > 0)
        {
            var back = restored.RootElement.GetProperty("messages")[0].GetProperty("content").EnumerateArray().SkipLast(1).ToList();
            Assert.True(told.Reasoning == string.Concat(back.Select(block => Spoken.Text(block.GetProperty("thinking")))), name);
            Assert.Equal(told.Signatures, back.Select(block => Spoken.Text(block.GetProperty("signature"))).Where(signature => signature.Length > 0));
        }
    }

    static bool CheckBody(RecordedResponse recording, Dialect face)
    {
        var open = recording.Bytes;
        if (face != recording.Dialect)
        {
            var output = new System.Buffers.ArrayBufferWriter<byte>();
            if (!Translate.TryResponse(face, open, Translated.Context, output, out _))
            {
                return false;
            }

            open = output.WrittenSpan.ToArray();
        }

        var told = Spoken.Body(face, open);
        var bytes = new WithheldRun().Body(face, open);
        Assert.True(bytes is not null, $"{recording.Name} for {face}: refused");
        var withheld = Spoken.Body(face, bytes);
        Assert.Equal("", withheld.Reasoning);
        Assert.Equal(told.Answer, withheld.Answer);
        Leaks.AssertNone(bytes, told.Reasoning, told.Answer, recording.Name);
        return told.Reasoning.Length > 0;
    }

    static byte[] Translation(RecordedResponse recording, Dialect face)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        var translator = Translate.Stream(face, Translated.Context);
        using var events = new Gateway.Metering.SseReader();
        ReadOnlySpan<byte> chunk = recording.Bytes;
        while (events.TryRead(ref chunk, out var frame))
        {
            translator.Write(frame, output);
        }

        translator.End(output);
        return output.WrittenSpan.ToArray();
    }

    static IEnumerable<int> Cuts(int length) =>
        length <= WhollyCutBytes ? Enumerable.Range(0, length) : Enumerable.Range(0, 6).Select(i => (int)((long)i * 7919 * length / 6 % length)).Append(97);
}
