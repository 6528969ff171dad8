using Stillwatch.Simulator.Corpus;

namespace Stillwatch.Benchmarks.Table;

/// <summary>Which worlds the table is made of.</summary>
internal sealed record TableOptions
{
    public required IReadOnlyList<string> Scenarios { get; init; }

    /// <summary>Runs of each scenario, at least 1.</summary>
    public required int Seeds { get; init; }

    public required ulong FirstSeed { get; init; }

    /// <summary>Factor on the number of accounts.</summary>
    public required double Scale { get; init; }

    public CorpusOptions? Corpus { get; init; }

    /// <summary>False: logs alone, for every detector.</summary>
    public bool WithRecords { get; init; } = true;

    /// <summary>In words, as the page's heading has it.</summary>
    public string Title
        => $"{string.Join(", ", Scenarios.Select(name => $"`{name}`"))}, {Seeds} {(Seeds == 1 ? "seed" : "seeds")} each, scale {Scale:0.##}, "
            + $"{(WithRecords ? "with accounts and apps files" : "logs alone")}, {(Corpus is null ? "built-in texts" : "corpus texts")}";
}
