namespace Stillwatch.Benchmarks.Table;

internal enum Outcome
{
    /// <summary>Above the best baseline's 95 % interval.</summary>
    Win,

    /// <summary>Inside it.</summary>
    Tie,

    /// <summary>Below it.</summary>
    Loss,
}

/// <param name="Family">A campaign family, or a name for all of them.</param>
/// <param name="Rival">The baseline with the highest recall in that row.</param>
internal sealed record RowVerdict(string Family, Rate Ours, string Rival, Rate Theirs, Outcome Outcome);

/// <summary>The test: in no row below a baseline beyond its 95 % interval, ahead of all in the pooled table.</summary>
/// <remarks>
/// Against ourselves where it matters: a loss is judged against the exact interval, the narrower one as it takes accounts for independent;
/// a win against the wider of the two.
/// </remarks>
internal static class Verdicts
{
    public const string Pooled = "all campaigns";

    /// <summary>Every family, then the pool.</summary>
    public static IReadOnlyList<RowVerdict> Of(TableColumn ours, IReadOnlyList<TableColumn> baselines, IReadOnlyList<string> families)
        => [
            .. families.Select(family => Judge(family, ours.Recall[family], baselines, column => column.Recall[family])),
            Judge(Pooled, ours.PooledRecall, baselines, column => column.PooledRecall),
        ];

    static RowVerdict Judge(string family, Rate ours, IReadOnlyList<TableColumn> baselines, Func<TableColumn, Rate> rate)
    {
        var rival = baselines.MaxBy(column => rate(column).Ratio)!;
        var theirs = rate(rival);
        return new RowVerdict(family, ours, rival.Name, theirs, Decide(ours, theirs));
    }

    internal static Outcome Decide(Rate ours, Rate theirs)
        => ours.Ratio < theirs.Exact.Low ? Outcome.Loss : ours.Ratio > theirs.Widest.High ? Outcome.Win : Outcome.Tie;
}
