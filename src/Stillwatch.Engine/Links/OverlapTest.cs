namespace Stillwatch.Engine.Links;

/// <summary>Whether two sets of accounts share more members than chance: Poisson log-likelihood ratio of the overlap, nats.</summary>
/// <remarks>
/// Under independence a set of <c>a</c> and a set of <c>b</c> out of <c>n</c> accounts share a Poisson number with mean λ = a·b/n.
/// For an observed k &gt; λ the ratio of the best rate to that one is k·ln(k/λ) − (k − λ); otherwise 0.
/// </remarks>
internal static class OverlapTest
{
    /// <summary>Nats from which an overlap links: e^-12 is 6e-6, and some 10^4 pairs are looked at.</summary>
    public const double Significant = 12;

    public static double LogRatio(double shared, double expected)
    {
        expected = Math.Max(expected, 1e-6);
        return shared <= expected ? 0 : (shared * Math.Log(shared / expected)) - (shared - expected);
    }
}
