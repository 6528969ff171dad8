using Microsoft.Extensions.Logging;

namespace Stillwatch.Gateway;

/// <summary>How a server runs, beside its configuration.</summary>
sealed record ServeOptions
{
    /// <summary>No configuration file: loopback only, an open admin listener, a key made for this run.</summary>
    public required bool IsDevelopment { get; init; }

    /// <summary>The ready line as JSON.</summary>
    public bool Json { get; init; }

    /// <summary>Where every part logs to; the caller's to dispose.</summary>
    public required ILoggerFactory Logs { get; init; }
}
