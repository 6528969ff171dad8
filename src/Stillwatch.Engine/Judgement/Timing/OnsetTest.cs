namespace Stillwatch.Engine.Judgement;

/// <summary>Whether a ring's accounts began to arrive at some date, or came as everybody's did.</summary>
/// <remarks>
/// Each account's first exchange is one event, the ring's or the rest's. The null: the ring's share of arrivals never changes, whatever it is. Against it: one share before a
/// date and a larger one after, both unknown (the mixture of Krichevsky and Trofimov 1981). Their ratio, with the null at its likeliest share, is no more than a fair bet
/// (universal inference, Wasserman, Ramdas and Balakrishnan 2020), and the stake is divided over all dates. Judged against the population's arrivals, so a log that begins in
/// the middle of everybody's life, a Monday or a launch is nobody's onset.
/// Misses: aged accounts that turn to harvesting, which are dated by their first exchange; rings of under half a dozen accounts.
/// </remarks>
internal static class OnsetTest
{
    public const long StepMs = 3_600_000L;
    const int MaxDates = 4096;

    /// <summary>The date from which on the ring's accounts arrived, its first arrival on or after it; null when none is shown.</summary>
    /// <param name="ring">First exchanges of the ring's accounts, Unix time, milliseconds.</param>
    /// <param name="rest">The same of accounts outside it.</param>
    public static long? Of(IEnumerable<long> ring, IEnumerable<long> rest)
    {
        long[] own = [.. ring.Order()], others = [.. rest.Order()];
        if (own.Length == 0 || others.Length == 0)
        {
            return null;
        }

        var begin = Math.Min(own[0], others[0]);
        var steps = ((Math.Max(own[^1], others[^1]) - begin) / StepMs) + 1;
        var stepMs = StepMs * ((steps / MaxDates) + 1);
        var unchanged = Likeliest(own.Length, others.Length);
        var (total, best, at) = (0.0, 0.0, 0L);
        var (before, othersBefore) = (0, 0);
        for (var date = 1; begin + (date * stepMs) <= own[^1]; date++)
        {
            var start = begin + (date * stepMs);
            for (; before < own.Length && own[before] < start; before++)
            {
            }

            for (; othersBefore < others.Length && others[othersBefore] < start; othersBefore++)
            {
            }

            var (after, othersAfter) = (own.Length - before, others.Length - othersBefore);
            if ((double)after * (before + othersBefore) <= (double)before * (after + othersAfter))
            {
                continue; // no rise
            }

            var won = ErrorRates.Stake(date) * Math.Exp(Math.Min(700, Mixture(before, othersBefore) + Mixture(after, othersAfter) - unchanged));
            total += won;
            (best, at) = won > best ? (won, own[before]) : (best, at);
        }

        return total >= 1 / ErrorRates.FalseAlarm ? at : null;
    }

    /// <summary>ln of the largest likelihood of so many of each with one share.</summary>
    static double Likeliest(int ours, int others)
    {
        var all = (double)ours + others;
        return (ours == 0 ? 0 : ours * Math.Log(ours / all)) + (others == 0 ? 0 : others * Math.Log(others / all));
    }

    /// <summary>ln of the likelihood averaged over shares drawn from Beta(½, ½).</summary>
    static double Mixture(int ours, int others) =>
        LogGamma(ours + 0.5) + LogGamma(others + 0.5) - LogGamma(ours + others + 1) - Math.Log(Math.PI);

    /// <summary>Stirling's series after shifting the argument beyond 8; error under 1e-10.</summary>
    static double LogGamma(double x)
    {
        var shift = 0.0;
        for (; x < 8; x++)
        {
            shift -= Math.Log(x);
        }

        var inverse = 1 / (x * x);
        return shift + ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + ((1 - (inverse * ((1.0 / 30) - (inverse / 105)))) / (12 * x));
    }
}
