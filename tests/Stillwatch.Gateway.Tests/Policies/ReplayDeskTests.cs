using Microsoft.Extensions.Time.Testing;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Policies.Replay;
using Stillwatch.Storage;
using Stillwatch.Storage.Accounts;
using Stillwatch.Storage.Replays;

namespace Stillwatch.Gateway.Tests.Policies;

/// <summary>Replays as a server runs them: one at a time, watched, cancelled, kept.</summary>
public sealed class ReplayDeskTests : IClassFixture<StoredWorld>, IAsyncLifetime
{
    const string NobodyAutomatic = "ladder: {verify: {automatic: false}, shape: {automatic: false}}";

    readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 0, 0, 0, TimeSpan.Zero));
    readonly DirectoryInfo _kept = Directory.CreateTempSubdirectory("stillwatch-");
    readonly DataDirectory _data;
    readonly AccountStore _accounts;
    readonly ReplayDesk _desk;
    Action? _reading;

    public ReplayDeskTests(StoredWorld world)
    {
        _data = DataDirectory.Look(world.Data);
        _accounts = AccountStore.Open(Path.Combine(_kept.FullName, "accounts.db"));
        _desk = Desk(PolicyReader.Read(NobodyAutomatic, "policy.yaml", _ => null, out _).Policy!);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _desk.DisposeAsync();
        _accounts.Dispose();
        _data.Dispose();
        _kept.Delete(recursive: true);
    }

    [Fact]
    public async Task An_edited_policy_is_replayed_with_progress_and_the_result_outlives_the_desk()
    {
        var steps = new List<ReplayJob>();
        _desk.Changed += job => { lock (steps) { steps.Add(job); } };
        var started = _desk.Start("{}", 30, "Ada").Job!;
        var done = await EndAsync(_desk, started.Id);
        Assert.Equal((ReplayState.Done, "Ada", "{}", 1.0), (done.State, done.By, done.Policy, done.ProgressRatio));
        Assert.NotEmpty(done.Report!.Touched);
        Assert.Contains(done.Report.Notes, note => note.StartsWith("Judged within 256 MiB", StringComparison.Ordinal));
        Assert.All(steps.Zip(steps.Skip(1)), pair => Assert.True(pair.First.ProgressRatio <= pair.Second.ProgressRatio));

        var kept = Desk(PolicyReader.Default).Find(started.Id)!;
        Assert.Equal((ReplayState.Done, done.Report.Touched.Count, done.Report.Touched[0].Reasons[0]), (kept.State, kept.Report!.Touched.Count, kept.Report.Touched[0].Reasons[0]));
        Assert.Null(_desk.Find("rpl_../../accounts"));
    }

    [Fact]
    public async Task One_runs_at_a_time_and_can_be_cancelled()
    {
        using var gate = new ManualResetEventSlim();
        _reading = gate.Wait;
        var first = _desk.Start("{}", 30, "Ada").Job!;
        Assert.Equal(ReplayFault.Busy, _desk.Start("{}", 30, "Ben").Fault);
        Assert.Equal(ReplayFault.Unknown, _desk.Cancel("rpl_other").Fault);
        Assert.Equal(ReplayFault.None, _desk.Cancel(first.Id).Fault);
        gate.Set();
        var ended = await EndAsync(_desk, first.Id);
        Assert.Equal((ReplayState.Cancelled, null), (ended.State, ended.Report));
        Assert.Equal(ReplayFault.Unknown, _desk.Cancel(first.Id).Fault);
        _reading = null;
        Assert.Equal(ReplayFault.None, _desk.Start("{}", 1, "Ben").Fault);
    }

    [Theory]
    [InlineData("ladder: {shape: {days: 0}}", 30, "ladder.shape.days")]
    [InlineData("{}", 0, "days 0")]
    public void What_cannot_be_replayed_is_refused_with_its_faults(string policy, int days, string says)
    {
        var answer = _desk.Start(policy, days, "Ada");
        Assert.Equal(ReplayFault.Invalid, answer.Fault);
        Assert.Contains(says, answer.Message);
        Assert.Null(_desk.Current);
    }

    [Fact]
    public void The_newest_twenty_are_kept_and_a_damaged_one_is_none()
    {
        var folder = new ReplayFolder(_kept.FullName);
        for (var i = 0; i < 25; i++)
        {
            folder.Keep(new ReplayJob($"rpl_{i:d4}", ReplayState.Failed, "Ada", _time.GetUtcNow(), null, 1, "h", "{}", 0, 0, 0, "disk", null));
        }

        Assert.Equal((20, "rpl_0024"), (folder.Ids().Count, folder.Ids()[0]));
        Assert.Null(folder.Find("rpl_0004"));
        File.WriteAllText(Path.Combine(_kept.FullName, "replays", "rpl_0024.json"), "{");
        Assert.Null(folder.Find("rpl_0024"));
    }

    ReplayDesk Desk(AccessPolicy inForce) => new(
        new ReplaySource(
            _data, new DetectionKey(_data.DetectionKey()), _accounts, [], () =>
            {
                _reading?.Invoke();
                return inForce;
            },
            text => PolicyReader.Read(text, "policy.yaml", _ => null, out _)),
        new ReplayFolder(_kept.FullName), _time);

    static async Task<ReplayJob> EndAsync(ReplayDesk desk, string id)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        while (desk.Find(id) is { State: ReplayState.Running })
        {
            await Task.Delay(20, patience.Token);
        }

        return desk.Find(id)!;
    }
}
