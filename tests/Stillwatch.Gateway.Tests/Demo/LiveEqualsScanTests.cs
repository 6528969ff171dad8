using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Stillwatch.Demo;
using Stillwatch.Engine;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Sketches;
using Stillwatch.Scan;
using Stillwatch.Storage;
using Stillwatch.Storage.Exchanges;
using Stillwatch.Storage.Logs;

namespace Stillwatch.Gateway.Tests.Demo;

/// <summary>What the running gateway says of traffic is what a scan says of it, whichever way the scan gets it.</summary>
public sealed class LiveEqualsScanTests(SentTraffic traffic)
{
    [Fact]
    public async Task Every_exchange_is_received_and_kept_and_none_is_dropped_or_late()
    {
        var sent = await traffic.ResultAsync();
        Assert.True(sent.Planned > 5_000, $"{sent.Planned} exchanges");
        Assert.Equal((sent.Planned, sent.Planned, 0L), (sent.Counts.Received, sent.Counts.Kept, sent.Counts.Waiting));
        Assert.Empty(sent.Counts.Dropped);
        Assert.Empty(sent.Counts.Undetected);
        Assert.Empty(sent.Counts.Refused);
        Assert.Equal(0, sent.Odd);
    }

    [Fact]
    public async Task The_report_names_a_campaign_and_the_admin_api_serves_the_same()
    {
        var sent = await traffic.ResultAsync();
        Assert.NotEmpty(JsonSerializer.Deserialize(sent.Live, ReportJson.Readable.Report)!.Campaigns);
        Assert.Equal(sent.Live, sent.Served);
    }

    [Fact]
    public async Task A_scan_of_the_stored_sketches_gives_the_live_report()
    {
        var sent = await traffic.ResultAsync();
        using var directory = DataDirectory.Look(sent.Data);
        Assert.Equal(sent.Live, Scan(sent, new ScanInputs { Data = directory }));
    }

    [Fact]
    public async Task A_scan_of_the_simulated_log_gives_the_live_report_and_the_same_sketches()
    {
        var sent = await traffic.ResultAsync();
        Assert.Equal(Stored(sent), Sketched(sent, sent.Log));
        Assert.Equal(sent.Live, Scan(sent, new ScanInputs { Logs = [sent.Log] }));
    }

    [Fact]
    public async Task A_scan_of_the_logged_content_gives_the_live_report_and_the_same_sketches()
    {
        var sent = await traffic.ResultAsync();
        var content = Path.Combine(sent.Data, "content");
        Assert.Equal(Stored(sent), Sketched(sent, content));
        Assert.Equal(sent.Live, Scan(sent, new ScanInputs { Logs = [content] }));
    }

    [Fact]
    public async Task A_gateway_started_again_on_the_directory_gives_the_same_report()
    {
        var sent = await traffic.ResultAsync();
        var config = SimulatedWorld.Config(new Uri("http://127.0.0.1:1"), sent.Records, sent.Data, logContent: false);
        await using var host = await GatewayHost.StartAsync(config, new ServeOptions { IsDevelopment = false, Logs = NullLoggerFactory.Instance });
        Assert.Equal(sent.Live, SentTraffic.Json(await host.Engine.ReportAsync(TestContext.Current.CancellationToken)));
    }

    static string Scan(SentResult sent, ScanInputs inputs)
    {
        var outcome = ScanRun.Run(
            inputs with
            {
                Accounts = Path.Combine(sent.Records, "accounts.jsonl"),
                Apps = Path.Combine(sent.Records, "apps.jsonl"),
            },
            new DetectorSettings(), sent.Key(), cancellationToken: TestContext.Current.CancellationToken);
        Assert.False(outcome.IsUntrustworthy);
        Assert.Equal(sent.Planned, outcome.Totals.Accepted);
        return SentTraffic.Json(outcome.Report);
    }

    static List<string> Stored(SentResult sent)
    {
        using var directory = DataDirectory.Look(sent.Data);
        var log = new ExchangeLogReader(directory.ExchangesPath, sent.Key().Id);
        return Sorted(log.Sketches(TestContext.Current.CancellationToken).Select(row =>
        {
            Assert.True(SketchCodec.TryDecode(row.Sketch, out var sketch));
            return Line(sketch, row.Model);
        }));
    }

    static List<string> Sketched(SentResult sent, string log)
    {
        var (key, models) = (sent.Key(), new ModelNames());
        var apps = new AppRegister(RecordFile.ReadApps(Path.Combine(sent.Records, "apps.jsonl")).Records);
        var lines = new List<string>();
        var pipeline = new ScanPipeline<string>(() =>
        {
            var sketcher = new Sketcher(key, models, new AccountIds(), apps);
            return parsed =>
            {
                sketcher.Sketch(parsed, out var sketch);
                return Line(sketch, models[sketch.Model]);
            };
        });
        var totals = pipeline.Run(LogSource.Open([log]).Files, (in string line) =>
        {
            lines.Add(line);
            return true;
        });
        Assert.Empty(totals.Rejected);
        return Sorted(lines);
    }

    // A model's index is a process's own; its name is what counts.
    static string Line(ExchangeSketch sketch, string model)
    {
        sketch.Model = 0;
        return $"{sketch.TimeMs} {model} {Convert.ToHexString(SketchCodec.Encode(sketch))}";
    }

    static List<string> Sorted(IEnumerable<string> lines) => [.. lines.Order(StringComparer.Ordinal)];
}
