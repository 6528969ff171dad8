using Stillwatch.Simulator.Evaluation;

namespace Stillwatch.Benchmarks.Table;

/// <summary>A 95 % interval of a rate.</summary>
internal readonly record struct Interval(double Low, double High)
{
    const double OneSide = 0.975;
    const int Resamples = 2000;

    /// <summary>Seeds below which a resampling says nothing.</summary>
    public const int FewestSeeds = 3;

    public Interval Widest(Interval other) => new(Math.Min(Low, other.Low), Math.Max(High, other.High));

    /// <summary>Exact (Clopper and Pearson 1934), as if accounts were independent; they are not inside a ring, so it is too narrow.</summary>
    public static Interval Exact(long hits, long trials)
        => trials == 0 ? new Interval(0, 1) : new Interval(1 - ClopperPearson.Upper(trials - hits, trials, OneSide), ClopperPearson.Upper(hits, trials, OneSide));

    /// <summary>Percentiles over runs drawn with replacement (a cluster bootstrap, Efron 1979): the ring is the unit. Null below <see cref="FewestSeeds"/> runs.</summary>
    /// <param name="runs">Hits and trials of each run.</param>
    public static Interval? OverRuns(IReadOnlyList<(long Hits, long Trials)> runs)
    {
        if (runs.Count < FewestSeeds)
        {
            return null;
        }

        var random = new Random(20260202);
        var rates = new double[Resamples];
        for (var i = 0; i < Resamples; i++)
        {
            var (hits, trials) = (0L, 0L);
            for (var draw = 0; draw < runs.Count; draw++)
            {
                var run = runs[random.Next(runs.Count)];
                (hits, trials) = (hits + run.Hits, trials + run.Trials);
            }

            rates[i] = trials == 0 ? 0 : (double)hits / trials;
        }

        Array.Sort(rates);
        return new Interval(rates[(int)(Resamples * (1 - OneSide))], rates[(int)(Resamples * OneSide) - 1]);
    }
}
