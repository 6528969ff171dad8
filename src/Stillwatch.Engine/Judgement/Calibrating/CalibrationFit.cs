namespace Stillwatch.Engine.Judgement;

/// <summary>A ring's sum of prior and evidence, nats, and what it turned out to be.</summary>
/// <param name="Weight">How much it counts, above 0: 1 for one that somebody looked at.</param>
public readonly record struct Outcome(double Sum, bool IsCampaign, double Weight = 1);

/// <summary>Fits a <see cref="CalibrationMap"/> to outcomes, held to another map by a prior.</summary>
/// <remarks>
/// Maximum a posteriori: log loss plus half the squared distance to <c>toward</c>, each number in units of its spread. Convex in the three numbers, so cyclic Newton
/// steps inside the box of legal values reach the one minimum. Few outcomes leave the prior; without any it is the result.
/// </remarks>
public static class CalibrationFit
{
    const int MaxCycles = 500;
    const double Enough = 1e-10;

    /// <param name="slopeSpread">Standard deviation of the prior on the slopes; over 0.</param>
    /// <param name="interceptSpread">The same of the intercept, nats; over 0.</param>
    public static CalibrationMap Of(IReadOnlyList<Outcome> outcomes, CalibrationMap toward, double slopeSpread, double interceptSpread)
    {
        double[][] features = [.. outcomes.Select(o => new[] { -CalibrationMap.SoftPlus(-o.Sum), CalibrationMap.SoftPlus(o.Sum), 1.0 })];
        double[] at = [toward.Below, toward.Above, toward.Intercept], start = [.. at];
        double[] weight = [Square(1 / slopeSpread), Square(1 / slopeSpread), Square(1 / interceptSpread)];
        double[] lowest = [CalibrationMap.MinSlope, CalibrationMap.MinSlope, -CalibrationMap.MaxIntercept];
        double[] highest = [CalibrationMap.MaxSlope, CalibrationMap.MaxSlope, CalibrationMap.MaxIntercept];
        for (var cycle = 0; cycle < MaxCycles; cycle++)
        {
            var moved = 0.0;
            for (var p = 0; p < at.Length; p++)
            {
                var (slope, curvature) = (weight[p] * (at[p] - start[p]), weight[p]);
                for (var i = 0; i < features.Length; i++)
                {
                    var x = features[i];
                    var stated = 1 / (1 + Math.Exp(-((at[0] * x[0]) + (at[1] * x[1]) + at[2])));
                    slope += outcomes[i].Weight * (stated - (outcomes[i].IsCampaign ? 1 : 0)) * x[p];
                    curvature += outcomes[i].Weight * x[p] * x[p] / 4; // an upper bound of the curvature, so that no step overshoots
                }

                var next = Math.Clamp(at[p] - (slope / curvature), lowest[p], highest[p]);
                moved = Math.Max(moved, Math.Abs(next - at[p]));
                at[p] = next;
            }

            if (moved < Enough)
            {
                break;
            }
        }

        return new CalibrationMap(at[0], at[1], at[2]);
    }

    static double Square(double x) => x * x;
}
