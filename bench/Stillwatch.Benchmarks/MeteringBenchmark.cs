using System.Diagnostics;
using System.Text;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Metering;

namespace Stillwatch.Benchmarks;

/// <summary>What the side parser costs: cutting a stream into events, and reading them too. A copy of the same bytes in the same run is the yardstick.</summary>
internal static class MeteringBenchmark
{
    const int Events = 200;
    const int Streams = 400;

    public static void Run(TextWriter output)
    {
        output.WriteLine("stream                      events   bytes   copy ns/byte   cut ns/byte   cut+read ns/byte   cut+read ns/event   allocated bytes/stream");
        Report("Anthropic text", Dialect.Anthropic, "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\" word\"}}\n\n", output);
        Report("OpenAI text", Dialect.OpenAi, "data: {\"id\":\"chatcmpl-D8Z5oo6uDh67AD85p73ksdT1KxhE0\",\"object\":\"chat.completion.chunk\",\"created\":1770933892,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" word\"},\"logprobs\":null,\"finish_reason\":null}],\"usage\":null,\"obfuscation\":\"Qup1BsQ3\"}\n\n", output);
    }

    static void Report(string name, Dialect dialect, string eventText, TextWriter output)
    {
        var stream = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(eventText, Events)));
        var target = new byte[stream.Length];
        var copy = Best(() => stream.CopyTo(target, 0));
        var cut = Best(() => Pass(stream, null));
        long allocated = 0;
        var read = Best(() =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            using var reading = new ResponseReading(dialect);
            Pass(stream, reading);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        });
        output.WriteLine($"{name,-26} {Events,7} {stream.Length,7} {copy / stream.Length,14:0.000} {cut / stream.Length,13:0.00} {read / stream.Length,18:0.00} {read / Events,19:0} {allocated,24}");
    }

    static void Pass(byte[] stream, ResponseReading? reading)
    {
        using var reader = new SseReader();
        ReadOnlySpan<byte> chunk = stream;
        while (reader.TryRead(ref chunk, out var frame))
        {
            reading?.ReadEvent(frame);
        }
    }

    static double Best(Action pass)
    {
        var best = double.MaxValue;
        for (var i = 0; i < Streams; i++)
        {
            var clock = Stopwatch.GetTimestamp();
            pass();
            best = Math.Min(best, Stopwatch.GetElapsedTime(clock).TotalNanoseconds);
        }

        return best;
    }
}
