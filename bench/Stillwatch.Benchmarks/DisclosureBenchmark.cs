using System.Globalization;
using System.Text;
using System.Text.Json;
using Stillwatch.Engine.Judgement;
using Stillwatch.Simulator.Evaluation;

namespace Stillwatch.Benchmarks;

/// <summary>What to run at full size or a part of it.</summary>
internal sealed record DisclosureOptions
{
    public string Scenario { get; init; } = "disclosure";

    public ulong Seed { get; init; } = 1;

    public double Scale { get; init; } = 1;

    public string? Corpus { get; init; }

    /// <summary>What a detecting process may take, bytes; the engine's tables get <see cref="TablesShare"/> of it.</summary>
    public long MemoryBytes { get; init; } = 4L << 30;

    /// <summary>Also with a half, a quarter and an eighth of the memory.</summary>
    public bool Halves { get; init; }

    /// <summary>Where the archive is made, or one that is used again when it is there.</summary>
    public string? Directory { get; init; }

    public int Shards { get; init; } = 2;

    /// <summary>The rest is for accounts' records and names, for a judgement's passing arrays and for the collector's headroom.</summary>
    public const double TablesShare = 0.4;
}

/// <summary>A scenario from text to report: made, sketched and detected in processes of their own, compared with the truth, held against the goals.</summary>
internal static class DisclosureBenchmark
{
    const double MaxFromTextSeconds = 360;
    const double MaxFromSketchesSeconds = 180;
    const double MinNewTextCharacters = 600;
    const int Halvings = 3;
    const double HeapShare = 0.92; // the rest is code, stacks and the runtime's own
    const long LargeArrayBytes = 16L << 20; // by default 85 kB: a judgement's passing arrays would call for a collection of everything
    const long LeastHeapBytes = 1536L << 20; // with small tables, what a judgement takes for a while is most of it

