using Microsoft.Extensions.Logging;
using Stillwatch.Gateway.Admin;
using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Recording;

namespace Stillwatch.Gateway;

/// <summary>How a server runs, beside its configuration.</summary>
sealed record ServeOptions
{
    /// <summary>No configuration file: loopback only, an open admin listener, a key made for this run and stated when ready (contract 5.5).</summary>
    public required bool IsDevelopment { get; init; }

    /// <summary>The ready line as JSON.</summary>
    public bool Json { get; init; }

    /// <summary>The policy in force and its later editions; null for <see cref="PolicyReader.Default"/>. The caller's to dispose.</summary>
    public PolicyWatcher? PolicyFile { get; init; }

    /// <summary>Where every part logs to; the caller's to dispose.</summary>
    public required ILoggerFactory Logs { get; init; }

    /// <summary>Runs timers and measures durations.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Says when exchanges happen. Only a demonstration or a test gives another clock than <see cref="Time"/>: simulated days pass in minutes.</summary>
    public TimeProvider? EventTime { get; init; }

    /// <summary>Times the cost of a report during which it is not made anew. A demonstration, whose days pass in minutes, asks more often.</summary>
    public int RestPerReport { get; init; } = LiveEngine.RestPerReport;

    /// <summary>Requests the development upstream keeps for tests to look at.</summary>
    public int KeepReceived { get; init; }

    /// <summary>How long a stopping gateway waits for running exchanges; then streams end in an error event.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Brings pages to the admin listener, given the host once its records and detection are open; null for none.</summary>
    public Func<GatewayHost, AdminPages>? Pages { get; init; }

    /// <summary>The policy where no file states one; null for the default.</summary>
    public AccessPolicy? Policy { get; init; }
}
