using System.Text.Json;
using Stillwatch.Benchmarks;
using Stillwatch.Benchmarks.Calibration;
using Stillwatch.Benchmarks.Gateway;
using Stillwatch.Benchmarks.Onset;
using Stillwatch.Benchmarks.Table;
using Stillwatch.Console.Reports;
using Stillwatch.Engine;
using Stillwatch.Engine.Judgement;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Corpus;

const string Usage = $"""
    bench: name one of
      scan [--corpus DIR] [--gigabytes 1] [--rounds 3] [--stages]
                            the scan against zcat | wc -l on the same file, its peak memory, where its time goes, the cost of a sketch
      scan --million [--corpus DIR] [--stages]
                            peak memory of a scan of a million exchanges over 60,000 accounts
      evaluation [--seeds 20] [--seed 1] [--scenario disclosure-small] [--scale 1] [--corpus DIR] [--logs-only] [--out FILE.md] [--plot FILE.svg]
                            simulate, detect and evaluate with many seeds, pooled; --out writes the section for docs/evaluation.md
      disclosure [--scale 1] [--seed 1] [--corpus DIR] [--memory 4GiB] [--halves] [--keep DIR] [--scenario NAME] [--out FILE.md]
                            the whole disclosure from text to report: time, memory, recall as the memory halves; --keep uses an archive again
      needle [the same]     rings of 50, 100 and 500 accounts among 250,000
      growth [--scale 1] [--memory 3GiB] [--out FILE.md]
                            exchanges a second at 10,000, 100,000 and 1,000,000 accounts
      flood [--scale 1] [--memory 512MiB] [--out FILE.md]
                            100 million distinct traits: memory as it goes on, recall of rings in the flood
      table [--scenarios disclosure-small,...] [--seeds 3] [--seed 1] [--scale 0.5] [--corpus DIR] [--logs-only] [--out FILE.md]
                            Stillwatch beside published detectors on the same traces, each at its own best threshold; --out writes the section for docs/evaluation.md
      calibration [--scenarios NAME[:SCALE[:SEEDS]],...] [--seeds 20] [--seed 1] [--scale 1] [--corpus DIR] [--rings FILE]
                            every ring that was judged, rejected ones included: stated against true share, with the engine's map and with maps fitted
                            without the ring's family; --rings keeps the rings, or reads those it kept
      onset [--seeds 50] [--seed 1]
                            the tests of onset and pivot: false alarms of groups in which nothing happened, power and delay where something did
      sources --corpus DIR [--scale 0.2] [--seed 1] [--only NAME,...]
                            leave one source out, over every harvest campaign of the corpus
    {GatewayBenchmarkOptions.Usage}
      sketch                the cost of a sketch, by size of the prompt
      sketch --scenario NAME [--seed 1] [--scale 1] [--corpus DIR] [--exchanges 20000] [--rounds 15]
                            the cost of a sketch on a scenario's own exchanges, and a hash over all sketches to compare two builds by
      store [--rows 200000] the exchange log: rows a second, bytes a row, reading back, retention; the check of a key
      console [--accounts 100000] [--campaigns 200] [--rounds 20]
                            server time of each page of the console, milliseconds
      desk [--accounts 100000] [--exchanges 10]
                            what the console's pages on cases, accounts and the audit log ask for, at 200 cases; exchanges of each account
      snapshot [--exchanges 2000000] [--accounts 100000] [--memory-bytes 1073741824]
                            the state of a running gateway: a snapshot written and read back, seconds a GB; what a question costs
      limits                what a limit costs: ns and bytes per admission, 250,000 keys at random and one hot key
      tokens --streams DIR [--each]
                            our own count of output tokens against the stated one, over every recorded response in DIR; --each lists them
      metering              the cost of reading a stream: per event and per byte
      read FILE             reading and parsing alone, against zcat | wc -l
      rings [--scenario tiny] [--seed 1] [--scale 1] [--corpus DIR] [--least -3]: every ring that was weighed, with its evidence
      look [--scenario tiny] [--seed 1] [--scale 1] [--corpus DIR] [--logs-only] [--ignore TRAIT,...] [--report FILE]
                            one run, campaign by campaign with its evidence
      keys [--scenario tiny] [--seed 1] [--scale 1] [--corpus DIR]
                            which content keys a campaign's accounts share
      inline                what a live request costs, parsed and sketched, against a bare JSON pass
      picture REPORT.json OUT.svg
                            the first campaign of a report as the README shows it
    """;

CorpusOptions? Texts() => Option("--corpus") is { } folder ? new CorpusOptions(folder, [], []) : null;

string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var i && i + 1 < args.Length ? args[i + 1] : null;

