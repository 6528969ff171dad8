using Stillwatch.Engine.Exchanges;
using Stillwatch.Simulator.Arrivals;
using Stillwatch.Simulator.Campaigns;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Identities;
using Stillwatch.Simulator.Populations;
using Stillwatch.Simulator.Scenarios;
using Stillwatch.Simulator.Words;

namespace Stillwatch.Simulator;

/// <summary>How to run a scenario.</summary>
public sealed record SimulationOptions
{
    /// <summary>The same seed gives the same bytes.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Factor on the number of accounts, above 0; what one account sends stays the same.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Null: the built-in texts and arrival profiles.</summary>
    public CorpusOptions? Corpus { get; init; }
}

/// <summary>A scenario with its accounts opened and everybody's timetable made; the exchanges are written as they are enumerated.</summary>
/// <remarks>
/// Memory is a few kilobytes per account plus eight bytes per exchange; texts are made on the fly. <see cref="Exchanges"/> can be enumerated once.
/// Not thread-safe.
/// </remarks>
public sealed class Simulation
{
    readonly World _world;
    bool _enumerated;

    /// <exception cref="InvalidDataException">The corpus cannot be read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The scale is not above 0.</exception>
    public Simulation(Scenario scenario, SimulationOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Scale);
        Scenario = scenario;
        var grammar = BuiltInWords.Load();
        List<CorpusRecord> records = options.Corpus is null ? [] : CorpusReader.Read(options.Corpus);
        var library = new PromptLibrary(grammar, records, scenario.PasteRatio);
        var accounts = (int)((scenario.Populations.Sum(plan => plan.Accounts) + scenario.Campaigns.Sum(plan => plan.Accounts)) * options.Scale);
        var span = scenario.Hours * World.HourMs;
        _world = new World
        {
            Seed = options.Seed,
            Scenario = scenario,
            Scale = options.Scale,
            Library = library,
            Families = HarvestFamilies.From(library, records, options.Corpus, options.Seed),
            Habits = HarvestHabits.Read(options.Corpus?.Directory),
            Traces = new ArrivalTraces(options.Corpus?.Directory, options.Seed),
            Enrolment = new Enrolment(options.Seed, scenario.Start, span, new AddressPlan(accounts), grammar, scenario.Models),
        };
        foreach (var plan in scenario.Populations)
        {
            PopulationBuilder.Build(_world, plan);
        }

        foreach (var plan in scenario.Campaigns)
        {
            CampaignBuilder.Build(_world, plan);
        }

        PlannedExchanges = _world.Actors.Sum(actor => (long)actor!.Slots.Length);
    }

    public Scenario Scenario { get; }

    /// <summary>How many exchanges <see cref="Exchanges"/> will give.</summary>
    public long PlannedExchanges { get; }

    /// <summary>The accounts, ordered by id so that their place says nothing.</summary>
    public IEnumerable<AccountRecord> Accounts => _world.Enrolment.Personas.Select(persona => persona.Record).OrderBy(record => record.Account, StringComparer.Ordinal);

    public IEnumerable<OrganizationRecord> Organizations => _world.Enrolment.Organizations.OrderBy(record => record.Organization, StringComparer.Ordinal);

    public IEnumerable<AppRecord> Apps => _world.Apps.OrderBy(record => record.App, StringComparer.Ordinal);

    public IEnumerable<AccountTruth> Truth => _world.Enrolment.Personas
        .Select(persona => new AccountTruth(persona.Record.Account, persona.Record.Organization, persona.Class, persona.Malicious, persona.Verdict))
        .OrderBy(truth => truth.Account, StringComparer.Ordinal);

    /// <summary>The harvesting tools that campaigns and honest users of this simulation draw from, by name.</summary>
    public IEnumerable<string> HarvestTools => _world.Families.Public.Select(family => family.Name);

    /// <summary>Every exchange, in order of time; at equal times by account.</summary>
    /// <exception cref="InvalidOperationException">Enumerated a second time: actors have spoken their lines.</exception>
    public IEnumerable<SimulatedExchange> Exchanges()
    {
        if (_enumerated)
        {
            throw new InvalidOperationException("The exchanges of a simulation are made once; make another simulation with the same seed to get them again.");
        }

        _enumerated = true;
        return Merge();
    }

    IEnumerable<SimulatedExchange> Merge()
    {
        var next = new int[_world.Actors.Count];
        var queue = new PriorityQueue<int, (uint Ms, int Actor)>(next.Length);
        for (var actor = 0; actor < next.Length; actor++)
        {
            if (_world.Actors[actor]!.Slots is [var first, ..])
            {
                queue.Enqueue(actor, (first.Ms, actor));
            }
        }

        for (var number = 1L; queue.TryPeek(out var actor, out _); number++)
        {
            var speaker = _world.Actors[actor]!;
            yield return speaker.Send(next[actor], number);
            if (++next[actor] < speaker.Slots.Length)
            {
                queue.DequeueEnqueue(actor, (speaker.Slots[next[actor]].Ms, actor));
            }
            else
            {
                queue.Dequeue();
                _world.Actors[actor] = null;
            }
        }
    }
}
