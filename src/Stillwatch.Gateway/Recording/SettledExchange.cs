using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Metering;

namespace Stillwatch.Gateway.Recording;

/// <summary>One exchange, over and settled: a line of the exchange log.</summary>
sealed record SettledExchange
{
    /// <summary><c>ex_…</c>, ours, unique.</summary>
    public required string Id { get; init; }

    /// <summary>Complete: request and output. Its time is the arrival, or four minutes before the end when it took longer, so that detection still takes it.</summary>
    public required ExchangeSketch Sketch { get; init; }

    public required string Account { get; init; }

    public string? Organization { get; init; }

    public required string KeyId { get; init; }

    /// <summary>As the caller named it.</summary>
    public required string Model { get; init; }

    public required string UpstreamModel { get; init; }

    public required ExchangeApi Api { get; init; }

    public required int Status { get; init; }

    public required ExchangeEnd End { get; init; }

    public required Settlement Settlement { get; init; }

    public required int LatencyMs { get; init; }

    /// <summary>The upstream's own usage object as JSON; null when it stated none.</summary>
    public byte[]? RawUsage { get; init; }

    /// <summary>The line of contract 5.1; null unless the operator logs content.</summary>
    public byte[]? ContentLine { get; init; }
}

/// <summary>How an exchange ended.</summary>
enum ExchangeEnd
{
    Complete,

    /// <summary>The client left.</summary>
    Aborted,

    /// <summary>The upstream, or we, answered with an error.</summary>
    Failed,

    /// <summary>The upstream's response broke off.</summary>
    Truncated,
}
