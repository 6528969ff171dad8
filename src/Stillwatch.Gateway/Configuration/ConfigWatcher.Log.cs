using Microsoft.Extensions.Logging;

namespace Stillwatch.Gateway.Configuration;

// Event ids 1200 to 1299: configuration (docs/observability.md lists the ranges).
sealed partial class ConfigWatcher
{
    [LoggerMessage(1200, LogLevel.Information, "{Path} was loaded: {Upstreams} upstreams, {Models} model rules")]
    static partial void LogLoaded(ILogger log, string path, int upstreams, int models);

    [LoggerMessage(1201, LogLevel.Error, "{Path} was refused for {Count} faults, the last good configuration runs on: {Faults}")]
    static partial void LogRefused(ILogger log, string path, int count, string faults);

    [LoggerMessage(1202, LogLevel.Warning, "{Path}: new values of {Keys} wait for a restart")]
    static partial void LogNeedsRestart(ILogger log, string path, string keys);

    [LoggerMessage(1203, LogLevel.Warning, "{Path}: the file system gives no notices here, the file is looked at every few seconds instead")]
    static partial void LogPollsOnly(ILogger log, string path);
}
