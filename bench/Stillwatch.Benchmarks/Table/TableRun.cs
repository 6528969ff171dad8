using Stillwatch.Benchmarks.Baselines;
using Stillwatch.Benchmarks.Baselines.Graphs;
using Stillwatch.Benchmarks.Baselines.Templates;
using Stillwatch.Benchmarks.Baselines.Text;
using Stillwatch.Benchmarks.Baselines.Windows;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Benchmarks.Table;

/// <summary>One simulated world past every detector, in one pass: all see the same exchanges in the same order.</summary>
internal sealed record TableRun
{
    public required Scenario Scenario { get; init; }

    public required ulong Seed { get; init; }

    public double Scale { get; init; } = 1;

    public CorpusOptions? Corpus { get; init; }

    public bool WithRecords { get; init; } = true;

    /// <summary>
    /// Exchanges made before each detector gets its turn, so that its CPU time can be read; bounds what is held of texts.
    /// </summary>
    const int BatchExchanges = 512;

    const string Simulating = "simulation";
    const string Vectors = "vectors";
    const string Templates = "templates";

    /// <param name="history">Lawful traffic of the past, for those who compare with it.</param>
    public RunScores Play(BenignHistory history)
    {
        var clock = new CpuClock();
        var simulation = new Simulation(Scenario, new SimulationOptions { Seed = Seed, Scale = Scale, Corpus = Corpus });
        var book = new AccountBook(simulation.Accounts, WithRecords);
        var truth = new AccountTruth[book.Count];
        foreach (var item in simulation.Truth)
        {
            truth[book[item.Account]] = item;
        }

        var windows = new QueryWindows(book.Count, history.Encoder);
        var clusters = new TemplateClusters();
        IBaseline[] baselines =
        [
            new RateThreshold(book.Count), new Prada(windows), new Seat(windows), new MmdWindow(windows, history.Reference),
            new NearDuplicates(book, clusters, history.KnownKeys), new SynchroTrap(book), new Fraudar(book), new SignalSum(book),
        ];
        var apps = new AppRegister(WithRecords ? simulation.Apps : []);
        var stillwatch = new StillwatchEntry(simulation, WithRecords);
        var queries = Enumerable.Range(0, BatchExchanges).Select(_ => new TraceQuery()).ToArray();
        var parsed = Enumerable.Range(0, BatchExchanges).Select(_ => new ParsedExchange()).ToArray();
        var exchanges = 0L;
        using var trace = simulation.Exchanges().GetEnumerator();
        for (var count = BatchExchanges; count == BatchExchanges;)
        {
            clock.Charge(Simulating, () => count = Fill(trace, book, apps, parsed, queries));
            exchanges += count;
            clock.Charge(StillwatchEntry.Name, () => stillwatch.Add(parsed.AsSpan(0, count)));
            clock.Charge(Vectors, () => Each(queries, count, windows.Add));
            clock.Charge(Templates, () => Each(queries, count, query => Assign(query, clusters, book)));
            foreach (var baseline in baselines)
            {
                clock.Charge(baseline.Name, () => Each(queries, count, baseline.Add));
            }
        }

        var entries = new List<EntryScores>();
        clock.Charge(StillwatchEntry.Name, stillwatch.Complete);
        foreach (var baseline in baselines)
        {
            IReadOnlyList<ScoredSetting> settings = [];
            clock.Charge(baseline.Name, () => settings = [.. baseline.Scores().Select(setting => WithoutLicensed(setting, book))]);
            entries.Add(new EntryScores(baseline.Name, settings, clock.Seconds(baseline.Name)
                + (baseline.Needs.HasFlag(SharedStages.Vectors) ? clock.Seconds(Vectors) : 0)
                + (baseline.Needs.HasFlag(SharedStages.Templates) ? clock.Seconds(Templates) : 0)));
        }

        var (ours, rule) = stillwatch.Scores(truth);
        entries.Add(new EntryScores(StillwatchEntry.Name, ours, clock.Seconds(StillwatchEntry.Name)));
        return new RunScores
        {
            Scenario = Scenario.Name,
            Seed = Seed,
            Truth = truth,
            Exchanges = exchanges,
            Entries = entries,
            Rule = rule,
            SimulationSeconds = clock.Seconds(Simulating),
            Bounds =
            [
                ("queries beyond an account's window", windows.Unseen),
                ("template keys lost", clusters.Lost),
                .. baselines.OfType<SynchroTrap>().Select(trap => ("buckets cut by SynchroTrap", trap.CutBuckets)),
            ],
        };
    }

    static int Fill(IEnumerator<SimulatedExchange> trace, AccountBook book, AppRegister apps, ParsedExchange[] parsed, TraceQuery[] queries)
    {
        var count = 0;
        for (; count < queries.Length && trace.MoveNext(); count++)
        {
            var exchange = trace.Current.Exchange;
            ExchangeFiller.Fill(exchange, parsed[count]);
            queries[count].Fill(exchange, parsed[count], book[exchange.Account], apps);
        }

        return count;
    }

    static void Assign(TraceQuery query, TemplateClusters clusters, AccountBook book)
        => query.Template = query.IsOfRegisteredApp ? -1 : clusters.Assign(query.Tokens.AsSpan(0, query.TokenCount), book.Party(query.Account));

    /// <summary>Licences are known to every operator, and so to every baseline: who has one is never flagged.</summary>
    static ScoredSetting WithoutLicensed(ScoredSetting setting, AccountBook book)
        => setting with { ByAccount = [.. setting.ByAccount.Select((score, account) => book.IsLicensed(account) ? ScoredSetting.Unjudged : score)] };

    static void Each(TraceQuery[] queries, int count, Action<TraceQuery> visit)
    {
        for (var i = 0; i < count; i++)
        {
            visit(queries[i]);
        }
    }
}
