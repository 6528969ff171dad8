namespace Stillwatch.Engine.Judgement;

/// <summary>The error rates the tests of onset and pivot are built for. <c>./build.sh bench onset</c> measures them; docs/evaluation.md has the figures.</summary>
/// <remarks>
/// The bounds of the sequential probability ratio test (Wald 1945). False alarms: by Ville's inequality (1939) a fair bet against the null reaches 1/α with
/// probability α at most, however often it is looked at, and over all dates and models together, because the bets on them share one stake. Misses: no bound
/// follows from the stake alone, so β is stated for a size of change and measured.
/// </remarks>
internal static class ErrorRates
{
    /// <summary>α: probability that a ring which does as everybody does is ever said to have begun, or moved, at some date; for each ring and test.</summary>
    public const double FalseAlarm = 0.01;

    /// <summary>β: probability that a change of <see cref="SmallestShare"/> of a ring of <see cref="SmallestRing"/> accounts goes unsaid.</summary>
    public const double Miss = 0.05;

    public const int SmallestRing = 40;
    public const double SmallestShare = 0.8;

    /// <summary>ln(1/α), nats: what a bet must win.</summary>
    public static readonly double AlarmLogOdds = -Math.Log(FalseAlarm);

    /// <summary>The share of the stake that the date of number <paramref name="date"/> (from 1) gets: 1/(k(k+1)) adds up to 1 over all dates to come.</summary>
    public static double Stake(long date) => 1.0 / (date * (date + 1.0));
}
