namespace Stillwatch.Engine.Judgement;

/// <summary>From the sum of weights to a confidence that keeps its word.</summary>
/// <remarks>
/// The sum of capped weights is an ordering first. Two corrections, together the calibration offset a report states: an intercept measured on simulated
/// populations (candidates that passed the gate are campaigns more often than the prior says; docs/evaluation.md has the reliability table), and a ceiling of 1 − 10^-6, because nothing was ever tested on a
/// million rings.
/// </remarks>
internal static class Calibration
{
    /// <summary>ln(10^6 - 1), nats.</summary>
    public const double MaxLogit = 13.815509557963774;

    const double Intercept = 2.0;

    /// <summary>The part of the offset that keeps an account's logit under the ceiling.</summary>
    public static double Ceiling(double sum) => Math.Clamp(sum, -MaxLogit, MaxLogit) - sum;

    /// <summary>The offset that, added to <paramref name="sum"/>, gives the calibrated logit.</summary>
    public static double Offset(double sum) => Math.Clamp(sum + Intercept, -MaxLogit, MaxLogit) - sum;
}
