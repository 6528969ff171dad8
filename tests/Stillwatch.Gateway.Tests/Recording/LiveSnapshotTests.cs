using System.Text.Json;
using Microsoft.Extensions.Logging;
using Stillwatch.Engine;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Recording;
using Stillwatch.Gateway.Tests.Storage;
using Stillwatch.Storage.Exchanges;
using Stillwatch.Storage.Snapshots;

namespace Stillwatch.Gateway.Tests.Recording;

/// <summary>A restart is the newest snapshot that can be used and the rest of the log: the same bytes as one that never stopped.</summary>
public sealed class LiveSnapshotTests : IDisposable
{
    const int Rows = 4_000;
    const long Memory = 64L << 20;

    static readonly DetectionKey Key = DetectionKey.FromText("live snapshots");

    readonly TemporaryDirectory _temporary = new();
    readonly List<LiveSnapshots> _made = [];
    readonly Lines _logged = new();
    readonly ExchangeLog _log;

    public LiveSnapshotTests()
    {
        Directory.CreateDirectory(_temporary.Path);
        _log = ExchangeLog.Open(Path.Combine(_temporary.Path, "exchanges.db"), Key.Id);
        _log.Append([.. Enumerable.Range(0, Rows).Select(Stored)]);
    }

    public void Dispose()
    {
        _log.Dispose();
        _temporary.Dispose();
    }

    [Fact]
    public async Task Killed_anywhere_and_restarted_the_state_is_the_same_bytes_as_without_a_stop()
    {
        var expected = await RunAsync(every: 0, until: Rows);
        var whole = JsonSerializer.Deserialize(expected.Report, ReportJson.Readable.Report)!;
        Assert.NotEmpty(whole.Campaigns);
        Assert.Contains(whole.Input.Rejected, rejection => rejection is { Reason: "out-of-order", Count: > 10 });
        foreach (var killedAt in (int[])[1, 400, 999, 1_000, 2_500, Rows])
        {
            Directory.Delete(Path.Combine(_temporary.Path, "snapshots"), recursive: true);
            await RunAsync(every: 300, until: killedAt, isKilled: true);
            var (bytes, report) = await RunAsync(every: 300, until: Rows);
            Assert.Equal(expected.Report, report);
            Assert.Equal(expected.State, bytes);
        }

        Assert.Equal(5, Outcome("restored"));
    }

    [Fact]
    public async Task A_damaged_newest_one_gives_way_to_the_one_before_and_that_to_the_whole_log()
    {
        var expected = await RunAsync(every: 500, until: Rows);
        var paths = new SnapshotFolder(_temporary.Path).Newest().Select(file => file.Path).ToList();
        Assert.Equal(2, paths.Count);
        File.WriteAllBytes(paths[0], File.ReadAllBytes(paths[0])[..^1]);
        var (detection, taken) = Restored();
        Assert.True(taken is > 0 and < Rows, $"{taken} rows");
        Assert.Contains(_logged, line => line.Id == 1313 && line.Text.Contains("damaged", StringComparison.Ordinal) && line.Text.Contains(paths[0], StringComparison.Ordinal));
        Assert.False(File.Exists(paths[0]));
        Assert.Equal(expected.Report, await ReportAsync(detection));

        File.WriteAllText(paths[1], "");
        (detection, taken) = Restored();
        Assert.Equal(0, taken);
        Assert.Equal(expected.Report, await ReportAsync(detection));
        Assert.Equal(2, Outcome("damaged"));
    }

    [Fact]
    public async Task One_made_on_other_terms_is_refused_by_name()
    {
        await RunAsync(every: 500, until: Rows);
        foreach (var (terms, says) in new (SnapshotTerms, string)[]
        {
            (Terms with { MemoryBytes = 128L << 20 }, "detection.memory"),
            (Terms with { AppsHash = "another" }, "apps file"),
        })
        {
            Assert.Equal(0, Restored(terms).Taken);
            Assert.Contains(_logged, line => line.Id == 1313 && line.Text.Contains(says, StringComparison.Ordinal));
        }

        Assert.Equal(Rows, Restored().Taken);
        Assert.Equal(0, Restored(Terms with { KeyId = "another" }).Taken);
        Assert.Contains(_logged, line => line.Text.Contains("another", StringComparison.Ordinal));
        Assert.Empty(new SnapshotFolder(_temporary.Path).Newest()); // what was made with a key that is gone goes too
    }

