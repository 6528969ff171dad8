namespace Stillwatch.Benchmarks.Table;

/// <summary>One detector at one threshold over all pooled runs.</summary>
internal sealed record TableColumn
{
    public required string Name { get; init; }

    /// <summary>The setting that did best, in words.</summary>
    public required string Setting { get; init; }

    /// <summary>By campaign family.</summary>
    public required IReadOnlyDictionary<string, Rate> Recall { get; init; }

    /// <summary>By look-alike class.</summary>
    public required IReadOnlyDictionary<string, Rate> FalsePositives { get; init; }

    /// <summary>Over all accounts, of the method's best setting; 0.5 is chance. Null for a fixed rule, which has no ranking.</summary>
    public double? Area { get; init; }

    /// <summary>Recall when no lawful account at all may be flagged; null for a fixed rule.</summary>
    public double? RecallAtNone { get; init; }

    public required double CpuSeconds { get; init; }

    /// <summary>All campaign accounts of all runs.</summary>
    public Rate PooledRecall => Rate.Sum(Recall.Values);

    public Rate PooledFalsePositives => Rate.Sum(FalsePositives.Values);

    /// <summary>Mean over families: a large family counts no more than a small one.</summary>
    public double MeanRecall => Recall.Count == 0 ? 0 : Recall.Values.Average(rate => rate.Ratio);
}
