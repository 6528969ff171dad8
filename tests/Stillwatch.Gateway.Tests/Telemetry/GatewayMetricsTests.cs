using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Forwarding;
using Stillwatch.Gateway.Metering;
using Stillwatch.Gateway.Recording;
using Stillwatch.Gateway.Telemetry;
using Stillwatch.Gateway.Tests.Support;

namespace Stillwatch.Gateway.Tests.Telemetry;

public sealed class GatewayMetricsTests
{
    static readonly ModelRoute Route = new(
        new UpstreamConfig { Name = "vllm", Dialect = Dialect.OpenAi, Replicas = [new("http://10.0.0.5:8000")], ApiKey = "canary" }, "canary-model", "claude-*");

    static readonly ExchangeMeasurement Served = new()
    {
        Face = Dialect.Anthropic, Route = Route, Status = 200, End = ExchangeEnd.Complete, IsStream = true,
        Settlement = new Settlement(new TokenUsage(10, 20, 30, 40), true),
        Duration = TimeSpan.FromSeconds(2), TimeToFirstToken = TimeSpan.FromSeconds(0.5), Overhead = TimeSpan.FromMicroseconds(80),
    };

    [Fact]
    public void Names_kinds_units_and_labels_are_as_they_were_published()
    {
        using var observed = new ObservedMetrics();
        RecordAll(observed.Metrics);
        observed.Collect();
        var lines = observed.Heard.GroupBy(heard => heard.Instrument).Select(group =>
            $"{group.Key.Name} {group.Key.GetType().Name.Split('`')[0]} {group.Key.Unit} [{string.Join(' ', group.SelectMany(heard => heard.Labels.Keys).Distinct().Order(StringComparer.Ordinal))}]");
        Assert.Equal(RepositoryFile.Read("tests/Stillwatch.Gateway.Tests/Telemetry/metrics.txt"), string.Concat(lines.Order(StringComparer.Ordinal).Select(line => line + "\n")));
    }

    [Fact]
    public void Every_metric_and_label_is_documented()
    {
        var page = RepositoryFile.Read("docs/observability.md");
        var names = Regex.Matches(RepositoryFile.Read("tests/Stillwatch.Gateway.Tests/Telemetry/metrics.txt"), @"[a-z_]+(\.[a-z_]+)+|(?<=\[)reason").Select(match => match.Value);
        Assert.All(names, name => Assert.Contains($"`{name}`", page, StringComparison.Ordinal));
    }

    [Fact]
    public void An_exchange_is_measured_with_its_four_counts()
    {
        using var observed = new ObservedMetrics();
        observed.Metrics.ExchangeFinished(Served);
        Assert.Equal([60], observed.Values("gen_ai.client.token.usage", "gen_ai.token.type", "input"));
        Assert.Equal([40], observed.Values("gen_ai.client.token.usage", "gen_ai.token.type", "output"));
        Assert.Equal([20], observed.Values("stillwatch.gateway.cached_tokens", "stillwatch.cache", "read"));
        Assert.Equal([30], observed.Values("stillwatch.gateway.cached_tokens", "stillwatch.cache", "write"));
        Assert.Equal([1], observed.Values("stillwatch.gateway.exchanges.estimated"));
        Assert.Equal([2], observed.Values("gen_ai.server.request.duration", "gen_ai.request.model", "claude-*"));
        Assert.Equal([0.5], observed.Values("gen_ai.server.time_to_first_token", "gen_ai.provider.name", "openai"));
        Assert.Equal([0.00008], observed.Values("stillwatch.gateway.overhead", "stillwatch.stream", true));
    }

    [Theory]
    [InlineData(ExchangeEnd.Complete, 200, null)]
    [InlineData(ExchangeEnd.Failed, 404, "404")]
    [InlineData(ExchangeEnd.Failed, 529, "529")]
    [InlineData(ExchangeEnd.Failed, 200, "error_event")]
    [InlineData(ExchangeEnd.Aborted, 200, "aborted")]
    [InlineData(ExchangeEnd.Truncated, 200, "truncated")]
    [InlineData(ExchangeEnd.Failed, 999, "error_event")]
    internal void A_failure_has_a_kind_and_a_success_has_none(ExchangeEnd end, int status, string? kind)
    {
        using var observed = new ObservedMetrics();
        observed.Metrics.ExchangeFinished(Served with { End = end, Status = status, Route = null, Settlement = null });
        var labels = Assert.Single(observed.Heard, heard => heard.Instrument.Name == "gen_ai.server.request.duration").Labels;
        Assert.Equal(kind, labels.GetValueOrDefault("error.type"));
        Assert.Equal(("other", "none"), (labels["gen_ai.request.model"], labels["stillwatch.upstream"]));
    }

