namespace Stillwatch.Engine.Judgement;

/// <summary>From the sum of weights to a confidence that keeps its word: what is stated, and what may be decided.</summary>
/// <remarks>
/// The sum of capped weights is an ordering first. What is <i>stated</i> goes through a monotone map fitted to outcomes (<see cref="CalibrationMap"/>).
/// What is <i>decided</i> (verdict, rung, whether a ring is named) never rests on that fit alone: it takes the lower of the map and of the evidence with one fixed
/// intercept (ADR 0015), and not lower than that by more than <see cref="MostMilder"/>. So a map that was fitted badly, or on
/// poisoned traffic, accuses nobody and hides little: ADR 0010.
/// </remarks>
internal static class Calibration
{
    /// <summary>ln(10^6 - 1), nats: nothing was ever tested on a million rings.</summary>
    public const double MaxLogit = 13.815509557963774;

    internal const double Intercept = 2.7; // candidates that passed the gate are campaigns more often than the prior says

    /// <summary>The most by which a map makes a decision milder, nats: a campaign that was there while an operator's traffic was learned is found by a nat more of evidence.</summary>
    public const double MostMilder = 1;

    /// <summary>The part of the offset that keeps an account's logit under the ceiling.</summary>
    public static double Ceiling(double sum) => Math.Clamp(sum, -MaxLogit, MaxLogit) - sum;

    /// <summary>The logit a ring's verdict and rung rest on, nats: at most what the evidence says by itself, less where the map says less.</summary>
    public static double Decisive(double sum, CalibrationMap map)
    {
        var evidence = Math.Clamp(sum + Intercept, -MaxLogit, MaxLogit);
        return Math.Clamp(map.At(sum), evidence - MostMilder, evidence);
    }
}
