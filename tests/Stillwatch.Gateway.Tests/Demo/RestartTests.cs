using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Stillwatch.Demo;
using Stillwatch.Engine;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Keys;
using Stillwatch.Gateway.Tests.Storage;
using Stillwatch.Scan;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Scenarios;
using Stillwatch.Storage;
using Stillwatch.Storage.Exchanges;
using Stillwatch.Storage.Snapshots;

namespace Stillwatch.Gateway.Tests.Demo;

/// <summary>Killed in the middle of a campaign and started again, a gateway says what one says that was never stopped.</summary>
public sealed class RestartTests : IDisposable
{
    const long Memory = 64L << 20;

    readonly TemporaryDirectory _temporary = new();
    readonly string _records;
    readonly Simulation _simulation;

    public RestartTests()
    {
        var text = ScenarioReader.Find("tiny");
        _simulation = new Simulation(ScenarioReader.Read(text) with { ResponseContentRatio = 1 }, new SimulationOptions { Scale = 0.25 });
        _records = Path.Combine(Path.GetDirectoryName(_temporary.Path)!, "records");
        SimulationWriter.WriteRecords(_simulation, text, _records);
    }

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task From_what_a_killed_gateway_leaves_behind_the_same_report_comes_at_once_and_at_the_end()
    {
        var exchanges = _simulation.Exchanges().Select(simulated => simulated.Exchange).ToList();
        var (half, end, image) = ("", "", _temporary.Path + "-image");
        await using (var world = await SimulatedWorld.StartAsync(
            _simulation, _records, _temporary.Path, NullLoggerFactory.Instance, logContent: false, CancellationToken.None, change: Small))
        {
            await world.Traffic.SendAsync(exchanges.Take(exchanges.Count / 2), _ => { });
            half = await LastAsync(world);
            Copy(_temporary.Path, image); // what is on the disk at this moment: no last words
            await world.Traffic.SendAsync(exchanges.Skip(exchanges.Count / 2), _ => { });
            end = await LastAsync(world);
        }

        // At once: the campaigns of the moment it was killed at, under their names.
        Assert.Contains("\"distillation\"", half, StringComparison.Ordinal);
        var (report, restored) = await RestartedAsync(image);
        Assert.Equal(half, report);
        Assert.InRange(restored, 1, exchanges.Count / 2);

        // At the end: the snapshot of the middle, and all that came after it.
        var snapshots = Path.Combine(_temporary.Path, "snapshots");
        Directory.Delete(snapshots, recursive: true);
        Copy(Path.Combine(image, "snapshots"), snapshots);
        (report, restored) = await RestartedAsync(_temporary.Path);
        Assert.Equal(end, report);
        Assert.InRange(restored, 1, (exchanges.Count / 2) + 1);

        // And without any.
        Directory.Delete(snapshots, recursive: true);
        (report, restored) = await RestartedAsync(_temporary.Path);
        Assert.Equal((end, 0L), (report, restored));
        Assert.Equal(end, Scanned(_temporary.Path));
        Directory.Delete(image, recursive: true);
    }

    [Fact]
    public async Task A_serve_process_killed_with_kill_9_goes_on_from_its_snapshot_and_reports_as_a_scan_of_everything()
    {
        await using var upstream = await SimulatedUpstream.StartAsync(CancellationToken.None);
        var (keys, config) = (IssueKeys(), Path.Combine(_records, "stillwatch.yaml"));
        File.WriteAllText(config, Yaml(upstream.Address));
        var exchanges = new Queue<Engine.Exchanges.Exchange>(_simulation.Exchanges().Select(simulated => simulated.Exchange));
        var half = exchanges.Count / 2;

        var first = await Served.StartAsync(config);
        using (first)
        using (var client = new LoopbackClient(first.Data, keys))
        {
            while (exchanges.Count > half)
            {
                await SendAsync(upstream, client, exchanges.Dequeue());
            }

            // In the middle of the traffic: requests are on their way when it dies.
            var last = Task.Run(async () =>
            {
                while (true)
                {
                    await SendAsync(upstream, client, exchanges.Dequeue());
                }
            });
            await Task.Delay(TimeSpan.FromMilliseconds(250), TestContext.Current.CancellationToken);
            first.Kill();
            await Assert.ThrowsAnyAsync<Exception>(() => last);
        }

        var snapshot = new SnapshotFolder(_temporary.Path).Newest().First();
        Assert.InRange(snapshot.Header!.LogRow, 1, Rows() - 1);
        using var second = await Served.StartAsync(config);
        using (var client = new LoopbackClient(second.Data, keys))
        using (var admin = new HttpClient { BaseAddress = second.Admin })
        {
            Assert.Equal(Scanned(_temporary.Path), await admin.GetStringAsync("/api/v1/report", TestContext.Current.CancellationToken));
            while (exchanges.TryDequeue(out var exchange))
            {
                await SendAsync(upstream, client, exchange);
            }

            var (report, expected) = ("", "-");
            for (var patience = 0; patience < 100 && report != expected; patience++) // what was answered last is stored within moments
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken);
                report = await admin.GetStringAsync("/api/v1/report", TestContext.Current.CancellationToken);
                expected = Scanned(_temporary.Path);
            }

