namespace Stillwatch.Gateway.Enforcement.Displacement;

/// <summary>How far siblings rose in one window against the windows before and after it, beyond the control's own rise.</summary>
/// <param name="Shift">ln of the ratio of ratios; 0 when siblings and control moved alike.</param>
/// <param name="PoissonSd">What <paramref name="Shift"/> would vary by if exchanges came independently.</param>
/// <remarks>
/// The window after counts as the window before does: whatever grows or falls steadily - a day's rise, a deadline that comes nearer - cancels
/// out, and so does a step that stays. Only what comes with the window and goes with it is left.
/// </remarks>
readonly record struct Contrast(double Shift, double PoissonSd)
{
    const double Half = 0.5; // keeps the logarithm of an empty window finite (Haldane, Anscombe)

    public double Z => Shift / PoissonSd;

    public static Contrast Of(Func<long, double> siblings, Func<long, double> control, long window)
    {
        var (s, c) = (Rise(siblings, window), Rise(control, window));
        return new Contrast(s.Value - c.Value, Math.Sqrt(s.Variance + c.Variance));
    }

    static (double Value, double Variance) Rise(Func<long, double> counts, long window)
    {
        var (before, during, after) = (counts(window - 1) + Half, counts(window) + Half, counts(window + 1) + Half);
        return (Math.Log(during) - ((Math.Log(before) + Math.Log(after)) / 2), (1 / during) + (1 / before / 4) + (1 / after / 4));
    }
}
