using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Stillwatch.Gateway.Configuration;

namespace Stillwatch.Gateway.Tests.Configuration;

public sealed class ConfigWatcherTests : IDisposable, ILogger
{
    const string Good = """
        upstreams:
          vllm: {api: openai, urls: [http://10.0.0.5:8000]}
        models:
          - {match: "*", upstream: vllm}

        """;

    readonly string _folder = Directory.CreateTempSubdirectory("stillwatch-test-").FullName;
    readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 2, 2, 0, 0, 0, TimeSpan.Zero));
    readonly List<(int Id, string Text)> _logged = [];
    ConfigWatcher? _opened;

    string ConfigPath => Path.Combine(_folder, "stillwatch.yaml");

    public void Dispose()
    {
        _opened?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void An_edit_is_taken_over_once_it_has_settled()
    {
        var watcher = Open(Good);
        List<int> changes = [];
        watcher.Changing += config => changes.Add(config.RetentionDays);
        Edit(Good + "retention_days: 3\n");
        _time.Advance(FileWatch.Poll);
        Assert.Equal(30, watcher.Current.RetentionDays);
        _time.Advance(FileWatch.Settle);
        Assert.Equal(3, watcher.Current.RetentionDays);
        _time.Advance(10 * FileWatch.Poll);
        Assert.Equal([3], changes);
        Assert.True(watcher.Status.IsCurrent);
        Assert.Contains(_logged, line => line.Id == 1200);
    }

    [Fact]
    public void A_file_that_is_still_being_written_is_not_read()
    {
        var watcher = Open(Good);
        Edit("half");
        _time.Advance(FileWatch.Poll);
        Edit("half a file");
        _time.Advance(FileWatch.Settle);
        Assert.True(watcher.Status.IsCurrent);
        Edit(Good + "retention_days: 3\n");
        _time.Advance(FileWatch.Settle);
        _time.Advance(FileWatch.Settle);
        Assert.Equal(3, watcher.Current.RetentionDays);
        Assert.DoesNotContain(_logged, line => line.Id == 1201);
    }

    [Fact]
    public void A_bad_edit_is_refused_and_the_last_good_one_runs_on()
    {
        var watcher = Open(Good);
        var before = watcher.Current;
        Edit(Good + "retention_days: never\nlissten: x\n");
        Pass();
        Assert.Same(before, watcher.Current);
        var refused = watcher.Status;
        Assert.Equal((false, 2), (refused.IsCurrent, refused.Faults.Count));
        Assert.Contains("retention_days", Assert.Single(_logged, line => line.Id == 1201).Text, StringComparison.Ordinal);
        Edit(Good + "retention_days: still never\n");
        Pass();
        Assert.Equal(refused.Since, watcher.Status.Since);
        Edit(Good + "retention_days: 4\n");
        Pass();
        Assert.Equal((true, 4), (watcher.Status.IsCurrent, watcher.Current.RetentionDays));
        Assert.True(watcher.Status.Since > refused.Since);
    }

    [Fact]
    public void Going_back_to_the_good_text_ends_the_refusal()
    {
        var watcher = Open(Good);
        Edit("bad");
        Pass();
        Edit(Good);
        Pass();
        Assert.True(watcher.Status.IsCurrent);
    }

    [Fact]
    public void A_deleted_file_is_a_refused_edit()
    {
        var watcher = Open(Good);
        File.Delete(ConfigPath);
        Pass();
        Assert.Contains("cannot be read", Assert.Single(watcher.Status.Faults).Says, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_change_while_running_is_kept_and_named()
    {
        var watcher = Open(Good);
        Edit(Good + "listen: http://127.0.0.1:1\ndata: elsewhere\nretention_days: 5\n");
        Pass();
        Assert.Equal(["listen", "data"], watcher.Status.NeedsRestart);
        Assert.Equal((8080, 5), (watcher.Current.Listen.Port, watcher.Current.RetentionDays));
        Edit(Good + "retention_days: 5\n");
        Pass();
        Assert.Empty(watcher.Status.NeedsRestart);
    }

    [Fact]
    public void A_subscriber_that_throws_refuses_the_configuration()
    {
        var watcher = Open(Good);
        watcher.Changing += _ => throw new InvalidOperationException("canary");
        Edit(Good + "retention_days: 5\n");
        Pass();
        Assert.Equal((false, 30), (watcher.Status.IsCurrent, watcher.Current.RetentionDays));
        Assert.DoesNotContain("canary", string.Join(' ', watcher.Status.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void A_reload_by_hand_does_not_wait()
    {
        var watcher = Open(Good);
        Edit(Good + "retention_days: 6\n");
        Assert.True(watcher.Reload().IsCurrent);
        Assert.Equal(6, watcher.Current.RetentionDays);
    }

    [Fact]
    public async Task A_notice_of_the_file_system_is_enough()
    {
        var watcher = Open(Good, notices: true);
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        watcher.Changing += _ => changed.TrySetResult();
        Edit(Good + "retention_days: 7\n");
        // Less than one poll in all; real time only bounds how long a lost notice is waited for.
        for (var i = 0; i < 15 && !changed.Task.IsCompleted; i++)
        {
            await Task.WhenAny(changed.Task, Task.Delay(200, TestContext.Current.CancellationToken));
            _time.Advance(FileWatch.Settle);
        }

        Assert.True(changed.Task.IsCompleted);
    }

    [Fact]
    public void A_file_with_faults_has_no_watcher()
    {
        File.WriteAllText(ConfigPath, "nonsense: 1\n");
        var (first, watcher) = ConfigWatcher.Open(ConfigPath, new(), _ => null, _time, this);
        Assert.Null(watcher);
        Assert.NotEmpty(first.Faults);
    }

    ConfigWatcher Open(string text, bool notices = false)
    {
        File.WriteAllText(ConfigPath, text);
        return _opened = ConfigWatcher.Open(ConfigPath, new(), _ => null, _time, this, notices).Watcher!;
    }

    // As editors do it: whole, by renaming.
    void Edit(string text)
    {
        File.WriteAllText(ConfigPath + "~", text);
        File.Move(ConfigPath + "~", ConfigPath, overwrite: true);
    }

    void Pass()
    {
        _time.Advance(FileWatch.Poll);
        _time.Advance(FileWatch.Settle);
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        => _logged.Add((eventId.Id, formatter(state, exception)));
}
