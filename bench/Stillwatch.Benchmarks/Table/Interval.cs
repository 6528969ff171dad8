using Stillwatch.Simulator.Evaluation;

namespace Stillwatch.Benchmarks.Table;

/// <summary>A 95 % interval of a rate.</summary>
internal readonly record struct Interval(double Low, double High)
{
    const double OneSide = 0.975;
    const int Resamples = 2000;

    /// <summary>Rings below which a resampling says nothing.</summary>
    public const int FewestRings = 3;

    public Interval Widest(Interval other) => new(Math.Min(Low, other.Low), Math.Max(High, other.High));

    /// <summary>
    /// Exact (Clopper and Pearson 1934), as if accounts were independent; they are not inside a ring, so it is too narrow.
    /// </summary>
    public static Interval Exact(long hits, long trials)
        => trials == 0
            ? new Interval(0, 1)
            : new Interval(1 - ClopperPearson.Upper(trials - hits, trials, OneSide), ClopperPearson.Upper(hits, trials, OneSide));

    /// <summary>
    /// Percentiles over rings, a campaign of one run each, drawn with replacement (a cluster bootstrap, after Efron 1979). Null below
    /// <see cref="FewestRings"/>.
    /// </summary>
    /// <param name="rings">Hits and trials of each.</param>
    public static Interval? OverRings(IReadOnlyList<(long Hits, long Trials)> rings)
    {
        if (rings.Count < FewestRings)
        {
            return null;
        }

        var random = new Random(20260202);
        var rates = new double[Resamples];
        for (var i = 0; i < Resamples; i++)
        {
            var (hits, trials) = (0L, 0L);
            for (var draw = 0; draw < rings.Count; draw++)
            {
                var ring = rings[random.Next(rings.Count)];
                (hits, trials) = (hits + ring.Hits, trials + ring.Trials);
            }

            rates[i] = trials == 0 ? 0 : (double)hits / trials;
        }

        Array.Sort(rates);
        return new Interval(rates[(int)(Resamples * (1 - OneSide))], rates[(int)(Resamples * OneSide) - 1]);
    }
}
