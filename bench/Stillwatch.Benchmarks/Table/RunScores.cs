using Stillwatch.Benchmarks.Baselines;
using Stillwatch.Simulator;

namespace Stillwatch.Benchmarks.Table;

/// <summary>What every detector said of every account of one run.</summary>
internal sealed record RunScores
{
    public required string Scenario { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>By account index.</summary>
    public required IReadOnlyList<AccountTruth> Truth { get; init; }

    public required long Exchanges { get; init; }

    /// <summary>The baselines, then Stillwatch.</summary>
    public required IReadOnlyList<EntryScores> Entries { get; init; }

    /// <summary>Stillwatch's fixed rule, by account index.</summary>
    public required IReadOnlyList<RuleOutcome> Rule { get; init; }

    /// <summary>CPU-seconds of making the traffic, charged to nobody.</summary>
    public required double SimulationSeconds { get; init; }

    /// <summary>What did not fit into the baselines' bounded tables.</summary>
    public required IReadOnlyList<(string What, long Count)> Bounds { get; init; }
}

/// <param name="CpuSeconds">Of this run, shared stages it needs included.</param>
internal sealed record EntryScores(string Name, IReadOnlyList<ScoredSetting> Settings, double CpuSeconds);