    [Fact]
    public void Recording_allocates_nothing()
    {
        using var metrics = new GatewayMetrics();
        using var listener = new System.Diagnostics.Metrics.MeterListener();
        var heard = 0;
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => heard += tags.Length);
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) => heard += tags.Length);
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Meter == metrics.Meter)
            {
                own.EnableMeasurementEvents(instrument);
            }
        };
        listener.Start();
        Run(metrics, 50);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(metrics, 1000);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.True(heard > 0);

        static void Run(GatewayMetrics metrics, int times)
        {
            for (var i = 0; i < times; i++)
            {
                metrics.ExchangeFinished(Served);
                metrics.StreamStarted(Dialect.OpenAi);
                metrics.StreamEnded(Dialect.OpenAi);
                metrics.ExchangeReceived();
                metrics.UpstreamFailed("vllm", "connect");
            }
        }
    }

    [Fact]
    public void Waits_that_overlap_count_once()
    {
        var time = new FakeTimeProvider();
        var waits = new UpstreamTime(time);
        waits.End();
        waits.Begin();
        time.Advance(TimeSpan.FromSeconds(1));
        waits.Begin();
        time.Advance(TimeSpan.FromSeconds(1));
        waits.End();
        time.Advance(TimeSpan.FromSeconds(1));
        waits.End();
        time.Advance(TimeSpan.FromSeconds(5));
        waits.Begin();
        time.Advance(TimeSpan.FromSeconds(2));
        waits.End();
        Assert.Equal(TimeSpan.FromSeconds(5), waits.Total);
    }

    [Fact]
    public async Task The_admin_page_shows_them_and_no_secret()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        using var metrics = new GatewayMetrics();
        using var neighbour = new GatewayMetrics(); // of another gateway in this process
        metrics.ObserveResponses(() => [KeyValuePair.Create("suspend", 3L)]);
        neighbour.ObserveResponses(() => [KeyValuePair.Create("suspend", 7L), KeyValuePair.Create("verify", 7L)]);
        builder.Services.AddStillwatchTelemetry(metrics.Meter, _ => null);
        await using var app = builder.Build();
        app.MapStillwatchMetrics();
        await app.StartAsync(TestContext.Current.CancellationToken);
        RecordAll(metrics);
        using var client = new HttpClient { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()) };
        var page = await client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Contains("# TYPE gen_ai_server_request_duration_seconds histogram", page, StringComparison.Ordinal);
        Assert.Contains("# TYPE stillwatch_gateway_overhead_seconds histogram", page, StringComparison.Ordinal);
        Assert.Contains("stillwatch_gateway_queue_length", page, StringComparison.Ordinal);
        Assert.Matches("stillwatch_responses_held[a-z_]*\\{[^}]*rung=\"suspend\"[^}]*\\} 3", page);
        Assert.DoesNotContain("rung=\"verify\"", page, StringComparison.Ordinal);
        Assert.Contains("le=\"0.0001\"", page, StringComparison.Ordinal);
        Assert.Contains("gen_ai_request_model=\"claude-*\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_span_states_the_exchange_and_no_content()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = Listen(spans);
        GatewayTraces.Finish(GatewayTraces.Start(), Served with { End = ExchangeEnd.Truncated }, "ex_trace_test");
        var span = Assert.Single(spans, span => Equals(span.GetTagItem("stillwatch.exchange"), "ex_trace_test"));
        Assert.Equal(("chat claude-*", ActivityStatusCode.Error), (span.DisplayName, span.Status));
        Assert.Equal((60L, 40, "truncated"), (span.GetTagItem("gen_ai.usage.input_tokens"), span.GetTagItem("gen_ai.usage.output_tokens"), span.GetTagItem("error.type")));
        Assert.DoesNotContain(span.TagObjects, tag => tag.Value?.ToString()?.Contains("canary", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task An_exchange_through_the_gateway_is_one_span_that_leads_to_the_exchange_log()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = Listen(spans);
        await using var gateway = await TestGateway.StartAsync(Dialect.Anthropic);
        using var response = await gateway.Client.PostAsync(
            "/v1/messages", new StringContent("""{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"canary"}]}"""));
        var exchange = ExchangeId.Of(response.Headers.GetValues("request-id").Single());
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (spans.All(span => !Equals(span.GetTagItem("stillwatch.exchange"), exchange)))
        {
            await Task.Delay(5, patience.Token); // the client has its answer a moment before the exchange is settled
        }

        var span = Assert.Single(spans, span => Equals(span.GetTagItem("stillwatch.exchange"), exchange));
        Assert.Equal(200, span.GetTagItem("http.response.status_code"));
        Assert.DoesNotContain(span.TagObjects, tag => tag.Value?.ToString()?.Contains("canary", StringComparison.Ordinal) == true);
    }

    static ActivityListener Listen(ConcurrentQueue<Activity> spans)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == GatewayTraces.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    static void RecordAll(GatewayMetrics metrics)
    {
        metrics.ExchangeFinished(Served);
        metrics.ExchangeFinished(Served with { End = ExchangeEnd.Aborted });
        metrics.ExchangeReceived();
        metrics.ExchangesKept(3);
        metrics.ExchangeDropped("queue_full");
        metrics.UpstreamFailed("vllm", "connect");
        metrics.StreamStarted(Dialect.OpenAi);
        metrics.ObserveQueue(() => 7);
        metrics.ObserveConfig(() => true);
        metrics.AccessRefused("account_suspended");
        metrics.ObserveDrift(() => [KeyValuePair.Create("network", 0.1)]);
        metrics.ObserveSnapshots(() => [KeyValuePair.Create("written", 1L)]);
        metrics.ObserveLimits(() => [new RuleReading("rpm", true, 3)]);
        metrics.ObserveResponses(() => [KeyValuePair.Create("shape", 2L)]);
        metrics.ObserveReasoning(() => [KeyValuePair.Create("oversized", 1L)]);
        metrics.ObserveCircuits(() => [new CircuitReading("vllm", 1, CircuitReadingState.Open)]);
    }
}
