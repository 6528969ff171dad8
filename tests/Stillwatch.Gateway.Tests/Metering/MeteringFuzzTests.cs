using CsCheck;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Metering;

namespace Stillwatch.Gateway.Tests.Metering;

/// <summary>Mutated streams and bodies, in any chunks, in either dialect: nothing throws, every byte comes out, and the reading does not depend on the chunks.</summary>
public sealed class MeteringFuzzTests(LoadedCounter loaded, ITestOutputHelper output) : IClassFixture<LoadedCounter>
{
    const int SampledInputs = 3_000;
    const int FullInputs = 1_000_000;
    const int MaxInputBytes = 4_096;

    // What tends to break parsers, put in at random places.
    static readonly byte[][] s_splinters =
    [
        .. new[] { "\r", "\n", "\r\n", "\n\n", "\"", "\\", "\\u", "\\ud83d", "{", "}", "[", "]", ":", ",", "null", "-1", "1e999", "99999999999", "data:", "event:", "event: error\n", "[DONE]", "\"type\":", "\"usage\":{", "\"index\":-5," }.Select(System.Text.Encoding.UTF8.GetBytes),
        [0], [0xFF], [0xC0, 0x80], [0xEF, 0xBB, 0xBF], [0xED, 0xA0, 0x80], new byte[300],
    ];

    [Fact]
    public void Nothing_that_an_upstream_may_send_makes_the_metering_throw()
    {
        var seeds = RecordedStreams.BuiltIn.Concat(RecordedStreams.Recorded()).ToArray();
        var inputs = 0;
        var mutation = Gen.Select(Gen.Int[0, MaxInputBytes], Gen.Int[0, s_splinters.Length + 2], Gen.Int[0, 255]);
        Gen.Select(Gen.Int[0, seeds.Length - 1], Gen.Double[0, 1], mutation.Array[0, 6], Gen.Int[1, MaxInputBytes].Array[0, 4], Gen.Int[0, 9]).Sample(
            (seed, at, mutations, cuts, oddity) =>
            {
                Interlocked.Increment(ref inputs);
                var bytes = Mutate(Window(seeds[seed].Bytes, at), mutations);
                var dialect = oddity == 0 ? Dialect.Anthropic : oddity == 1 ? Dialect.OpenAi : seeds[seed].Dialect;
                var recording = new RecordedResponse("mutated", dialect, oddity == 2 ? !seeds[seed].IsStream : seeds[seed].IsStream, bytes);
                using var whole = RecordedStreams.Read(recording);
                using var split = RecordedStreams.Read(recording, cuts.Where(cut => cut < bytes.Length).Order());
                Assert.Equal(RecordedStreams.Line(whole), RecordedStreams.Line(split));
                Assert.True(whole.Output.Text.SequenceEqual(split.Output.Text));
                var settlement = Settlement.Of(whole, bytes, loaded.Counter, 200);
                Assert.True(settlement.Usage is { InputTokens: >= 0, CacheReadTokens: >= 0, CacheWriteTokens: >= 0, OutputTokens: >= 0 });
                Assert.True(whole.GeneratedBytes == 0 || settlement.Usage.OutputTokens > 0);
                Assert.InRange(whole.GeneratedOtherBytes, 0, whole.GeneratedBytes);
                whole.ReadBodyEnd(bytes, 0);
            },
            iter: RecordedStreams.IsFull ? FullInputs : SampledInputs,
            threads: RecordedStreams.IsFull ? 2 : 1);
        output.WriteLine($"{inputs:N0} inputs made from {seeds.Length} responses");
    }

    static byte[] Window(byte[] bytes, double at)
    {
        var start = (int)(Math.Max(0, bytes.Length - MaxInputBytes) * at);
        return bytes[start..Math.Min(bytes.Length, start + MaxInputBytes)];
    }

    static byte[] Mutate(byte[] bytes, (int Position, int Kind, int Value)[] mutations)
    {
        var result = new List<byte>(bytes);
        foreach (var (position, kind, value) in mutations)
        {
            var at = position % (result.Count + 1);
            if (kind < s_splinters.Length)
            {
                result.InsertRange(at, s_splinters[kind]);
            }
            else if (kind == s_splinters.Length)
            {
                result.RemoveRange(at, Math.Min(value, result.Count - at));
            }
            else if (kind == s_splinters.Length + 1 && at < result.Count)
            {
                result[at] = (byte)value;
            }
            else
            {
                result.InsertRange(at, result.GetRange(at, Math.Min(value, result.Count - at))); // said twice
            }
        }

        return [.. result];
    }
}
