namespace Stillwatch.Engine.Judgement;

/// <summary>From the sum of weights to a confidence that keeps its word.</summary>
/// <remarks>
/// The sum of capped weights is an ordering first. Two corrections, together the calibration offset a report states: a slope measured on simulated
/// populations (1 until a fit says otherwise; see docs/evaluation.md), and a ceiling of 1 − 10^-6, because nothing was ever tested on a
/// million rings.
/// </remarks>
internal static class Calibration
{
    /// <summary>ln(10^6 - 1), nats.</summary>
    public const double MaxLogit = 13.815509557963774;

    const double Slope = 1.0;

    /// <summary>The offset that, added to <paramref name="sum"/>, gives the calibrated logit.</summary>
    public static double Offset(double sum) => Math.Clamp(sum * Slope, -MaxLogit, MaxLogit) - sum;
}
