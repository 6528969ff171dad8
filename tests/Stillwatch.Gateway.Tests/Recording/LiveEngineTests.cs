using Microsoft.Extensions.Logging.Abstractions;
using Stillwatch.Engine;
using Stillwatch.Engine.Displacements;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Recording;
using Stillwatch.Gateway.Tests.Storage;
using Stillwatch.Storage.Findings;

namespace Stillwatch.Gateway.Tests.Recording;

/// <summary>What the live engine learns, and that a question with no news costs nothing.</summary>
public sealed class LiveEngineTests
{
    static readonly DetectionKey Key = DetectionKey.FromText("live engine");

    readonly AccountDirectory _directory = AccountDirectory.Empty(Key);

    [Fact]
    public async Task With_nothing_new_the_same_report_is_given_again()
    {
        await using var engine = Engine();
        engine.Add(1, Sketch(1));
        var report = await engine.ReportAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < 100; i++)
        {
            Assert.Same(report, await engine.ReportAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task A_row_that_was_replayed_is_not_taken_a_second_time()
    {
        await using var engine = Engine(_ => [new(1, null, Sketch(1)), new(2, "damaged-sketch", default), new(3, null, Sketch(3))]);
        engine.Add(3, Sketch(3));
        engine.Add(4, Sketch(4));
        var held = await engine.HeldAsync(TestContext.Current.CancellationToken);
        Assert.Equal((3L, 4L, true), (held.Report.Input.Exchanges, held.LogRow, held.IsCurrent));
        Assert.Equal(("damaged-sketch", 1L, 2L), held.Report.Input.Rejected.Select(r => (r.Reason, r.Count, r.FirstLine)).Single());
    }

    [Fact]
    public async Task After_a_record_was_learned_the_report_is_made_anew_though_no_exchange_came()
    {
        await using var engine = Engine();
        engine.Add(1, Sketch(1));
        var before = await engine.ReportAsync(TestContext.Current.CancellationToken);
        Assert.Contains("identity-and-money", before.Input.AbsentFamilies);

        engine.Learn(new AccountRecord { Account = "acct_1", Payment = "pm_1", Created = DateTimeOffset.UnixEpoch });

        var after = await engine.ReportAsync(TestContext.Current.CancellationToken);
        Assert.NotSame(before, after);
        Assert.DoesNotContain("identity-and-money", after.Input.AbsentFamilies);
        Assert.Equal(1, _directory.Count);
    }

    [Fact]
    public async Task A_finding_makes_the_report_anew_and_a_broken_engine_learns_nothing_more()
    {
        await using var engine = Engine();
        engine.Add(1, Sketch(1));
        var before = await engine.ReportAsync(TestContext.Current.CancellationToken);
        engine.Learn(Finding(1));
        Assert.NotSame(before, await engine.ReportAsync(TestContext.Current.CancellationToken));

        engine.Learn(Finding(double.NaN));
        engine.Learn(new AccountRecord { Account = "acct_1" });
        engine.Add(2, Sketch(2));
        await engine.ReportAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, _directory.Count);
        Assert.Equal(1, engine.Undetected.ToDictionary()["engine_failed"]);
    }

    [Fact]
    public void Findings_come_back_from_disk_and_a_torn_line_costs_itself_alone()
    {
        using var temporary = new TemporaryDirectory();
        Directory.CreateDirectory(temporary.Path);
        var log = new FindingLog(temporary.Path);
        Assert.Empty(log.Read());
        Assert.True(log.Add(Finding(1)));
        File.AppendAllText(Path.Combine(temporary.Path, "findings.jsonl"), """{"at":"2026-02-01T00:00:00Z","treated":["a"],"siblings":["b"],"nats":1e999,"shifted_ratio":1}""" + "\n{\"at\":\"20");
        Assert.True(log.Add(Finding(2)));
        Assert.Equal([1, 2], log.Read().Select(f => f.Nats));
        Assert.Equal(Finding(1).Treated, log.Read()[0].Treated);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(temporary.Path, "findings.jsonl")));
        }
    }

    static DisplacementFinding Finding(double nats) => new(DateTimeOffset.UnixEpoch.AddYears(1), ["a"], ["b", "c"], nats, 0.5);

    LiveEngine Engine(Func<long, IEnumerable<LoggedSketch>>? history = null) => new(
        new LiveDetection(new CampaignDetector(new DetectorSettings(), Key, _directory, new ModelNames(), new AccountIds())), history ?? (_ => []), TimeProvider.System,
        NullLogger.Instance, restPerReport: 0);

    static ExchangeSketch Sketch(int second) =>
        new() { TimeMs = 1_800_000_000_000 + (second * 1000L), Account = (ulong)second, Order = (ulong)second, OutputTokens = -1 };
}
