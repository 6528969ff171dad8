namespace Stillwatch.Benchmarks.Table;

/// <summary>Accounts flagged of accounts there were, run by run; summed over campaigns, ring by ring.</summary>
internal sealed record Rate(IReadOnlyList<(long Hits, long Trials)> Runs)
{
    public long Hits => Runs.Sum(run => run.Hits);

    public long Trials => Runs.Sum(run => run.Trials);

    /// <summary>0 to 1; 0 when there were none.</summary>
    public double Ratio => Trials == 0 ? 0 : (double)Hits / Trials;

    public Interval Exact => Interval.Exact(Hits, Trials);

    /// <summary>The wider of the exact interval and the one over rings, side by side.</summary>
    public Interval Widest => Interval.OverRings(Runs) is { } overRings ? Exact.Widest(overRings) : Exact;

    public static Rate Sum(IEnumerable<Rate> rates)
        => new([.. rates.SelectMany(rate => rate.Runs)]);
}
