using System.Diagnostics;
using System.Text;
using Stillwatch.Engine;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Sketches;

namespace Stillwatch.Benchmarks;

/// <summary>One detector over synthetic traffic: how fast, how large, and whether the rings in it were found.</summary>
/// <param name="SketchSeconds">CPU it took to make the sketches; in none of the other figures.</param>
internal sealed record SyntheticRun(long Exchanges, double WallSeconds, double CpuSeconds, double SketchSeconds, long LiveBytes, long Dropped, double Recall, int Benign)
{
    public double PerCpuSecond => Exchanges / CpuSeconds;

    /// <param name="looks">Shares of the traffic after which the live bytes are told to <paramref name="look"/>.</param>
    public static SyntheticRun Of(SyntheticTraffic traffic, DetectorSettings settings, IReadOnlyList<double> looks, Action<double, long>? look = null)
    {
        // What the sketches alone cost, measured on a part of them.
        var (probe, made) = (Environment.CpuUsage.TotalTime, 0L);
        (traffic with { Accounts = Math.Max(1, traffic.Accounts / 20), FloodTraits = traffic.FloodTraits / 20 }).Each(SyntheticTraffic.Key, _ => made++);
        var perSketch = (Environment.CpuUsage.TotalTime - probe).TotalSeconds / made;

        var (models, ids) = (new ModelNames(), new AccountIds());
        models.IndexOf("model"u8);
        foreach (var record in traffic.Records())
        {
            ids.Learn(SyntheticTraffic.Key.Name(Engine.Traits.TraitKind.None, Encoding.UTF8.GetBytes(record.Account)), record.Account);
        }

        var directory = new AccountDirectory(SyntheticTraffic.Key, traffic.Records());
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var detector = new CampaignDetector(settings, SyntheticTraffic.Key, directory, models, ids);
        var (cpu, wall, count, next) = (Environment.CpuUsage.TotalTime, Stopwatch.StartNew(), 0L, 0);
        traffic.Each(SyntheticTraffic.Key, sketch =>
        {
            detector.Add(sketch);
            if (next < looks.Count && ++count >= looks[next] * traffic.Exchanges)
            {
                look!(looks[next++], GC.GetTotalMemory(forceFullCollection: true) - before);
            }
        });
        detector.Complete();
        var report = detector.Report([]);
        var used = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds - (perSketch * traffic.Exchanges);
        var seconds = wall.Elapsed.TotalSeconds - (perSketch * traffic.Exchanges);
        var live = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(detector);
        var flagged = report.Accounts.Where(account => account.Response >= Rung.Verify).Select(account => account.Account).ToHashSet();
        var found = flagged.Count(traffic.IsMember);
        return new SyntheticRun(
            report.Input.Exchanges, seconds, used, perSketch * traffic.Exchanges, live, report.Input.Dropped,
            traffic.Rings == 0 ? 1 : (double)found / (traffic.Rings * traffic.RingAccounts), flagged.Count(id => id.StartsWith("acct-", StringComparison.Ordinal)));
    }
}

/// <summary>Exchanges a second as accounts grow, each size in a process of its own with the same memory.</summary>
internal static class GrowthBenchmark
{
    const double MinRatio = 0.8;
    const int AccountsPerRing = 10_000;
    const int WarmUpAccounts = 5_000; // compiling the engine is no part of its speed

    static readonly int[] s_sizes = [10_000, 100_000, 1_000_000];

    /// <summary>One size; prints one row.</summary>
    public static void One(int accounts, long memoryBytes, TextWriter output)
    {
        var traffic = new SyntheticTraffic { Accounts = accounts, Rings = Math.Max(1, accounts / AccountsPerRing) };
        SyntheticRun.Of(new SyntheticTraffic { Accounts = WarmUpAccounts, Rings = 1 }, new DetectorSettings { MemoryBytes = memoryBytes }, []);
        var run = SyntheticRun.Of(traffic, new DetectorSettings { MemoryBytes = memoryBytes }, []);
        output.WriteLine($"| {accounts:N0} | {run.Exchanges:N0} | {run.PerCpuSecond:N0} | {run.Exchanges / run.WallSeconds:N0} | {run.LiveBytes >> 20:N0} MiB | {run.Dropped:N0} | {run.Recall:P1} | {run.Benign:N0} |");
        output.WriteLine($"rate {run.PerCpuSecond:R}");
    }

    /// <param name="scale">On the number of accounts, for a quick look.</param>
    public static void Run(double scale, long memoryBytes, string command, string? markdown, TextWriter output)
    {
        var page = new StringBuilder($"### Growth\n\n`{command}`\n\nSynthetic sketches, 20 an account over 48 hours, a ring of 100 in every ten thousand accounts, {memoryBytes >> 20:N0} MiB of tables, judgements included.\n\n");
        page.Append("| accounts | exchanges | exchanges a CPU-second | a second | live | given up | recall | benign at `verify`+ |\n|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        var rates = new List<double>();
        foreach (var size in s_sizes)
        {
            var lines = MeasuredProcess.Output("dotnet", Path.Combine(AppContext.BaseDirectory, "Stillwatch.Benchmarks.dll"), "growth-one", $"{(int)(size * scale)}", $"{memoryBytes}").Split('\n');
            page.Append(lines[0]).Append('\n');
            rates.Add(double.Parse(lines[1]["rate ".Length..]));
        }

        var ratio = rates[^1] / rates[0];
        page.Append($"\nThe last over the first, by CPU: {ratio:0.00} (goal {MinRatio} at least: {(ratio >= MinRatio ? "met" : "**missed**")}{(scale >= 1 ? "" : $"; at scale {scale:0.###}")}).\n");
        output.Write(page);
        if (markdown is not null)
        {
            File.WriteAllText(markdown, page.ToString());
        }
    }
}
