namespace Stillwatch.Benchmarks.Gateway;

/// <summary>One kind of exchange and how hard it is driven.</summary>
/// <param name="BodyBytes">Size of the request body.</param>
/// <param name="Events">Flushed events of the reply; 0 for a JSON reply.</param>
/// <param name="PaceMs">The mock waits this long between two events; at least, and the timer adds up to a millisecond.</param>
/// <param name="Connections">Connections of the closed loop.</param>
/// <param name="PerSecond">Exchanges a second of the open loop: low, so that queueing plays no part.</param>
/// <param name="SlotFactor">Length of a measurement against that of a JSON one: streams are few.</param>
internal sealed record Workload(string Name, int BodyBytes, int Events, int PaceMs, int Connections, double PerSecond, double SlotFactor)
{
    public static readonly IReadOnlyList<Workload> All =
    [
        new("json1k", 1_000, 0, 0, 64, 500, 1),
        new("json100k", 100_000, 0, 0, 64, 150, 1),
        new("json1m", 1_000_000, 0, 0, 16, 40, 1),
        new("sse50", 1_000, 50, 5, 128, 20, 1.5),
        new("sse200", 1_000, 200, 5, 128, 8, 1.5),
    ];

    /// <summary>What <c>--quick</c> leaves in.</summary>
    public static readonly IReadOnlyList<string> Quick = ["json1k", "json1m", "sse50"];

    public bool IsStream => Events > 0;

    /// <summary>The body's <c>model</c>, which tells the mock what to do: it is the one thing every proxy passes on.</summary>
    public string Model => IsStream ? $"bench-sse-{Events}-{PaceMs}" : "bench-json";

    public string Says => IsStream
        ? $"{Events} flushed events of about 130 bytes, {PaceMs} ms apart, for a request of 1 KB"
        : $"JSON, a request of {BodyBytes / 1000:N0} KB, a reply of about 0.9 KB";
}
