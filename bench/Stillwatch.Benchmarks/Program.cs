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
using Stillwatch.Simulator.Scenarios;

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

var given = new BenchmarkArguments(args);

CorpusOptions? Texts() => given.Corpus() is { } folder ? new CorpusOptions(folder, [], []) : null;

string? Option(string name) => given.Text(name);

// The command without where the corpus lies on this machine.
string Command() => "./build.sh bench " + string.Join(' ', args.Select((argument, i) => i > 0 && args[i - 1] == "--corpus" ? "DIR" : i > 0 && args[i - 1] is "--out" or "--plot" or "--keep" ? Path.GetFileName(argument) : argument));

try
{
    given.Check();
    return await RunAsync();
}
catch (Exception e) when (e is WrongArgumentException or ScenarioException)
{
    System.Console.Error.WriteLine(e.Message);
    return 2;
}

async Task<int> RunAsync()
{
    switch (args.FirstOrDefault())
    {
        case "gateway":
            return GatewayBenchmark.Run(args[1..], Command(), System.Console.Out, System.Console.Error);
        case "mock" when Option("--port") is { } port: // the processes of bench gateway
            MockUpstream.Run(given.Number("--port", 0));
            return 0;
        case "yarp" when Option("--port") is { } port && Option("--upstream") is { } upstream:
            BareYarp.Run(given.Number("--port", 0), upstream);
            return 0;
        case "console":
            return await ConsoleBenchmark.RunAsync(
                given.Number("--accounts", 100_000), given.Number("--campaigns", 200), given.Number("--rounds", 20), System.Console.Out);
        case "desk":
            DeskBenchmark.Run(given.Number("--accounts", 100_000), given.Number("--exchanges", 10), System.Console.Out);
            return 0;
        case "snapshot":
            SnapshotBenchmark.Run(
                given.Number("--exchanges", 2_000_000), given.Number("--accounts", 100_000), given.Number("--memory-bytes", 1_073_741_824L), System.Console.Out);
            return 0;
        case "archive" when args.Length > 1: // the processes of bench disclosure
            var made = ArchiveMaker.Make(
                new SketchArchive(args[1]), given.Scenario("disclosure"), given.Seed(), given.Number("--scale", 1.0),
                given.Corpus(), System.Console.Error);
            File.WriteAllText(Path.Combine(args[1], "made.json"), JsonSerializer.Serialize(made));
            return 0;
        case "detect" when args.Length > 1:
            var reportPath = Option("--report") ?? Path.Combine(args[1], "report.json");
            var settings = new DetectorSettings { Shards = given.Number("--shards", 2), MemoryBytes = given.Number("--memory-bytes", 805_306_368L) };
            var measures = JsonSerializer.Serialize(ArchiveDetection.Run(new SketchArchive(args[1]), settings, !args.Contains("--logs-only"), reportPath));
            File.WriteAllText(reportPath + ".measures", measures);
            System.Console.WriteLine(measures);
            return 0;
        case "disclosure" or "needle":
            DisclosureBenchmark.Run(
                new DisclosureOptions
                {
                    Scenario = given.Scenario(args[0]),
                    Seed = given.Seed(),
                    Scale = given.Number("--scale", 1.0),
                    Corpus = given.Corpus(),
                    MemoryBytes = given.Bytes("--memory", "4GiB"),
                    Halves = args.Contains("--halves"),
                    Directory = Option("--keep"),
                    Shards = given.Number("--shards", 2),
                },
                Command(), Option("--out"), System.Console.Out, System.Console.Error);
            return 0;
        case "growth-one" when args.Length > 2: // the processes of bench growth
            GrowthBenchmark.One(int.Parse(args[1]), long.Parse(args[2]), System.Console.Out);
            return 0;
        case "growth":
            GrowthBenchmark.Run(given.Number("--scale", 1.0), given.Bytes("--memory", "3GiB"), Command(), Option("--out"), System.Console.Out);
            return 0;
        case "flood":
            FloodBenchmark.Run(given.Number("--scale", 1.0), given.Bytes("--memory", "512MiB"), Command(), Option("--out"), System.Console.Out);
            return 0;
        case "sketch" when Option("--scenario") is { } sketched:
            ExchangeSketchBenchmark.Run(
                new SimulationOptions { Seed = given.Seed(), Scale = given.Number("--scale", 1.0), Corpus = Texts() },
                given.Scenario(sketched), given.Number("--exchanges", 20_000), given.Number("--rounds", 15), System.Console.Out);
            return 0;
        case "sketch":
            SketchBenchmark.Run(System.Console.Out);
            return 0;
        case "store":
            StoreBenchmark.Run(given.Number("--rows", 200_000), System.Console.Out);
            return 0;
        case "limits":
            LimitsBenchmark.Run(System.Console.Out);
            return 0;
        case "look":
            QuickLook.Run(
                given.Scenario("tiny"), given.Seed(), given.Number("--scale", 1.0), given.Corpus(),
                !args.Contains("--logs-only"), Option("--ignore"), Option("--report"), Option("--exclude"), Option("--only"));
            return 0;
        case "rings":
            RingsLook.Run(
                new SimulatedRun
                {
                    Scenario = given.Scenario("tiny"),
                    Seed = given.Seed(),
                    Scale = given.Number("--scale", 1.0),
                    Corpus = Texts(),
                },
                Option("--least") is not { } least ? -3
                    : double.TryParse(least, out var nats) ? nats : throw new WrongArgumentException($"--least {least}: must be a number of nats."), System.Console.Out);
            return 0;
        case "tokens" when Option("--streams") is { } streams && Directory.Exists(streams):
            await TokensBenchmark.RunAsync(streams, args.Contains("--each"), System.Console.Out);
            return 0;
        case "metering":
            MeteringBenchmark.Run(System.Console.Out);
            return 0;
        case "keys":
            KeyLook.Run(given.Scenario("tiny"), given.Seed(), given.Number("--scale", 1.0), given.Corpus());
            return 0;
        case "read" when args.Length == 2:
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
            ScanBenchmark.Memory(given.Corpus(), args.Contains("--stages"), System.Console.Out);
            return 0;
        case "scan":
            ScanBenchmark.Speed(given.Corpus(), given.Number("--gigabytes", 1.0), given.Number("--rounds", 3), args.Contains("--stages"), System.Console.Out);
            return 0;
        case "evaluation":
            EvaluationBenchmark.Run(
                new SimulatedRun
                {
                    Scenario = given.Scenario("disclosure-small"),
                    Seed = given.Seed(),
                    Scale = given.Number("--scale", 1.0),
                    Corpus = Texts(),
                    WithRecords = !args.Contains("--logs-only"),
                },
                given.Number("--seeds", 20), Command(), Option("--out"), Option("--plot"), System.Console.Out, System.Console.Error);
            return 0;
        case "table":
            TableBenchmark.Run(
                new TableOptions
                {
                    Scenarios = given.Scenarios("disclosure-small"),
                    Seeds = given.Number("--seeds", 3),
                    FirstSeed = given.Seed(),
                    Scale = given.Number("--scale", 0.5),
                    Corpus = Texts(),
                    WithRecords = !args.Contains("--logs-only"),
                },
                Command(), Option("--out"), System.Console.Out, System.Console.Error);
            return 0;
        case "calibration":
            var (runScale, runSeeds) = (given.Number("--scale", 1.0), given.Number("--seeds", 20));
            CalibrationBenchmark.Run(
                [.. (Option("--scenarios") ?? "tiny,adaptive-tiny").Split(',').Select(run => CalibrationRun.Parse(run, runScale, runSeeds))], given.Seed(),
                Texts(), Option("--rings"), System.Console.Out, System.Console.Error);
            return 0;
        case "onset":
            OnsetBenchmark.Run(given.Number("--seeds", 50), given.Seed(), System.Console.Out, System.Console.Error);
            return 0;
        case "sources" when Option("--corpus") is { } corpus && Directory.Exists(corpus):
            SourcesBenchmark.Run(corpus, given.Number("--scale", 0.2), given.Seed(), Option("--only"), System.Console.Out, System.Console.Error);
            return 0;
        default:
            System.Console.Error.WriteLine(Usage);
            return 2;
    }
}
