namespace Stillwatch.Benchmarks.Gateway;

/// <summary>One measurement of one proxy. Times in microseconds.</summary>
/// <param name="Loop"><c>open</c>: constant rate, latency from the intended time of sending; <c>closed</c>: each connection sends when its reply is there.</param>
/// <param name="CpuSeconds">Of the proxy's processes, from the first request to 50 ms after the last reply.</param>
/// <param name="AllocatedBytes">By the process, where it was asked; 0 otherwise.</param>
/// <param name="Latency">Of the whole reply for JSON; to the first event for a stream.</param>
/// <param name="EventDelay">From the mock's write to the client's read; null for JSON.</param>
internal sealed record LoadResult(
    string Loop, int Requests, int Failures, string? Failure, double WallSeconds, double CpuSeconds, long AllocatedBytes,
    Percentiles Latency, Percentiles? EventDelay, long Gaps, long Lumped, double LongestGapMs, double MostStretchedMs)
{
    public double PerSecond => Requests / WallSeconds;

    public double CpuSecondsPer10K => CpuSeconds / Math.Max(1, Requests) * 10_000;

    public double CpuMs => CpuSeconds / Math.Max(1, Requests) * 1000;

    public double LumpedRatio => Gaps > 0 ? (double)Lumped / Gaps : 0;
}

/// <summary>In microseconds.</summary>
internal sealed record Percentiles(double P50, double P99)
{
    /// <param name="nanoseconds">Sorted in place.</param>
    public static Percentiles Of(List<long> nanoseconds)
    {
        nanoseconds.Sort();
        return new(At(nanoseconds, 0.50), At(nanoseconds, 0.99));
    }

    static double At(List<long> sorted, double ratio) => sorted.Count == 0 ? double.NaN : sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * ratio))] / 1000.0;
}
