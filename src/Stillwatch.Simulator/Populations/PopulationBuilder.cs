using Stillwatch.Simulator.Arrivals;
using Stillwatch.Simulator.Identities;
using Stillwatch.Simulator.Populations.LookAlikes;
using Stillwatch.Simulator.Randomness;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Simulator.Populations;

/// <summary>Fills the world with one benign class; each class says in its own file what it shares with a campaign and what not.</summary>
static class PopulationBuilder
{
    public static void Build(World world, PopulationPlan plan)
    {
        var crowd = new Crowd(world, plan);
        switch (plan.Class)
        {
            case "chat": People.Chat(crowd); break;
            case "code": People.Code(crowd); break;
            case "new-model": People.NewModel(crowd); break;
            case "corporate-network": SharedNetworks.Corporate(crowd); break;
            case "carrier-network": SharedNetworks.Carrier(crowd); break;
            case "household": SharedCards.Household(crowd); break;
            case "procurement-card": SharedCards.Procurement(crowd); break;
            case "viral-prompt": SharedTexts.ViralPrompt(crowd); break;
            case "published-output": SharedTexts.PublishedOutput(crowd); break;
            case "agency": Agencies.Build(crowd); break;
            case "viral-app": Applications.Viral(crowd); break;
            case "own-key-app": Applications.OwnKey(crowd); break;
            case "prompt-variants": Applications.Variants(crowd); break;
            case "coding-agent": CodingAgents.Build(crowd); break;
            case "classroom": Events.Classroom(crowd); break;
            case "hackathon": Events.Hackathon(crowd); break;
            case "licensed-reseller": Resellers.Build(crowd); break;
            case "fail-over": FailOvers.Build(crowd); break;
            case "rag-batch": Pipelines.Rag(crowd); break;
            case "classification-batch": Pipelines.Classification(crowd); break;
            case "labelling": Pipelines.Labelling(crowd); break;
            case "load-test": Pipelines.LoadTest(crowd); break;
            case "benchmark": Harvesters.Benchmark(crowd); break;
            case "synthetic-data": Harvesters.SyntheticData(crowd); break;
            case "licensed-distillation": Harvesters.LicensedDistillation(crowd); break;
            case "red-team": Harvesters.RedTeam(crowd); break;
            case "framed-template": Framed.Template(crowd); break;
            case "framed-echo": Framed.Echo(crowd); break;
            case "framed-exits": Framed.Exits(crowd); break;
            default: throw new InvalidOperationException($"Class '{plan.Class}' has no builder.");
        }
    }
}

/// <summary>One class while it is being built.</summary>
sealed class Crowd(World world, PopulationPlan plan)
{
    public World World { get; } = world;

    /// <summary>Randomness of the class, apart from that of its accounts.</summary>
    public SeededRandom Random { get; } = new(SeededRandom.Derive(world.Seed, SeededRandom.Name(plan.Class)));

    public int Accounts { get; } = world.Scaled(plan.Accounts);

    /// <summary>How many apps, courses or firms there are, at least one; <paramref name="usual"/> when the plan leaves it open.</summary>
    public int Groups(int usual) => Math.Clamp(plan.Groups > 0 ? plan.Groups : usual, 1, Accounts);

    public Persona Open() => World.Enrolment.Open($"benign:{plan.Class}");

    public int Volume(Persona persona) => World.Volume(persona.Random, plan);

    public void Add(Actor actor) => World.Actors.Add(actor);

    /// <summary>When this account may begin: an account opened during the log sends nothing before.</summary>
    public double From(Persona persona) => Math.Max(0, (persona.Record.Created!.Value - World.Scenario.Start).TotalMilliseconds + 60_000);

    public Slot[] PersonSlots(Persona persona, double perSession = 5)
        => Timetables.Person(persona.Random, Volume(persona), From(persona), World.SpanMs, perSession);

    public Slot[] ProgramSlots(Persona persona)
    {
        // A job runs for some hours or all the time.
        var from = From(persona);
        var to = World.SpanMs;
        if (persona.Random.Chance(0.5))
        {
            from = persona.Random.Between(from, to * 0.9);
            to = Math.Min(to, from + (World.HourMs * persona.Random.LogNormal(5, 0.8)));
        }

        return Timetables.Program(persona.Random, Volume(persona), from, to, World.Traces.Profile(persona.Random));
    }

    /// <summary>The class in circles whose sizes <paramref name="size"/> draws, until all accounts are open.</summary>
    public IEnumerable<List<Persona>> Circles(Func<SeededRandom, int> size)
    {
        for (var left = Accounts; left > 0;)
        {
            var members = Math.Min(left, Math.Max(1, size(Random)));
            left -= members;
            yield return [.. Enumerable.Range(0, members).Select(_ => Open())];
        }
    }

    /// <summary>The class in a given number of circles of about equal size.</summary>
    public IEnumerable<List<Persona>> EvenCircles(int circles)
    {
        for (var circle = 0; circle < circles; circle++)
        {
            var members = ((circle + 1) * Accounts / circles) - (circle * Accounts / circles);
            yield return [.. Enumerable.Range(0, members).Select(_ => Open())];
        }
    }
}
