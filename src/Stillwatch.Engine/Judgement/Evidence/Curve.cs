namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>Weight as a function of a statistic, nats: straight lines between given points, flat beyond the ends.</summary>
/// <remarks>
/// The points are set on the benign side: how rarely groups of lawful users that passed the gate (apps, classes, batches) reach a value, −ln of
/// that tail, and never more than the cap. They are not fitted to attacks: weights learned from one's own red team do not transfer.
/// </remarks>
internal sealed class Curve(params (double Value, double Nats)[] points)
{
    public double At(double value)
    {
        if (value <= points[0].Value)
        {
            return points[0].Nats;
        }

        for (var i = 1; i < points.Length; i++)
        {
            if (value <= points[i].Value)
            {
                var (x0, y0) = points[i - 1];
                var (x1, y1) = points[i];
                return y0 + ((y1 - y0) * (value - x0) / (x1 - x0));
            }
        }

        return points[^1].Nats;
    }
}