    /// <exception cref="InvalidOperationException">A process failed; the message holds what it said.</exception>
    public static void Run(DisclosureOptions options, string command, string? markdown, TextWriter output, TextWriter error)
    {
        var folder = options.Directory ?? Path.Combine(Path.GetTempPath(), $"stillwatch-{options.Scenario}-{Environment.ProcessId}");
        try
        {
            var page = new StringBuilder();
            var made = Make(options, folder, error);
            Describe(page, options, command, made);
            var budgets = Enumerable.Range(0, options.Halves ? Halvings + 1 : 1).Select(half => options.MemoryBytes >> half).ToList();
            var runs = budgets.Select(budget => (Budget: budget, Measured: Detect(options, folder, budget, error), Found: Evaluate(new SketchArchive(folder), Report(folder)))).ToList();
            Goals(page, options, made, runs[0].Measured);
            Memory(page, runs);
            page.Append(EvaluationPage.Tables(runs[0].Found));
            output.Write(page);
            if (markdown is not null)
            {
                File.WriteAllText(markdown, page.ToString());
            }
        }
        finally
        {
            if (options.Directory is null && Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    static ArchiveMeasures Make(DisclosureOptions options, string folder, TextWriter error)
    {
        var kept = Path.Combine(folder, "made.json");
        if (!File.Exists(kept))
        {
            Directory.CreateDirectory(folder);
            error.WriteLine($"making and sketching {options.Scenario} at scale {options.Scale}");
            List<string> arguments = ["archive", folder, "--scenario", options.Scenario, "--seed", $"{options.Seed}", "--scale", options.Scale.ToString(CultureInfo.InvariantCulture)];
            arguments.AddRange(options.Corpus is null ? [] : ["--corpus", options.Corpus]);
            Self(arguments, error);
        }

        return JsonSerializer.Deserialize<ArchiveMeasures>(File.ReadAllText(kept))!;
    }

    static DetectionMeasures Detect(DisclosureOptions options, string folder, long memoryBytes, TextWriter error)
    {
        error.WriteLine($"detecting with {Size(memoryBytes)}");
        var process = Self(
            ["detect", folder, "--shards", $"{options.Shards}", "--memory-bytes", $"{(long)(memoryBytes * DisclosureOptions.TablesShare)}", "--report", Report(folder)], error,
            Collector(options.Shards, memoryBytes));
        return JsonSerializer.Deserialize<DetectionMeasures>(File.ReadAllText(Report(folder) + ".measures"))! with { PeakBytes = process.PeakBytes };
    }

    static EvaluationResult Evaluate(SketchArchive archive, string reportPath)
    {
        using var file = File.OpenRead(reportPath);
        var report = JsonSerializer.Deserialize(file, ReportJson.Readable.Report)!;
        var truth = archive.Truth();
        var label = Simulator.ExchangeLabel.Benign; // the evaluator asks for the label of the exchange it is being given
        var evaluator = new Evaluator(report, truth, _ => label);
        foreach (var exchange in archive.Labels())
        {
            label = exchange.Label;
            evaluator.Add(new LogEntry("", truth[exchange.Account].Account, exchange.TimeMs));
        }

        return evaluator.Result();
    }

    static void Describe(StringBuilder page, DisclosureOptions options, string command, ArchiveMeasures made)
    {
        page.Append($"### `{options.Scenario}`, seed {options.Seed}, scale {options.Scale:0.###}, {(options.Corpus is null ? "built-in texts" : "corpus texts")}\n\n`{command}`\n\n");
        page.Append($"{made.Exchanges:N0} exchanges of {made.Accounts:N0} accounts; new text of {made.NewTextCharacters:0} characters on average, ")
            .Append($"{made.TextBytes / 1e9:0.0} GB of text read in all. {Environment.ProcessorCount} processors, load average {LoadAverage()}. ")
            .Append($"Generating took {made.GenerateCpuSeconds:N0} CPU-seconds and is in none of the figures; each text is sketched once, some 60 MB after it was written.\n\n");
    }

    static void Goals(StringBuilder page, DisclosureOptions options, ArchiveMeasures made, DetectionMeasures run)
    {
        var part = made.Exchanges / (double)Math.Max(1, run.Exchanges);
        var perExchange = 1e6 * run.CpuSeconds / Math.Max(1, run.Exchanges);
        var scaled = options.Scale >= 1 ? "" : $" (goals are of the full size; here times {options.Scale:0.###})";
        page.Append($"| | wall | CPU | goal, wall |\n|---|--:|--:|---|\n");
        page.Append($"| text to sketches, {ArchiveMaker.Workers} workers | {made.SketchWallSeconds:0.0} s | {made.SketchCpuSeconds:0.0} s | |\n");
        page.Append($"| sketches to report, read from disk | {run.WallSeconds:0.0} s | {run.CpuSeconds:0.0} s | {Against(run.WallSeconds, MaxFromSketchesSeconds * options.Scale)}{scaled} |\n");
        page.Append($"| text to report, one after the other | {made.SketchWallSeconds + run.WallSeconds:0.0} s | {made.SketchCpuSeconds + run.CpuSeconds:0.0} s | {Against(made.SketchWallSeconds + run.WallSeconds, MaxFromTextSeconds * options.Scale)} |\n\n");
        page.Append($"Half the CPU, which is what two free processors would take at best: {(made.SketchCpuSeconds + run.CpuSeconds) / 2:0} s from text, {run.CpuSeconds / 2:0} s from sketches; ")
            .Append($"{perExchange:0.0} CPU-µs an exchange to detect. The collector held detection up for {run.PauseSeconds:0.0} s.")
            .Append(part > 1.000001 ? $" {made.Exchanges - run.Exchanges:N0} exchanges were refused." : "")
            .Append($" New text: {(made.NewTextCharacters >= MinNewTextCharacters ? "met" : "**missed**")} ({MinNewTextCharacters:0} characters). ")
            .Append($"Memory: {(run.PeakBytes <= options.MemoryBytes ? "met" : "**missed**")} (peak {Size(run.PeakBytes)} of {Size(options.MemoryBytes)}).\n\n");
    }

    static void Memory(StringBuilder page, List<(long Budget, DetectionMeasures Measured, EvaluationResult Found)> runs)
    {
        var campaigns = runs[0].Found.Campaigns.Select(score => score.Campaign).ToList();
        page.Append($"Recall by memory (tables get {DisclosureOptions.TablesShare:P0} of it, and 64 MiB at least; what is given up is exchanges of accounts without room, and traits):\n\n| memory | peak | live at the end | given up | {string.Join(" | ", campaigns.Select(EvaluationPage.Short))} | benign at `shape`+ | at `verify` |\n")
            .Append($"|--:|--:|--:|--:|{string.Concat(campaigns.Select(_ => "--:|"))}--:|--:|\n");
        foreach (var (budget, measured, found) in runs)
        {
            page.Append($"| {Size(budget)} | {Size(measured.PeakBytes)} | {Size(measured.LiveBytes)} | {measured.Dropped:N0} | {string.Join(" | ", campaigns.Select(name => $"{100 * found.Campaigns.Single(score => score.Campaign == name).RecallRatio:0.00} %"))} ")
                .Append($"| {found.Classes.Sum(score => score.Restricted):N0} | {found.Classes.Sum(score => score.Verified):N0} |\n");
        }

        page.Append('\n');
    }

    static string Against(double seconds, double goal) => $"{goal:0.0} s: {(seconds <= goal ? "met" : "**missed**")}";

    static string Size(long bytes) => $"{bytes / (double)(1 << 30):0.00} GiB";

    static string Report(string folder) => Path.Combine(folder, "report.json");

    static string LoadAverage() => File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3)) : "unknown";

    /// <summary>How the collector of a detecting process is set: as many heaps as shards, and no more memory than the process may take.</summary>
    static IReadOnlyDictionary<string, string> Collector(int shards, long memoryBytes) => new Dictionary<string, string>
    {
        ["DOTNET_gcServer"] = "1",
        ["DOTNET_GCHeapCount"] = $"{shards:x}",
        ["DOTNET_GCLOHThreshold"] = $"{LargeArrayBytes:x}",
        ["DOTNET_GCHeapHardLimit"] = $"{Math.Max(LeastHeapBytes, (long)(memoryBytes * HeapShare)):x}",
    };

    static MeasuredProcess Self(List<string> arguments, TextWriter error, IReadOnlyDictionary<string, string>? environment = null)
    {
        var process = MeasuredProcess.Run("dotnet", environment, [Path.Combine(AppContext.BaseDirectory, "Stillwatch.Benchmarks.dll"), .. arguments]);
        error.WriteLine($"  {process.WallSeconds:0} s, {process.CpuSeconds:0} CPU-seconds, peak {Size(process.PeakBytes)}");
        return process;
    }
}
