using Microsoft.Extensions.Logging;

namespace Stillwatch.Gateway.Policies;

// Event ids 1850 to 1899: the policy (docs/observability.md lists the ranges).
sealed partial class PolicyWatcher
{
    [LoggerMessage(1850, LogLevel.Information, "{Path} was loaded: policy {Hash}, mode {Mode}, {Levels} level rules, {Regions} region rules, {Limits} limits")]
    static partial void LogLoaded(ILogger log, string path, string hash, PolicyMode mode, int levels, int regions, int limits);

    [LoggerMessage(1851, LogLevel.Error, "{Path} was refused for {Count} faults, the last good policy stays in force: {Faults}")]
    static partial void LogRefused(ILogger log, string path, int count, string faults);

    [LoggerMessage(1852, LogLevel.Warning, "{Path}: the file system gives no notices here, the policy is looked at every few seconds instead")]
    static partial void LogPollsOnly(ILogger log, string path);
}
