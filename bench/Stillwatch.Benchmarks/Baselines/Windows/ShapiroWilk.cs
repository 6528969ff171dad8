namespace Stillwatch.Benchmarks.Baselines.Windows;

/// <summary>The W statistic of Shapiro and Wilk (1965): how straight the normal plot of a sample is, 1 at best.</summary>
/// <remarks>
/// Weights after Royston (1992, 1995: AS R94): normal scores with the two outermost weights corrected by a polynomial in 1/√n.
/// Weights of a sample size are computed once. Not thread-safe.
/// </remarks>
internal sealed class ShapiroWilk
{
    /// <summary>Below this the approximation has no meaning.</summary>
    public const int Fewest = 4;

    static readonly double[] s_last = [0, 0.221157, -0.147981, -2.071190, 4.434685, -2.706056];
    static readonly double[] s_lastButOne = [0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633];

    readonly Dictionary<int, double[]> _weights = [];

    /// <param name="sorted">Ascending, at least <see cref="Fewest"/>.</param>
    /// <returns>W, above 0 and at most 1; NaN when all values are equal.</returns>
    public double W(ReadOnlySpan<double> sorted)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sorted.Length, Fewest);
        if (!_weights.TryGetValue(sorted.Length, out var weights))
        {
            _weights[sorted.Length] = weights = Weights(sorted.Length);
        }

        var mean = 0.0;
        foreach (var value in sorted)
        {
            mean += value / sorted.Length;
        }

        var (slope, squares) = (0.0, 0.0);
        for (var i = 0; i < sorted.Length; i++)
        {
            slope += weights[i] * sorted[i];
            squares += (sorted[i] - mean) * (sorted[i] - mean);
        }

        return squares < 1e-18 ? double.NaN : Math.Min(1, slope * slope / squares);
    }

    /// <summary>Antisymmetric, of length 1.</summary>
    static double[] Weights(int n)
    {
        var scores = new double[n];
        for (var i = 0; i < n; i++)
        {
            scores[i] = NormalQuantile((i + 1 - 0.375) / (n + 0.25));
        }

        var squares = scores.Sum(score => score * score);
        var root = 1 / Math.Sqrt(n);
        var weights = new double[n];
        weights[^1] = Polynomial(s_last, root) + (scores[^1] / Math.Sqrt(squares));
        var fixedEnds = 1;
        var rest = (squares - (2 * scores[^1] * scores[^1])) / (1 - (2 * weights[^1] * weights[^1]));
        if (n > 5)
        {
            weights[^2] = Polynomial(s_lastButOne, root) + (scores[^2] / Math.Sqrt(squares));
            fixedEnds = 2;
            rest = (squares - (2 * scores[^1] * scores[^1]) - (2 * scores[^2] * scores[^2]))
                / (1 - (2 * weights[^1] * weights[^1]) - (2 * weights[^2] * weights[^2]));
        }

        for (var i = 0; i < n; i++)
        {
            if (i < fixedEnds)
            {
                weights[i] = -weights[n - 1 - i];
            }
            else if (i < n - fixedEnds)
            {
                weights[i] = scores[i] / Math.Sqrt(rest);
            }
        }

        return weights;
    }

    static double Polynomial(ReadOnlySpan<double> coefficients, double x)
    {
        var value = 0.0;
        for (var i = coefficients.Length - 1; i >= 0; i--)
        {
            value = (value * x) + coefficients[i];
        }

        return value;
    }

    /// <summary>By bisection of the distribution function: exact to 1e-12, and computed only once per sample size.</summary>
    static double NormalQuantile(double probability)
    {
        var (low, high) = (-9.0, 9.0);
        for (var step = 0; step < 80; step++)
        {
            var middle = (low + high) / 2;
            (low, high) = NormalBelow(middle) < probability ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    /// <summary>Series of Marsaglia (2004): 1/2 + φ(x)·(x + x³/3 + x⁵/15 + …).</summary>
    static double NormalBelow(double x)
    {
        var (sum, term) = (x, x);
        for (var i = 3; Math.Abs(term) > 1e-17 && i < 600; i += 2)
        {
            sum += term *= x * x / i;
        }

        return Math.Clamp(0.5 + (sum * Math.Exp((-x * x / 2) - 0.91893853320467274178)), 0, 1);
    }
}