            Assert.Equal(expected, report);
            var read = JsonSerializer.Deserialize(report, ReportJson.Readable.Report)!;
            Assert.InRange(read.Input.Exchanges, _simulation.PlannedExchanges * 9 / 10, _simulation.PlannedExchanges);
            Assert.Contains("outcome=\"restored\"} 1", await admin.GetStringAsync("/metrics", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    static GatewayConfig Small(GatewayConfig config) => config with { Detection = new DetectionConfig(Memory, 400) };

    static async Task<string> LastAsync(SimulatedWorld world) =>
        SentTraffic.Json(await CampaignWatch.LastAsync(world.Gateway.Engine, world.Gateway.Parts.Recorder.Counts, CancellationToken.None));

    async Task<(string Report, long RestoredRow)> RestartedAsync(string data)
    {
        using var logs = new RestoredRow();
        var config = Small(SimulatedWorld.Config(new Uri("http://127.0.0.1:1"), _records, data, logContent: false));
        await using var host = await GatewayHost.StartAsync(config, new ServeOptions { IsDevelopment = false, Logs = logs });
        return (SentTraffic.Json(await host.Engine.ReportAsync(TestContext.Current.CancellationToken)), logs.Row);
    }

    string Scanned(string data)
    {
        using var directory = DataDirectory.Look(data);
        var inputs = new ScanInputs { Data = directory, Accounts = Path.Combine(_records, "accounts.jsonl"), Apps = Path.Combine(_records, "apps.jsonl") };
        return SentTraffic.Json(ScanRun.Run(inputs, new DetectorSettings { MemoryBytes = Memory }, new DetectionKey(directory.DetectionKey())).Report);
    }

    long Rows()
    {
        using var directory = DataDirectory.Look(_temporary.Path);
        return new ExchangeLogReader(directory.ExchangesPath, new DetectionKey(directory.DetectionKey()).Id).LastRow();
    }

    static async Task SendAsync(SimulatedUpstream upstream, LoopbackClient client, Engine.Exchanges.Exchange exchange)
    {
        upstream.Expect(new ExpectedAnswer(exchange));
        await client.SendAsync(exchange, CancellationToken.None);
    }

    Dictionary<string, string> IssueKeys()
    {
        using var directory = DataDirectory.Lock(_temporary.Path);
        using var issuer = KeyIssuer.Open(directory, TimeProvider.System);
        var accounts = _simulation.Accounts.ToList();
        var keys = issuer.CreateMany([.. accounts.Select(account => new KeyRequest(account.Account) { Organization = account.Organization })]);
        return accounts.Zip(keys).ToDictionary(pair => pair.First.Account, pair => pair.Second.Text, StringComparer.Ordinal);
    }

    string Yaml(Uri upstream) => $$"""
        listen: http://127.0.0.1:0
        admin: {listen: "http://127.0.0.1:0", auth: none}
        data: {{_temporary.Path}}
        accounts: {{Path.Combine(_records, "accounts.jsonl")}}
        apps: {{Path.Combine(_records, "apps.jsonl")}}
        client: {trusted_proxies: [127.0.0.0/8], ja4_header: {{LoopbackClient.Ja4Header}} }
        detection: {memory: 64MiB, snapshot_every: 200}
        upstreams:
          anthropic: {api: anthropic, urls: "{{upstream}}", circuit: {failures: 1000} }
          openai: {api: openai, urls: "{{upstream}}", circuit: {failures: 1000} }
        models:
          - {match: "*", upstream: anthropic, face: anthropic}
          - {match: "*", upstream: openai, face: openai}
        """;

    static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path) != "lock" && !path.EndsWith("-shm", StringComparison.Ordinal)))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            using var source = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var target = File.Create(copy);
            source.CopyTo(target);
        }
    }

    /// <summary>The executable itself, in a process of its own.</summary>
    sealed class Served(Process process, Uri data, Uri admin) : IDisposable
    {
        public Uri Data => data;

        public Uri Admin => admin;

        public static async Task<Served> StartAsync(string config)
        {
            var process = Process.Start(new ProcessStartInfo("dotnet")
            {
                ArgumentList = { typeof(CommandLine).Assembly.Location, "serve", "--config", config, "--json" },
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var said = new ConcurrentQueue<string?>();
            process.ErrorDataReceived += (_, line) => said.Enqueue(line.Data);
            process.BeginErrorReadLine();
            var ready = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            Assert.True(ready is not null, string.Join('\n', said));
            using var line = JsonDocument.Parse(ready);
            return new Served(process, new Uri(line.RootElement.GetProperty("data").GetString()!), new Uri(line.RootElement.GetProperty("admin").GetString()!));
        }

        /// <summary>SIGKILL, where there are signals.</summary>
        public void Kill()
        {
            process.Kill();
            process.WaitForExit();
        }

        public void Dispose()
        {
            if (!process.HasExited)
            {
                Kill();
            }

            process.Dispose();
        }
    }

    /// <summary>Hears up to which row a snapshot brought detection.</summary>
    sealed class RestoredRow : ILoggerFactory, ILogger
    {
        public long Row { get; private set; }

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == 1312 && state is IReadOnlyList<KeyValuePair<string, object?>> values)
            {
                Row = (long)values.First(value => value.Key == "Row").Value!;
            }
        }

        public void Dispose()
        {
        }
    }
}
