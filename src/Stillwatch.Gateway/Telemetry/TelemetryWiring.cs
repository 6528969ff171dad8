using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Stillwatch.Gateway.Telemetry;

/// <summary>Puts the instruments behind <c>/metrics</c>, and behind OTLP when the environment names a collector.</summary>
static class TelemetryWiring
{
    /// <summary>The exporters' own variables say where to and how; any of these says whether.</summary>
    static readonly string[] Collectors =
        ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];

    /// <summary>For the application that serves the admin listener. Traces are collected only when there is a collector.</summary>
    /// <param name="own">The gateway's own: others of its name in this process, of another gateway, are not heard, or the two would be shown as one.</param>
    public static IServiceCollection AddStillwatchTelemetry(this IServiceCollection services, Meter own, Func<string, string?> environment)
    {
        var hasCollector = Collectors.Any(name => !string.IsNullOrEmpty(environment(name)));
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("stillwatch", serviceVersion: typeof(TelemetryWiring).Assembly.GetName().Version?.ToString(3)))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(own.Name, "System.Runtime").AddPrometheusExporter();
                metrics.AddView(instrument => instrument.Meter.Name == own.Name && instrument.Meter != own ? MetricStreamConfiguration.Drop : null);
                if (hasCollector)
                {
                    metrics.AddOtlpExporter();
                }
            });
        if (hasCollector)
        {
            telemetry.WithTracing(traces => traces.AddSource(GatewayTraces.SourceName).AddOtlpExporter());
        }

        return services;
    }

    /// <summary><c>GET /metrics</c>. Put the admin listener's own authorisation on what this returns.</summary>
    public static IEndpointConventionBuilder MapStillwatchMetrics(this IEndpointRouteBuilder admin) => admin.MapPrometheusScrapingEndpoint("/metrics");
}
