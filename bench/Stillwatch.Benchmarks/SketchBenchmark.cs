using System.Diagnostics;
using System.Text;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;

namespace Stillwatch.Benchmarks;

/// <summary>Cost of one sketch by prompt size, on distinct prompts: a repeated prompt would be learned by the branch predictor.</summary>
internal static class SketchBenchmark
{
    const long CorpusBytes = 8 << 20;

    public static void Run(TextWriter output)
    {
        output.WriteLine("prompt bytes   ns/sketch   ns/byte   bytes allocated/sketch   (distinct prompts, one thread)");
        foreach (var size in new[] { 200, 1_000, 4_000, 16_000, 32_000 })
        {
            var prompts = Prompts(size);
            var sketcher = new Sketcher(DetectionKey.FromText("benchmark"), new ModelNames(), new AccountIds(), new AppRegister([]));
            var parsed = new ParsedExchange();
            Measure(sketcher, parsed, prompts);
            var best = Enumerable.Range(0, 5).Select(_ => Measure(sketcher, parsed, prompts)).MinBy(m => m.Ns);
            output.WriteLine($"{size,12:N0} {best.Ns,11:N0} {best.Ns / size,9:N2} {best.Bytes,15:N1}");
        }
    }

    static (double Ns, double Bytes) Measure(Sketcher sketcher, ParsedExchange parsed, List<byte[]> prompts)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        foreach (var prompt in prompts)
        {
            parsed.Clear();
            parsed.Account = parsed.Append("acct_benchmark"u8);
            parsed.Model = parsed.Append("model-a"u8);
            parsed.Ip = parsed.Append("203.0.113.7"u8);
            parsed.NewUserText = parsed.Append(prompt);
            parsed.FirstUserText = parsed.NewUserText;
            sketcher.Sketch(parsed, out _);
        }

        var ns = clock.Elapsed.TotalNanoseconds / prompts.Count;
        return (ns, (GC.GetAllocatedBytesForCurrentThread() - before) / (double)prompts.Count);
    }

    static List<byte[]> Prompts(int size)
    {
        var prompts = new List<byte[]>();
        var state = 1UL;
        for (var bytes = 0L; bytes < CorpusBytes; bytes += size)
        {
            var text = new StringBuilder();
            while (text.Length < size)
            {
                state = (state * 6364136223846793005) + 1442695040888963407; // Knuth's MMIX generator
                var letters = (int)(state >> 60) % 9 + 2;
                for (var i = 0; i < letters; i++)
                {
                    text.Append((char)('a' + (int)((state >> (i * 5)) % 26)));
                }

                text.Append((state >> 40) % 12 == 0 ? ". " : " ");
            }

            prompts.Add(Encoding.UTF8.GetBytes(text.ToString(0, size)));
        }

        return prompts;
    }
}