long Bytes(string size) => Stillwatch.Scan.MemorySize.TryParse(size, out var bytes) ? bytes : throw new ArgumentException($"--memory {size} is no size: give one like 512MiB or 4GiB.");

// The command without where the corpus lies on this machine.
string Command() => "./build.sh bench " + string.Join(' ', args.Select((argument, i) => i > 0 && args[i - 1] == "--corpus" ? "DIR" : i > 0 && args[i - 1] is "--out" or "--plot" or "--keep" ? Path.GetFileName(argument) : argument));

switch (args.FirstOrDefault())
{
    case "gateway":
        return GatewayBenchmark.Run(args[1..], Command(), System.Console.Out, System.Console.Error);
    case "mock" when Option("--port") is { } port: // the processes of bench gateway
        MockUpstream.Run(int.Parse(port));
        return 0;
    case "yarp" when Option("--port") is { } port && Option("--upstream") is { } upstream:
        BareYarp.Run(int.Parse(port), upstream);
        return 0;
    case "console":
        return await ConsoleBenchmark.RunAsync(
            int.Parse(Option("--accounts") ?? "100000"), int.Parse(Option("--campaigns") ?? "200"), int.Parse(Option("--rounds") ?? "20"), System.Console.Out);
    case "desk":
        DeskBenchmark.Run(int.Parse(Option("--accounts") ?? "100000"), int.Parse(Option("--exchanges") ?? "10"), System.Console.Out);
        return 0;
    case "snapshot":
        SnapshotBenchmark.Run(
            int.Parse(Option("--exchanges") ?? "2000000"), int.Parse(Option("--accounts") ?? "100000"), long.Parse(Option("--memory-bytes") ?? "1073741824"), System.Console.Out);
        return 0;
    case "archive" when args.Length > 1: // the processes of bench disclosure
        var made = ArchiveMaker.Make(
            new SketchArchive(args[1]), Option("--scenario") ?? "disclosure", ulong.Parse(Option("--seed") ?? "1"), double.Parse(Option("--scale") ?? "1"),
            Option("--corpus"), System.Console.Error);
        File.WriteAllText(Path.Combine(args[1], "made.json"), JsonSerializer.Serialize(made));
        return 0;
    case "detect" when args.Length > 1:
        var reportPath = Option("--report") ?? Path.Combine(args[1], "report.json");
        var settings = new DetectorSettings { Shards = int.Parse(Option("--shards") ?? "2"), MemoryBytes = long.Parse(Option("--memory-bytes") ?? "805306368") };
        var measures = JsonSerializer.Serialize(ArchiveDetection.Run(new SketchArchive(args[1]), settings, !args.Contains("--logs-only"), reportPath));
        File.WriteAllText(reportPath + ".measures", measures);
        System.Console.WriteLine(measures);
        return 0;
    case "disclosure" or "needle":
        DisclosureBenchmark.Run(
            new DisclosureOptions
            {
                Scenario = Option("--scenario") ?? args[0],
                Seed = ulong.Parse(Option("--seed") ?? "1"),
                Scale = double.Parse(Option("--scale") ?? "1"),
                Corpus = Option("--corpus"),
                MemoryBytes = Bytes(Option("--memory") ?? "4GiB"),
                Halves = args.Contains("--halves"),
                Directory = Option("--keep"),
                Shards = int.Parse(Option("--shards") ?? "2"),
            },
            Command(), Option("--out"), System.Console.Out, System.Console.Error);
        return 0;
    case "growth-one" when args.Length > 2: // the processes of bench growth
        GrowthBenchmark.One(int.Parse(args[1]), long.Parse(args[2]), System.Console.Out);
        return 0;
    case "growth":
        GrowthBenchmark.Run(double.Parse(Option("--scale") ?? "1"), Bytes(Option("--memory") ?? "3GiB"), Command(), Option("--out"), System.Console.Out);
        return 0;
    case "flood":
        FloodBenchmark.Run(double.Parse(Option("--scale") ?? "1"), Bytes(Option("--memory") ?? "512MiB"), Command(), Option("--out"), System.Console.Out);
        return 0;
    case "sketch" when Option("--scenario") is { } sketched:
        ExchangeSketchBenchmark.Run(
            new SimulationOptions { Seed = ulong.Parse(Option("--seed") ?? "1"), Scale = double.Parse(Option("--scale") ?? "1"), Corpus = Texts() },
            sketched, int.Parse(Option("--exchanges") ?? "20000"), int.Parse(Option("--rounds") ?? "15"), System.Console.Out);
        return 0;
    case "sketch":
        SketchBenchmark.Run(System.Console.Out);
        return 0;
    case "store":
        StoreBenchmark.Run(int.Parse(Option("--rows") ?? "200000"), System.Console.Out);
        return 0;
    case "limits":
        LimitsBenchmark.Run(System.Console.Out);
        return 0;
    case "look":
        QuickLook.Run(
            Option("--scenario") ?? "tiny", ulong.Parse(Option("--seed") ?? "1"), double.Parse(Option("--scale") ?? "1"), Option("--corpus"),
            !args.Contains("--logs-only"), Option("--ignore"), Option("--report"), Option("--exclude"), Option("--only"));
        return 0;
    case "rings":
        RingsLook.Run(
            new SimulatedRun
            {
                Scenario = Option("--scenario") ?? "tiny",
                Seed = ulong.Parse(Option("--seed") ?? "1"),
                Scale = double.Parse(Option("--scale") ?? "1"),
                Corpus = Texts(),
            },
            double.Parse(Option("--least") ?? "-3"), System.Console.Out);
        return 0;
    case "tokens" when Option("--streams") is { } streams && Directory.Exists(streams):
        await TokensBenchmark.RunAsync(streams, args.Contains("--each"), System.Console.Out);
        return 0;
    case "metering":
        MeteringBenchmark.Run(System.Console.Out);
        return 0;
    case "keys":
        KeyLook.Run(Option("--scenario") ?? "tiny", ulong.Parse(Option("--seed") ?? "1"), double.Parse(Option("--scale") ?? "1"), Option("--corpus"));
        return 0;
    case "read":
        ReadBenchmark.Run(args[1], System.Console.Out);
        return 0;
    case "inline":
        InlineBenchmark.Run(System.Console.Out);
        return 0;
    case "picture" when args.Length == 3:
        var report = JsonSerializer.Deserialize(File.ReadAllBytes(args[1]), ReportJson.Readable.Report)!;
        File.WriteAllText(args[2], CampaignPicture.Render(report.Campaigns[0]));
        return 0;
    case "scan" when args.Contains("--million"):
        ScanBenchmark.Memory(Option("--corpus"), args.Contains("--stages"), System.Console.Out);
        return 0;
    case "scan":
        ScanBenchmark.Speed(Option("--corpus"), double.Parse(Option("--gigabytes") ?? "1"), int.Parse(Option("--rounds") ?? "3"), args.Contains("--stages"), System.Console.Out);
        return 0;
    case "evaluation":
        EvaluationBenchmark.Run(
            new SimulatedRun
            {
                Scenario = Option("--scenario") ?? "disclosure-small",
                Seed = ulong.Parse(Option("--seed") ?? "1"),
                Scale = double.Parse(Option("--scale") ?? "1"),
                Corpus = Texts(),
                WithRecords = !args.Contains("--logs-only"),
            },
            int.Parse(Option("--seeds") ?? "20"), Command(), Option("--out"), Option("--plot"), System.Console.Out, System.Console.Error);
        return 0;
    case "table":
        TableBenchmark.Run(
            new TableOptions
            {
                Scenarios = (Option("--scenarios") ?? "disclosure-small").Split(',', StringSplitOptions.RemoveEmptyEntries),
                Seeds = int.Parse(Option("--seeds") ?? "3"),
                FirstSeed = ulong.Parse(Option("--seed") ?? "1"),
                Scale = double.Parse(Option("--scale") ?? "0.5"),
                Corpus = Texts(),
                WithRecords = !args.Contains("--logs-only"),
            },
            Command(), Option("--out"), System.Console.Out, System.Console.Error);
        return 0;
    case "calibration":
        var (runScale, runSeeds) = (double.Parse(Option("--scale") ?? "1"), int.Parse(Option("--seeds") ?? "20"));
        CalibrationBenchmark.Run(
            [.. (Option("--scenarios") ?? "tiny,adaptive-tiny").Split(',').Select(run => CalibrationRun.Parse(run, runScale, runSeeds))], ulong.Parse(Option("--seed") ?? "1"),
            Texts(), Option("--rings"), System.Console.Out, System.Console.Error);
        return 0;
    case "onset":
        OnsetBenchmark.Run(int.Parse(Option("--seeds") ?? "50"), ulong.Parse(Option("--seed") ?? "1"), System.Console.Out, System.Console.Error);
        return 0;
    case "sources" when Option("--corpus") is { } corpus && Directory.Exists(corpus):
        SourcesBenchmark.Run(corpus, double.Parse(Option("--scale") ?? "0.2"), ulong.Parse(Option("--seed") ?? "1"), Option("--only"), System.Console.Out, System.Console.Error);
        return 0;
    default:
        System.Console.Error.WriteLine(Usage);
        return 2;
}
