namespace Stillwatch.Engine.Judgement;

/// <summary>A strictly rising map from the sum of prior and evidence to the logit that is stated, nats.</summary>
/// <remarks>
/// Beta calibration (Kull, Silva Filho and Flach 2017) written in logits: intercept + above · ln(1 + e^s) − below · ln(1 + e^−s). Far above even odds its slope is
/// <paramref name="Above"/>, far below it is <paramref name="Below"/>; (1, 1, 0) changes nothing. Three numbers cannot follow noise, and rising keeps the order.
/// </remarks>
/// <param name="Below">Slope far below even odds, 0.2 to 3.</param>
/// <param name="Above">Slope far above even odds, 0.2 to 3.</param>
/// <param name="Intercept">What is added at even odds, less 0.69 · (above − below); −6 to 6 nats.</param>
public sealed record CalibrationMap(double Below, double Above, double Intercept)
{
    public const double MinSlope = 0.2;
    public const double MaxSlope = 3;
    public const double MaxIntercept = 6;

    /// <summary>The one that comes with the engine: what <c>./build.sh bench calibration</c> fitted, rounded to its error. Of simulated populations, in which campaigns are
    /// far more frequent than anywhere else; an operator's own traffic moves it (<see cref="LearnedCalibration"/>).</summary>
    public static CalibrationMap Shipped { get; } = new(0.61, 1.35, 2.3);

    /// <summary>Whether every number is finite and in its range: what is read from a file is asked this first.</summary>
    public bool IsSound => Below is >= MinSlope and <= MaxSlope && Above is >= MinSlope and <= MaxSlope && Math.Abs(Intercept) <= MaxIntercept;

    /// <summary>The calibrated logit of <paramref name="sum"/>, nats, within one in a million of certainty.</summary>
    public double At(double sum) =>
        Math.Clamp(Intercept + (Above * SoftPlus(sum)) - (Below * SoftPlus(-sum)), -Calibration.MaxLogit, Calibration.MaxLogit);

    /// <summary>ln(1 + e^x), without overflow.</summary>
    internal static double SoftPlus(double x) => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));
}
