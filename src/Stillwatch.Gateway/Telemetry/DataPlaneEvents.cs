using Microsoft.Extensions.Logging;
using Stillwatch.Gateway.Forwarding;

namespace Stillwatch.Gateway.Telemetry;

/// <summary>What happens on the data plane, told to log, metrics and traces together. Names of upstreams only: neither addresses nor anything a client sent. Thread-safe.</summary>
sealed class DataPlaneEvents(ILogger log, GatewayMetrics metrics)
{
    const int Forbidden = 403;

    public void UpstreamFailed(string upstream, string kind, string requestId)
    {
        log.UpstreamFailed(upstream, kind, requestId);
        metrics.UpstreamFailed(upstream, kind);
    }

    public void CircuitOpened(string upstream) => log.CircuitOpened(upstream);

    public void CredentialRefused(string upstream, int status)
    {
        log.CredentialRefused(upstream, status);
        metrics.UpstreamFailed(upstream, "credential_refused");
    }

    public void Refused(string requestId, string code, int status)
    {
        log.RequestRefused(requestId, code, status);
        if (status == Forbidden) // who calls, or from where; never what was sent
        {
            metrics.AccessRefused(code);
        }
    }

    public void Faulted(string requestId, Exception fault) => log.ExchangeFaulted(requestId, fault);

    /// <summary>An exchange is over.</summary>
    public void Finished(InferenceExchange exchange, in ExchangeMeasurement measurement)
    {
        metrics.ExchangeFinished(measurement);
        GatewayTraces.Finish(exchange.Span, measurement, exchange.Id);
        var usage = measurement.Settlement?.Usage ?? default;
        log.ExchangeFinished(
            exchange.Id, exchange.End, exchange.Caller.KeyId, measurement.Model, exchange.Status, usage.InputTokens, usage.OutputTokens,
            (int)measurement.Duration.TotalMilliseconds);
    }

    public void StreamStarted(InferenceExchange exchange) => metrics.StreamStarted(exchange.Face);

    public void StreamEnded(InferenceExchange exchange) => metrics.StreamEnded(exchange.Face);
}