    [Fact]
    public async Task A_log_that_lost_its_end_is_read_anew_and_one_that_retention_shortened_is_not()
    {
        await RunAsync(every: 500, until: Rows);
        _log.DeleteOlderThan(long.MaxValue, TestContext.Current.CancellationToken);
        Assert.Equal(Rows, Restored().Taken);

        File.Delete(Path.Combine(_temporary.Path, "other.db"));
        using var shorter = ExchangeLog.Open(Path.Combine(_temporary.Path, "other.db"), Key.Id);
        shorter.Append([.. Enumerable.Range(0, 10).Select(Stored)]);
        Assert.Equal(0, Restored(log: shorter).Taken);
        shorter.Append([.. Enumerable.Range(0, Rows).Select(i => Stored(i + 5))]); // the same row, another exchange
        Assert.Equal(0, Restored(log: shorter).Taken);
        Assert.Contains(_logged, line => line.Id == 1313 && line.Text.Contains("lost", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Fewer_findings_than_it_holds_are_a_reason_too_and_those_it_holds_are_not_learned_again()
    {
        var detection = new LiveDetection(Detector());
        detection.Learn(new Engine.Displacements.DisplacementFinding(DateTimeOffset.UnixEpoch, ["a"], ["b"], 1, 0.5));
        detection.Take(new LoggedSketch(1, null, Sketch(0)));
        Snapshots(1, findings: 1).Save(detection);
        var restored = Snapshots(1, findings: 1).Open(Detector);
        await using var engine = new LiveEngine(restored, _ => [], TimeProvider.System, _logged);
        Assert.Equal(1, engine.RestoredFindings);
        Assert.Equal(0, Snapshots(1, findings: 0).Open(Detector).Row);
    }

    [Fact]
    public async Task Stopped_in_the_middle_of_its_history_it_goes_on_from_there_and_nothing_is_skipped()
    {
        var expected = await RunAsync(every: 0, until: Rows);
        using var gate = new SemaphoreSlim(0);
        IEnumerable<LoggedSketch> Slow(long after)
        {
            foreach (var logged in History(after, Rows))
            {
                if (logged.Row == 1_500)
                {
                    gate.Release();
                    SpinWait.SpinUntil(() => false, 300);
                }

                yield return logged;
            }
        }

        var stopped = new LiveEngine(new LiveDetection(Detector()), Slow, TimeProvider.System, _logged, Snapshots(100_000));
        Assert.True(await gate.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        stopped.Add(Rows + 1, Sketch(Rows + 1)); // came in meanwhile; its row is in the log
        await stopped.DisposeAsync();
        var row = new SnapshotFolder(_temporary.Path).Newest().Single().Header!.LogRow;
        Assert.InRange(row, 1_499, 1_501);
        Assert.Equal(expected, await RunAsync(every: 100_000, until: Rows));
    }

    SnapshotTerms Terms { get; } = new(Key.Id, Memory, "");

    async Task<(string State, string Report)> RunAsync(int every, int until, bool isKilled = false)
    {
        var snapshots = Snapshots(every);
        var detection = every == 0 ? new LiveDetection(Detector()) : snapshots.Open(Detector);
        if (isKilled)
        {
            foreach (var logged in History(detection.Row, until))
            {
                detection.Take(logged);
                snapshots.Look(detection); // and then nothing more: no last words
            }

            return default;
        }

        var report = "";
        await using (var engine = new LiveEngine(detection, after => History(after, until), TimeProvider.System, _logged, every == 0 ? null : snapshots, restPerReport: 0))
        {
            report = Json(await engine.ReportAsync(TestContext.Current.CancellationToken));
        }

        using var state = new MemoryStream();
        detection.Save(state);
        Directory.CreateDirectory(Path.Combine(_temporary.Path, "snapshots"));
        return (Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(state.ToArray())), report);
    }

    async Task<string> ReportAsync(LiveDetection detection)
    {
        await using var engine = new LiveEngine(detection, after => History(after, Rows), TimeProvider.System, _logged);
        return Json(await engine.ReportAsync(TestContext.Current.CancellationToken));
    }

    (LiveDetection Detection, long Taken) Restored(SnapshotTerms? terms = null, ExchangeLog? log = null)
    {
        var detection = Snapshots(1, terms: terms, log: log).Open(Detector);
        return (detection, detection.Row);
    }

    // The cost of the last one is no matter here: a clock that stands still finds each one due.
    LiveSnapshots Snapshots(int every, int findings = 0, SnapshotTerms? terms = null, ExchangeLog? log = null)
    {
        var snapshots = new LiveSnapshots(
            new SnapshotFolder(_temporary.Path), terms ?? Terms, (log ?? _log).Reader, () => findings, every, new Microsoft.Extensions.Time.Testing.FakeTimeProvider(), _logged);
        _made.Add(snapshots);
        return snapshots;
    }

    long Outcome(string outcome) => _made.Sum(snapshots => snapshots.Outcomes.ToDictionary().GetValueOrDefault(outcome));

    IEnumerable<LoggedSketch> History(long after, int until) =>
        _log.Reader.Sketches(TestContext.Current.CancellationToken, after, until).Select(row => new LoggedSketch(row.Sequence, null, Sketch((int)row.Sequence - 1)));

    static CampaignDetector Detector() => new(new DetectorSettings { MemoryBytes = Memory }, Key, AccountDirectory.Empty(Key), new ModelNames(), new AccountIds());

    static StoredExchange Stored(int i) => ExchangeLogTests.Exchange(i, $"acct_{i % 97}");

    // A ring of 40 accounts on one template among 57 that share nothing, over some hours: judged many times.
    static ExchangeSketch Sketch(int i)
    {
        var (account, random) = (i % 97, (ulong)i * 0x9E3779B97F4A7C15);
        var sketch = new ExchangeSketch
        {
            TimeMs = 1_800_000_000_000 + (i * 9_000L) - ((long)(random % 7) * 120_000), // some disorder, and with it some that are late
            Account = (ulong)(account + 1) * 0xD1342543DE82EF95, Order = random, Item = random, Task = random, OutputTokens = 100, NewUserTokens = 50,
            Network = (ulong)(account < 40 ? account / 8 : account) + 1000, KeyCount = 4,
        };
        for (var k = 0; k < 4; k++)
        {
            sketch.Keys[k] = account < 40 ? (ulong)(k + 1) * 0xA24BAED4963EE407 : random + (ulong)k;
        }

        return sketch;
    }

    sealed class Lines : List<(int Id, string Text)>, ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (this)
            {
                Add((eventId.Id, formatter(state, exception)));
            }
        }
    }

    static string Json(Report report) => JsonSerializer.Serialize(report, ReportJson.Readable.Report);
}
