using Microsoft.Extensions.Logging.Abstractions;
using Stillwatch.Engine;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Metering;
using Stillwatch.Gateway.Recording;
using Stillwatch.Gateway.Telemetry;
using Stillwatch.Gateway.Tests.Storage;
using Stillwatch.Storage.Exchanges;

namespace Stillwatch.Gateway.Tests.Recording;

/// <summary>Whatever happens to an exchange, it is counted: received = kept + dropped(reason) + waiting.</summary>
public sealed class ExchangeRecorderTests : IDisposable
{
    static readonly DetectionKey Key = DetectionKey.FromText("recorder tests");

    readonly TemporaryDirectory _temporary = new();
    readonly GatewayMetrics _metrics = new();

    [Fact]
    public async Task Every_exchange_is_kept_and_reaches_the_engine_in_the_order_it_was_recorded()
    {
        using var log = Log();
        await using var engine = Engine();
        await using (var recorder = Recorder(log, engine))
        {
            Assert.All(Enumerable.Range(0, 3000), i => Assert.True(recorder.Record(Exchange(i))));
            await recorder.FlushAsync(TestContext.Current.CancellationToken);
            AssertBalanced(recorder.Counts, 3000, 3000);
        }

        Assert.Equal(Enumerable.Range(0, 3000), log.Reader.Sketches(default).Select(row => int.Parse(row.Account[5..])));
        Assert.Equal(3000, (await engine.ReportAsync(TestContext.Current.CancellationToken)).Input.Exchanges);
    }

    [Fact]
    public async Task A_full_queue_drops_and_counts_and_never_waits()
    {
        using var log = Log();
        using var gate = new ManualResetEventSlim();
        await using var engine = Engine(_ => Held(gate)); // its replay holds the engine, whose queue then holds the writer
        await using var recorder = Recorder(log, engine, queueLength: 10);
        var taken = 0;
        for (var i = 0; i < 100_000; i++)
        {
            taken += recorder.Record(Exchange(i)) ? 1 : 0;
            var counts = recorder.Counts;
            Assert.Equal(counts.Received, counts.Kept + counts.Waiting + counts.Dropped.Values.Sum());
        }

        gate.Set();
        await recorder.FlushAsync(TestContext.Current.CancellationToken);
        AssertBalanced(recorder.Counts, 100_000, taken);
        Assert.Equal(100_000 - taken, recorder.Counts.Dropped.GetValueOrDefault("queue_full"));
    }

    [Fact]
    public async Task A_disk_that_refuses_costs_the_batch_and_is_counted()
    {
        var log = Log();
        await using var engine = Engine();
        await using var recorder = Recorder(log, engine);
        log.Dispose();
        recorder.Record(Exchange(1));
        await recorder.FlushAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, recorder.Counts.Dropped["storage_failed"]);
        AssertBalanced(recorder.Counts, 1, 0);
    }

    [Fact]
    public async Task After_the_end_an_exchange_is_dropped_and_counted()
    {
        using var log = Log();
        await using var engine = Engine();
        var recorder = Recorder(log, engine);
        await recorder.DisposeAsync();
        Assert.False(recorder.Record(Exchange(1)));
        Assert.Equal(1, recorder.Counts.Dropped["stopped"]);
    }

    [Fact]
    public async Task A_late_exchange_is_kept_and_counted_as_undetected()
    {
        using var log = Log();
        await using var engine = Engine();
        await using var recorder = Recorder(log, engine);
        recorder.Record(Exchange(0));
        recorder.Record(Exchange(3_600));
        recorder.Record(Exchange(1));
        await recorder.FlushAsync(TestContext.Current.CancellationToken);
        var report = await engine.ReportAsync(TestContext.Current.CancellationToken);
        AssertBalanced(recorder.Counts, 3, 3);
        Assert.Equal(1, recorder.Counts.Undetected["late"]);
        Assert.Equal(("out-of-order", 1L), (report.Input.Rejected[0].Reason, report.Input.Rejected[0].Count));
    }

    [Fact]
    public async Task An_engine_that_fails_is_counted_and_nothing_stops()
    {
        using var log = Log();
        await using var engine = new LiveEngine(new LiveDetection(Detector(Key)), _ => [Damaging()], TimeProvider.System, NullLogger.Instance);
        await using var recorder = Recorder(log, engine);
        recorder.Record(Exchange(1));
        await Assert.ThrowsAsync<InvalidOperationException>(() => engine.ReportAsync(TestContext.Current.CancellationToken));
        recorder.Record(Exchange(2));
        await recorder.FlushAsync(TestContext.Current.CancellationToken);
        AssertBalanced(recorder.Counts, 2, 2);
    }

    // More keys than a sketch can hold: a fault of ours, which shows when its epoch is applied.
    static LoggedSketch Damaging() => new(1, null, Exchange(0).Sketch with { KeyCount = int.MaxValue });

    static CampaignDetector Detector(DetectionKey key) => new(new DetectorSettings(), key, AccountDirectory.Empty(key), new ModelNames(), new AccountIds());

    static LiveEngine Engine(Func<long, IEnumerable<LoggedSketch>>? history = null) =>
        new(new LiveDetection(Detector(Key)), history ?? (_ => []), TimeProvider.System, NullLogger.Instance);

    static IEnumerable<LoggedSketch> Held(ManualResetEventSlim gate)
    {
        gate.Wait(TimeSpan.FromSeconds(30));
        yield break;
    }

    ExchangeRecorder Recorder(ExchangeLog log, LiveEngine engine, int queueLength = ExchangeRecorder.QueueLength) =>
        new(log, null, engine, [], _metrics, NullLogger.Instance, queueLength);

    ExchangeLog Log()
    {
        Directory.CreateDirectory(_temporary.Path);
        return ExchangeLog.Open(Path.Combine(_temporary.Path, "exchanges.db"), Key.Id);
    }

    static SettledExchange Exchange(int second) => new()
    {
        Id = $"ex_{second}",
        Sketch = new ExchangeSketch { TimeMs = 1_800_000_000_000 + (second * 1000L), Account = (ulong)second + 1, Order = (ulong)second + 1, OutputTokens = -1 },
        Account = $"acct_{second}",
        KeyId = "k",
        Model = "m",
        UpstreamModel = "m",
        Api = ExchangeApi.AnthropicMessages,
        Status = 200,
        End = ExchangeEnd.Complete,
        Settlement = new Settlement(new TokenUsage(1, 0, 0, 1), false),
        LatencyMs = 1,
    };

    static void AssertBalanced(RecordingCounts counts, long received, long kept)
    {
        Assert.Equal((received, kept, 0L), (counts.Received, counts.Kept, counts.Waiting));
        Assert.Equal(received, counts.Kept + counts.Dropped.Values.Sum());
    }

    public void Dispose()
    {
        _metrics.Dispose();
        _temporary.Dispose();
    }
}
