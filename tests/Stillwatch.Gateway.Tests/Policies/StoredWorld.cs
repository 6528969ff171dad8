using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Tests.Storage;
using Stillwatch.Scan;
using Stillwatch.Storage;
using Stillwatch.Storage.Exchanges;
using Stillwatch.Storage.Logs;

namespace Stillwatch.Gateway.Tests.Policies;

/// <summary>A small simulated world, stored as a server would have: sketches and numbers, no text.</summary>
public sealed class StoredWorld : IDisposable
{
    readonly TemporaryDirectory _temporary = new();

    public StoredWorld()
    {
        Simulated = Path.Combine(Path.GetDirectoryName(_temporary.Path)!, "simulated");
        using var output = new StringWriter();
        var code = CommandLine.RunAsync(["simulate", "tiny", "--out", Simulated], output, output).GetAwaiter().GetResult();
        Assert.True(code == 0, output.ToString());
        Store();
    }

    /// <summary>The data directory.</summary>
    public string Data => _temporary.Path;

    public string Simulated { get; }

    public string Accounts => Path.Combine(Simulated, "accounts.jsonl");

    public string Truth => Path.Combine(Simulated, "truth.jsonl");

    public void Dispose() => _temporary.Dispose();

    /// <summary>Every stored exchange, in the order they began.</summary>
    public IReadOnlyList<StoredCall> Calls()
    {
        using var directory = DataDirectory.Look(Data);
        return [.. new ExchangeLogReader(directory.ExchangesPath, new DetectionKey(directory.DetectionKey()).Id).Calls(0, CancellationToken.None)];
    }

    void Store()
    {
        using var directory = DataDirectory.Lock(Data);
        var key = new DetectionKey(directory.DetectionKey());
        var models = new ModelNames();
        var sketcher = new Sketcher(key, models, new AccountIds(), new AppRegister([]));
        using var log = ExchangeLog.Open(directory.ExchangesPath, key.Id);
        var batch = new List<StoredExchange>();
        var pipeline = new ScanPipeline<StoredExchange>(
            () => parsed =>
            {
                sketcher.Sketch(parsed, out var sketch);
                return ExchangeLogTests.Exchange(0, System.Text.Encoding.UTF8.GetString(parsed[parsed.Account]), sketch.TimeMs) with
                {
                    Model = models[sketch.Model], LatencyMs = 1000, OutputTokens = 100, Sketch = SketchCodec.Encode(sketch),
                };
            },
            new ScanPipelineOptions { Workers = 1 });
        pipeline.Run(LogSource.Open([Simulated]).Files, (in StoredExchange exchange) =>
        {
            batch.Add(exchange);
            return true;
        });
        log.Append(batch);
    }
}
