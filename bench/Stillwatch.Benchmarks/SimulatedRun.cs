using Stillwatch.Engine;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Evaluation;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Benchmarks;

/// <summary>A detector that has taken in a whole simulation, and what was sent to it, in order.</summary>
internal sealed record Simulated(CampaignDetector Detector, Simulation Simulation, AccountIds Ids, IReadOnlyList<(string Account, long TimeMs, ExchangeLabel Label)> Sent);

/// <summary>Simulate, detect and compare with the truth, in one process and without a file.</summary>
internal sealed record SimulatedRun
{
    public required string Scenario { get; init; }

    public ulong Seed { get; init; } = 1;

    public double Scale { get; init; } = 1;

    public CorpusOptions? Corpus { get; init; }

    /// <summary>False: logs alone, as <c>scan LOG</c> without <c>--accounts</c> and <c>--apps</c>.</summary>
    public bool WithRecords { get; init; } = true;

    /// <param name="before">Called with the time of each exchange, Unix milliseconds, before the detector gets it.</param>
    /// <exception cref="InvalidDataException">The corpus cannot be read, or nothing of it is left.</exception>
    public Simulated Detect(Action<Simulated, long>? before = null)
    {
        var simulation = new Simulation(ScenarioReader.Open(Scenario), new SimulationOptions { Seed = Seed, Scale = Scale, Corpus = Corpus });
        var key = DetectionKey.FromText("simulated run");
        var (models, ids, parsed) = (new ModelNames(), new AccountIds(), new ParsedExchange());
        var sketcher = new Sketcher(key, models, ids, new AppRegister(WithRecords ? simulation.Apps : []));
        var detector = new CampaignDetector(new DetectorSettings(), key, new AccountDirectory(key, WithRecords ? simulation.Accounts : []), models, ids);
        var sent = new List<(string, long, ExchangeLabel)>();
        var run = new Simulated(detector, simulation, ids, sent);
        foreach (var (exchange, label) in simulation.Exchanges())
        {
            ExchangeFiller.Fill(exchange, parsed);
            before?.Invoke(run, parsed.TimeMs);
            sketcher.Sketch(parsed, out var sketch);
            detector.Add(sketch);
            sent.Add((exchange.Account, parsed.TimeMs, label));
        }

        detector.Complete();
        return run;
    }

    /// <exception cref="InvalidDataException">The corpus cannot be read, or nothing of it is left.</exception>
    public EvaluationResult Evaluate()
    {
        var (detector, simulation, _, sent) = Detect();

        // The evaluator asks for the label of the exchange it is being given.
        var current = ExchangeLabel.Benign;
        var evaluator = new Evaluator(detector.Report([]), simulation.Truth, _ => current, simulation.Scenario);
        foreach (var (account, timeMs, label) in sent)
        {
            current = label;
            evaluator.Add(new LogEntry("", account, timeMs));
        }

        return evaluator.Result();
    }
}
