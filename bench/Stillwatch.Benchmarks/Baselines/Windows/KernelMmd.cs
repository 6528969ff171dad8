namespace Stillwatch.Benchmarks.Baselines.Windows;

/// <summary>
/// Squared maximum mean discrepancy with a Gaussian kernel (Gretton et al. 2012), the unbiased estimate, from sums of kernel values.
/// </summary>
internal static class KernelMmd
{
    /// <summary>The Gaussian kernel of two unit vectors by their cosine: exp(−(2 − 2·cosine) / 2σ²).</summary>
    public static float Kernel(float cosine, float width) => MathF.Exp((cosine - 1) / (width * width));

    /// <param name="sumWithin">Kernel values over the unordered pairs of the window's n queries.</param>
    /// <param name="sumAcross">Over all pairs of a query and a reference query.</param>
    /// <param name="meanReference">Mean over the pairs of different reference queries.</param>
    /// <returns>About 0 when both come from one distribution, at times below.</returns>
    public static double Unbiased(double sumWithin, int n, double sumAcross, int references, double meanReference)
        => (2 * sumWithin / ((double)n * (n - 1))) + meanReference - (2 * sumAcross / ((double)n * references));
}
