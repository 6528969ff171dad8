using Stillwatch.Simulator;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Benchmarks;

/// <summary>The product's scan of a simulated log against <c>zcat FILE | wc -l</c>, in turn, each a process of its own; and its peak memory.</summary>
internal static class ScanBenchmark
{
    const double MaxRatio = 3;
    const double MillionScale = 6.3; // cut at a million lines, some 60,000 of its 92,000 accounts have spoken
    const long MillionLines = 1_000_000;
    const double MaxMillionGiB = 1.5;
    const long ProbeLines = 20_000;

    /// <summary>Goal: at most three times as long as inflating and counting lines.</summary>
    /// <param name="stages">Also where the time goes (<see cref="StageBenchmark"/>).</param>
    public static void Speed(string? corpus, double gigabytes, int rounds, bool stages, TextWriter output)
    {
        // An exchange's size hangs on the texts, so a small log says which scale gives the size asked for.
        double scale;
        using (var probe = BenchmarkLog.Write(Small(corpus, 0.05), long.MaxValue, ProbeLines))
        {
            var simulation = Small(corpus, 0.05);
            scale = gigabytes * 1e9 / (probe.InflatedBytes / (double)probe.Lines * simulation.PlannedExchanges / 0.05) * 1.1;
        }

        using var log = BenchmarkLog.Write(Small(corpus, scale), (long)(gigabytes * 1e9), long.MaxValue);
        output.WriteLine($"{log.InflatedBytes:N0} bytes inflated ({new FileInfo(log.Path).Length:N0} as stored), {log.Lines:N0} lines of {log.Accounts:N0} accounts (disclosure-small, scale {scale:0.00}, {(corpus is null ? "built-in texts" : "corpus texts")}); {Environment.ProcessorCount} processors");
        var (zcats, scans) = (new List<MeasuredProcess>(), new List<MeasuredProcess>());
        for (var round = 1; round <= rounds; round++)
        {
            zcats.Add(MeasuredProcess.Run("sh", "-c", $"zcat '{log.Path}' | wc -l"));
            scans.Add(Scan(log));
            output.WriteLine($"round {round}: zcat | wc -l {zcats[^1].WallSeconds:f2} s, scan {scans[^1].WallSeconds:f2} s, ratio {scans[^1].WallSeconds / zcats[^1].WallSeconds:f2}; scan used {scans[^1].CpuSeconds:f1} CPU-seconds, peak {scans[^1].PeakBytes / 1048576.0:N0} MiB");
        }

        // The best of each: what else the machine did only ever adds.
        var (zcat, scan) = (zcats.Min(run => run.WallSeconds), scans.Min(run => run.WallSeconds));
        output.WriteLine($"best of {rounds}: zcat | wc -l {zcat:f2} s, scan {scan:f2} s, ratio {scan / zcat:f2} (goal {MaxRatio} at most: {(scan / zcat <= MaxRatio ? "met" : "missed")}), {log.Lines / scan:N0} lines/s, {log.InflatedBytes / scan / 1e6:N0} MB/s, peak {scans.Max(run => run.PeakBytes) / 1048576.0:N0} MiB");
        if (stages)
        {
            StageBenchmark.Run(log, output);
        }

        output.WriteLine();
        SketchBenchmark.Run(output);
    }

    /// <summary>Goal: at most 1.5 GiB for a million exchanges over sixty thousand accounts.</summary>
    public static void Memory(string? corpus, bool stages, TextWriter output)
    {
        using var log = BenchmarkLog.Write(Small(corpus, MillionScale), long.MaxValue, MillionLines);
        var scan = Scan(log);
        var gibibytes = scan.PeakBytes / (double)(1 << 30);
        output.WriteLine($"{log.Lines:N0} lines of {log.Accounts:N0} accounts, {log.InflatedBytes:N0} bytes inflated: scan {scan.WallSeconds:f1} s, {scan.CpuSeconds:f1} CPU-seconds, {log.Lines / scan.WallSeconds:N0} lines/s, peak {gibibytes:f2} GiB (goal {MaxMillionGiB} at most: {(gibibytes <= MaxMillionGiB ? "met" : "missed")})");
        if (stages)
        {
            StageBenchmark.Run(log, output);
        }
    }

    static Simulation Small(string? corpus, double scale) => new(
        ScenarioReader.Open("disclosure-small"),
        new SimulationOptions { Scale = scale, Corpus = corpus is null ? null : new CorpusOptions(corpus, [], []) });

    static MeasuredProcess Scan(BenchmarkLog log) => MeasuredProcess.Run(
        "dotnet", Path.Combine(AppContext.BaseDirectory, "stillwatch.dll"), "scan", log.Path, "--accounts", log.In("accounts.jsonl"),
        "--organizations", log.In("organizations.jsonl"), "--apps", log.In("apps.jsonl"), "--out", log.In("report"));
}
