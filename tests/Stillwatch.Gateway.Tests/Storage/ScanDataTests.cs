using System.Text.Json;
using Stillwatch.Engine;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Sketches;
using Stillwatch.Scan;
using Stillwatch.Storage;
using Stillwatch.Storage.Exchanges;
using Stillwatch.Storage.Logs;

namespace Stillwatch.Gateway.Tests.Storage;

/// <summary>What is judged from stored sketches is what is judged from the log they were made of.</summary>
public sealed class ScanDataTests : IDisposable
{
    readonly TemporaryDirectory _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task A_scan_of_stored_sketches_gives_the_report_of_the_log()
    {
        var simulated = Path.Combine(Path.GetDirectoryName(_temporary.Path)!, "simulated");
        Assert.Equal(0, (await RunAsync("simulate", "tiny", "--out", simulated)).Code);
        var keyFile = Path.Combine(_temporary.Path, "detection.key");
        Store(simulated);
        string[] records = ["--accounts", Path.Combine(simulated, "accounts.jsonl"), "--apps", Path.Combine(simulated, "apps.jsonl")];
        records = [.. records.Chunk(2).Where(pair => File.Exists(pair[1])).SelectMany(pair => pair)];
        Assert.NotEmpty(records);

        var (code, fromLog, error) = await RunAsync(["scan", simulated, "--key", keyFile, "--json", "--out", Path.Combine(simulated, "a"), .. records]);
        Assert.True(code == 0, error);
        (code, var fromData, error) = await RunAsync(["scan", "--data", _temporary.Path, "--json", "--out", Path.Combine(simulated, "b"), .. records]);
        Assert.True(code == 0, error);
        Assert.Equal(fromLog, fromData);
        Assert.NotEmpty(JsonSerializer.Deserialize(fromData, ReportJson.Readable.Report)!.Campaigns);
    }

    [Fact]
    public async Task Sketches_that_cannot_be_read_are_counted_and_not_trusted()
    {
        using (var directory = DataDirectory.Lock(_temporary.Path))
        using (var log = ExchangeLog.Open(directory.ExchangesPath, new DetectionKey(directory.DetectionKey()).Id))
        {
            log.Append([ExchangeLogTests.Exchange(1), ExchangeLogTests.Exchange(2) with { Sketch = [9, 0, 0, 0, 0, 0, 0, 0, 0] }]);
        }

        var (code, output, error) = await RunAsync("scan", "--data", _temporary.Path, "--json", "--out", _temporary.Path + "-report");
        Assert.Equal(3, code);
        Assert.Equal(["damaged-sketch", "sketch-of-other-version"], JsonSerializer.Deserialize(output, ReportJson.Readable.Report)!.Input.Rejected.Select(rejection => rejection.Reason));
        Assert.Contains("none of its 2 sketches", error);
    }

    [Fact]
    public async Task A_data_directory_stands_alone()
    {
        foreach (var (arguments, says) in new (string[], string)[]
        {
            (["scan"], "--data"),
            (["scan", "x.jsonl", "--data", _temporary.Path], "x.jsonl"),
            (["scan", "--key", "k", "--data", _temporary.Path], "--key"),
            (["scan", "--data", _temporary.Path], _temporary.Path),
        })
        {
            var (code, _, error) = await RunAsync(arguments);
            Assert.Equal(2, code);
            Assert.Contains(says, error);
        }

        Assert.False(Directory.Exists(_temporary.Path));
    }

    // As a server would: the sketch of each line, in event order, under indices that mean nothing to who reads them.
    void Store(string simulated)
    {
        using var directory = DataDirectory.Lock(_temporary.Path);
        var key = new DetectionKey(directory.DetectionKey());
        var appsPath = Path.Combine(simulated, "apps.jsonl");
        var apps = File.Exists(appsPath) ? RecordFile.ReadApps(appsPath).Records : [];
        var models = new ModelNames();
        models.IndexOf("one that shifts every index"u8);
        var sketcher = new Sketcher(key, models, new AccountIds(), new AppRegister(apps));
        using var log = ExchangeLog.Open(directory.ExchangesPath, key.Id);
        var batch = new List<StoredExchange>();
        var pipeline = new ScanPipeline<StoredExchange>(
            () => parsed =>
            {
                sketcher.Sketch(parsed, out var sketch);
                return ExchangeLogTests.Exchange(0, System.Text.Encoding.UTF8.GetString(parsed[parsed.Account])) with
                {
                    Model = models[sketch.Model],
                    App = sketch.App == 0 ? null : apps[sketch.App - 1].App,
                    Sketch = SketchCodec.Encode(sketch),
                };
            },
            new ScanPipelineOptions { Workers = 1 });
        pipeline.Run(LogSource.Open([simulated]).Files, (in StoredExchange exchange) =>
        {
            batch.Add(exchange);
            return true;
        });
        Assert.NotEmpty(batch);
        log.Append(batch);
    }

    static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
