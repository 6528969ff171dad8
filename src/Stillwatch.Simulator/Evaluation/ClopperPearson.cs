namespace Stillwatch.Simulator.Evaluation;

/// <summary>Exact confidence bounds for a rate (Clopper and Pearson 1934).</summary>
public static class ClopperPearson
{
    /// <summary>The rate above which <paramref name="hits"/> or fewer of <paramref name="trials"/> would happen with less than 1 − confidence.</summary>
    /// <param name="confidence">One-sided, 0 to 1.</param>
    /// <returns>The bound, 0 to 1; 1 when there were no trials or every one hit.</returns>
    /// <exception cref="ArgumentOutOfRangeException">More hits than trials, or fewer than none.</exception>
    public static double Upper(long hits, long trials, double confidence = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(hits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hits, trials);
        if (hits == trials)
        {
            return 1;
        }

        if (hits == 0)
        {
            return 1 - Math.Pow(1 - confidence, 1.0 / trials);
        }

        var (low, high) = ((double)hits / trials, 1.0);
        for (var step = 0; step < 100; step++)
        {
            var middle = (low + high) / 2;
            (low, high) = AtMost(hits, trials, middle) > 1 - confidence ? (middle, high) : (low, middle);
        }

        return high;
    }

    /// <summary>P(X ≤ hits) of a binomial, from the ratio of neighbouring terms and in logarithms, so that no term underflows too early.</summary>
    static double AtMost(long hits, long trials, double rate)
    {
        var term = trials * Math.Log(1 - rate);
        var odds = Math.Log(rate) - Math.Log(1 - rate);
        var sum = Math.Exp(term);
        for (var hit = 1L; hit <= hits; hit++)
        {
            term += Math.Log((double)(trials - hit + 1) / hit) + odds;
            sum += Math.Exp(term);
        }

        return Math.Min(1, sum);
    }
}
