using Microsoft.Extensions.Logging;
using Stillwatch.Gateway.Recording;

namespace Stillwatch.Gateway.Telemetry;

// Event ids 1000 to 1099: exchanges; 1100 to 1199: upstreams (docs/observability.md lists the ranges).

/// <summary>What the data plane logs. Never content, credentials, or a text the caller chose: a model is named by the rule that it matched.</summary>
static partial class DataPlaneLog
{
    [LoggerMessage(1000, LogLevel.Information, "{Exchange} {End}: key {Key}, model {Model}, status {Status}, {InputTokens} in, {OutputTokens} out, {Ms} ms")]
    public static partial void ExchangeFinished(
        this ILogger log, string exchange, ExchangeEnd end, string key, string model, int status, int inputTokens, int outputTokens, int ms);

    [LoggerMessage(1001, LogLevel.Information, "{Request} was refused: {Code}, status {Status}")]
    public static partial void RequestRefused(this ILogger log, string request, string code, int status);

    [LoggerMessage(1002, LogLevel.Error, "{Exchange} met a fault of the gateway: {Fault}")]
    public static partial void ExchangeFaulted(this ILogger log, string exchange, string fault);

    [LoggerMessage(1100, LogLevel.Warning, "{Exchange}: upstream {Upstream}, replica {Replica}, failed: {Kind}, attempt {Attempt}")]
    public static partial void UpstreamFailed(this ILogger log, string exchange, string upstream, int replica, string kind, int attempt);

    [LoggerMessage(1101, LogLevel.Error, "Upstream {Upstream}, replica {Replica}: circuit open after {Failures} failures, for {Seconds} s")]
    public static partial void CircuitOpened(this ILogger log, string upstream, int replica, int failures, int seconds);

    [LoggerMessage(1102, LogLevel.Information, "Upstream {Upstream}, replica {Replica}: circuit closed")]
    public static partial void CircuitClosed(this ILogger log, string upstream, int replica);
}
