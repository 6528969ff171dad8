using Microsoft.Extensions.Logging;

namespace Stillwatch.Gateway;

/// <summary>How a gateway is run, apart from what it serves.</summary>
public sealed record ServeOptions
{
    /// <summary>Runs timers and measures durations.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Says when exchanges happen. Only a demonstration or a test gives another clock than <see cref="Time"/>: simulated days pass in minutes.</summary>
    public TimeProvider? EventTime { get; init; }

    /// <summary>Make a key for this run and state it when ready (contract 5.5).</summary>
    public bool IsDevelopment { get; init; }

    /// <summary>Where logs go; none by default.</summary>
    public ILoggerFactory? Logs { get; init; }

    /// <summary>Requests the development upstream keeps for tests to look at.</summary>
    public int KeepReceived { get; init; }
}
