using Microsoft.Extensions.Logging;
using Stillwatch.Gateway.Recording;

namespace Stillwatch.Gateway.Telemetry;

// Event ids 1000 to 1099: exchanges; 1100 to 1199: upstreams (docs/observability.md lists the ranges).

/// <summary>What the data plane logs. Never content, credentials, or a text the caller chose: a model is named by the rule that it matched.</summary>
static partial class DataPlaneLog
{
    [LoggerMessage(1000, LogLevel.Debug, "{Exchange} {End}: key {Key}, model {Model}, status {Status}, {InputTokens} in, {OutputTokens} out, {Ms} ms")]
    public static partial void ExchangeFinished(
        this ILogger log, string exchange, ExchangeEnd end, string key, string model, int status, int inputTokens, int outputTokens, int ms);

    [LoggerMessage(1001, LogLevel.Debug, "{Request} was refused: {Code}, status {Status}")]
    public static partial void RequestRefused(this ILogger log, string request, string code, int status);

    [LoggerMessage(1002, LogLevel.Error, "{Request} met a fault of the gateway")]
    public static partial void ExchangeFaulted(this ILogger log, string request, Exception fault);

    [LoggerMessage(1100, LogLevel.Warning, "Upstream {Upstream} failed on {Request}: {Kind}")]
    public static partial void UpstreamFailed(this ILogger log, string upstream, string kind, string request);

    [LoggerMessage(1101, LogLevel.Error, "Upstream {Upstream}: the circuit of a replica is open after repeated failures")]
    public static partial void CircuitOpened(this ILogger log, string upstream);

    [LoggerMessage(1102, LogLevel.Warning, "Upstream {Upstream} refused our credential with status {Status}: check its api_key")]
    public static partial void CredentialRefused(this ILogger log, string upstream, int status);
}
