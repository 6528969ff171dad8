using System.Text;
using Stillwatch.Engine;

namespace Stillwatch.Benchmarks;

/// <summary>A hundred million distinct traits against the trait tables: memory as it goes on, and whether a ring in the flood is still found.</summary>
internal static class FloodBenchmark
{
    const long Traits = 100_000_000;
    const double MaxGrowth = 1.1; // tables that fill late may still fill a little; what grows without end would be at four times

    static readonly double[] s_looks = [0.1, 0.25, 0.5, 0.75, 1];

    /// <param name="scale">On the number of traits, for a quick look.</param>
    public static void Run(double scale, long memoryBytes, string command, string? markdown, TextWriter output)
    {
        var dry = new SyntheticTraffic { Accounts = 10_000, Rings = 2, ExchangesPerAccount = 40 };
        var calm = SyntheticRun.Of(dry, new DetectorSettings { MemoryBytes = memoryBytes }, []);
        var live = new List<long>();
        var flood = SyntheticRun.Of(dry with { FloodTraits = (long)(Traits * scale) }, new DetectorSettings { MemoryBytes = memoryBytes }, s_looks, (_, bytes) => live.Add(bytes));
        var page = new StringBuilder($"### Trait flood\n\n`{command}`\n\n");
        page.Append($"{Traits * scale:N0} distinct traits from 1,000 accounts, half of them shown by two, between the exchanges of 10,000 customers and two rings of 100; {memoryBytes >> 20:N0} MiB of tables.\n\n");
        page.Append($"| of the flood | {string.Join(" | ", s_looks.Select(look => $"{look:P0}"))} |\n|---|{string.Concat(s_looks.Select(_ => "--:|"))}\n");
        page.Append($"| live memory, MiB | {string.Join(" | ", live.Select(bytes => $"{bytes >> 20:N0}"))} |\n\n");
        var growth = (double)live[^1] / live[1];
        page.Append($"The end over a quarter: {growth:0.00} (goal {MaxGrowth} at most: {(growth <= MaxGrowth ? "met" : "**missed**")}). Traits given up and counted: {flood.Dropped:N0}.\n\n");
        page.Append($"Recall of the rings: {flood.Recall:P1} in the flood, {calm.Recall:P1} without it; benign accounts at `verify` or above {flood.Benign:N0} and {calm.Benign:N0}. {flood.Exchanges:N0} exchanges, {flood.CpuSeconds:N0} CPU-seconds.\n");
        output.Write(page);
        if (markdown is not null)
        {
            File.WriteAllText(markdown, page.ToString());
        }
    }
}
