namespace Stillwatch.Benchmarks.Baselines;

/// <summary>User agents of bare HTTP libraries, as public relay detectors list them. A provider's own SDK is not among them.</summary>
internal static class BareLibraries
{
    public static bool IsOne(ReadOnlySpan<byte> agent)
        => agent.StartsWith("python-requests"u8) || agent.StartsWith("aiohttp"u8) || agent.StartsWith("python-httpx"u8)
            || agent.StartsWith("axios"u8) || agent.StartsWith("Go-http-client"u8) || agent.StartsWith("okhttp"u8) || agent.StartsWith("curl"u8);
}
