using Stillwatch.Engine.Exchanges;
using Stillwatch.Simulator.Arrivals;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Identities;
using Stillwatch.Simulator.Randomness;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Simulator.Populations;

/// <summary>Everything the accounts of one simulation have in common.</summary>
sealed class World
{
    public const double HourMs = 3_600_000;

    public required ulong Seed { get; init; }

    public required Scenario Scenario { get; init; }

    /// <summary>Factor on the number of accounts, never on what an account sends.</summary>
    public required double Scale { get; init; }

    public required PromptLibrary Library { get; init; }

    public required HarvestFamilies Families { get; init; }

    public required IReadOnlyList<HarvestHabits> Habits { get; init; }

    public required ArrivalTraces Traces { get; init; }

    public required Enrolment Enrolment { get; init; }

    /// <summary>What innocents do that a campaign turns against them.</summary>
    public Victims Victims { get; } = new();

    /// <summary>Those who have spoken their last line are null.</summary>
    public List<Actor?> Actors { get; } = [];

    public List<AppRecord> Apps { get; } = [];

    public double SpanMs => Scenario.Hours * HourMs;

    public double ReleaseMs => Scenario.Models.ReleaseHour * HourMs;

    /// <summary>Accounts of a plan at this scale; at least two, so that what is shared is shared.</summary>
    public int Scaled(int accounts) => Math.Max(2, (int)Math.Round(accounts * Scale));

    /// <summary>Exchanges of one account: log-normal, with the tail cut where one account would be the log.</summary>
    public static int Volume(SeededRandom random, PopulationPlan plan)
        => (int)Math.Clamp(Math.Round(random.LogNormal(plan.ExchangesMedian, plan.ExchangesSigma)), 1, 4000);
}
