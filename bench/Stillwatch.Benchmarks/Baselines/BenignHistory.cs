using Stillwatch.Benchmarks.Baselines.Templates;
using Stillwatch.Benchmarks.Baselines.Text;
using Stillwatch.Benchmarks.Baselines.Windows;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Benchmarks.Baselines;

/// <summary>
/// What the methods that compare with lawful traffic of the past are given: the same scenario under another seed, its campaigns left out by
/// the truth. No operator's history is that clean; it is in the baselines' favour.
/// </summary>
/// <remarks>
/// About <see cref="Accounts"/> lawful accounts of every look-alike class. Word frequencies for the encoder, reference queries for MMD,
/// templates already known.
/// </remarks>
internal sealed class BenignHistory
{
    /// <summary>Lawful accounts simulated.</summary>
    public const int Accounts = 1_000;

    /// <summary>Reference queries kept; the MMD paper's window is 1,500.</summary>
    public const int ReferenceQueries = 1_000;

    const ulong OtherSeed = 0x5EED_0F_2025;

    readonly List<ulong[]> _sample = [];
    readonly Dictionary<ulong, int> _keyAccounts = []; // account + 1, or -1 for two or more
    readonly HashSet<ulong> _known = [];
    readonly Random _random = new(1);
    BenignReference? _reference;
    long _offered;

    public TextEncoder Encoder { get; } = new();

    public BenignReference Reference => _reference ?? throw new InvalidOperationException("The history is not closed yet.");

    /// <summary>Shingles that at least two lawful accounts of the past sent.</summary>
    public IReadOnlySet<ulong> KnownKeys => _known;

    /// <summary>Exchanges taken in.</summary>
    public long Exchanges { get; private set; }

    /// <exception cref="InvalidDataException">The scenario has no lawful accounts: nothing could be flagged wrongly.</exception>
    public static BenignHistory Of(Scenario scenario, ulong seed, CorpusOptions? corpus)
    {
        var lawful = scenario.Populations.Sum(plan => plan.Accounts);
        if (lawful == 0)
        {
            throw new InvalidDataException($"Scenario {scenario.Name} has no lawful accounts, so it cannot stand in the table: give it populations.");
        }

        var simulation = new Simulation(scenario, new SimulationOptions { Seed = seed ^ OtherSeed, Scale = (double)Accounts / lawful, Corpus = corpus });
        var truth = simulation.Truth.ToDictionary(item => item.Account, item => item.Malicious);
        var book = new AccountBook(simulation.Accounts, withRecords: true);
        var apps = new AppRegister(simulation.Apps);
        var (parsed, query) = (new ParsedExchange(), new TraceQuery());
        var history = new BenignHistory();
        foreach (var (exchange, _) in simulation.Exchanges())
        {
            if (!truth[exchange.Account])
            {
                ExchangeFiller.Fill(exchange, parsed);
                query.Fill(exchange, parsed, book[exchange.Account], apps);
                history.Add(query);
            }
        }

        history.Close();
        return history;
    }

    public void Add(TraceQuery query)
    {
        Exchanges++;
        var tokens = query.Tokens.AsSpan(0, query.TokenCount);
        Encoder.Learn(tokens);
        TemplateClusters.ForEachKey(tokens, key =>
        {
            if (!_keyAccounts.TryAdd(key, query.Account + 1) && _keyAccounts[key] != query.Account + 1)
            {
                _keyAccounts[key] = -1;
                _known.Add(key);
            }
        });
        if (tokens.IsEmpty || query.IsOfRegisteredApp)
        {
            return;
        }

        // A uniform sample of queries (Vitter 1985, algorithm R).
        if (_sample.Count < ReferenceQueries)
        {
            _sample.Add(tokens.ToArray());
        }
        else if (_random.NextInt64(_offered + 1) is var place && place < ReferenceQueries)
        {
            _sample[(int)place] = tokens.ToArray();
        }

        _offered++;
    }

    /// <summary>Encodes the reference with the word frequencies of the whole history.</summary>
    public void Close()
    {
        var rows = new float[_sample.Count * TextEncoder.Dimensions];
        var kept = 0;
        foreach (var tokens in _sample)
        {
            kept += Encoder.Encode(tokens, rows.AsSpan(kept * TextEncoder.Dimensions, TextEncoder.Dimensions)) ? 1 : 0;
        }

        _reference = new BenignReference(rows[..(kept * TextEncoder.Dimensions)]);
        _sample.Clear();
        _keyAccounts.Clear();
    }
}
