using System.Diagnostics;

namespace Stillwatch.Gateway.Telemetry;

/// <summary>One span per exchange, by the generative-AI conventions and without content. Costs a null check while nobody collects.</summary>
static class GatewayTraces
{
    public const string SourceName = "Stillwatch.Gateway";

    static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins the span of an exchange; null when nobody collects or the sampler leaves it out.</summary>
    public static Activity? Start() => Source.StartActivity("chat", ActivityKind.Client);

    /// <summary>States what came of it and ends it.</summary>
    /// <param name="exchangeId">Ours: leads from the trace to the exchange log.</param>
    public static void Finish(Activity? span, in ExchangeMeasurement exchange, string exchangeId)
    {
        if (span is null)
        {
            return;
        }

        span.DisplayName = $"chat {exchange.Model}";
        span.SetTag("gen_ai.operation.name", "chat");
        span.SetTag("gen_ai.provider.name", exchange.Provider);
        span.SetTag("gen_ai.request.model", exchange.Model);
        span.SetTag("http.response.status_code", exchange.Status);
        span.SetTag("stillwatch.exchange", exchangeId);
        span.SetTag("stillwatch.upstream", exchange.Route?.Upstream.Name);
        if (exchange.Settlement is { } settled)
        {
            var usage = settled.Usage;
            span.SetTag("gen_ai.usage.input_tokens", (long)usage.InputTokens + usage.CacheReadTokens + usage.CacheWriteTokens);
            span.SetTag("gen_ai.usage.output_tokens", usage.OutputTokens);
            span.SetTag("gen_ai.usage.cache_read.input_tokens", usage.CacheReadTokens);
            span.SetTag("gen_ai.usage.cache_creation.input_tokens", usage.CacheWriteTokens);
            span.SetTag("stillwatch.estimated", settled.IsEstimated);
        }

        if (exchange.ErrorType is { } error)
        {
            span.SetTag("error.type", error);
            span.SetStatus(ActivityStatusCode.Error);
        }

        span.Dispose();
    }
}
