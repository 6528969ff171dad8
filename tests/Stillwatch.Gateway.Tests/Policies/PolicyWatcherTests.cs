using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Policies;

namespace Stillwatch.Gateway.Tests.Policies;

public sealed class PolicyWatcherTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("stillwatch-test-").FullName;
    readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 2, 2, 0, 0, 0, TimeSpan.Zero));
    PolicyWatcher? _opened;

    public void Dispose()
    {
        _opened?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void An_edit_comes_into_force_once_it_has_settled()
    {
        var watcher = Open("mode: observe\n");
        List<PolicyMode> changes = [];
        watcher.Changing += policy => changes.Add(policy.Mode);
        Write("policy.yaml", "mode: enforce\n");
        _time.Advance(FileWatch.Poll);
        Assert.Equal(PolicyMode.Observe, watcher.Current.Mode);
        _time.Advance(FileWatch.Settle);
        Assert.Equal(PolicyMode.Enforce, watcher.Current.Mode);
        Pass();
        Assert.Equal([PolicyMode.Enforce], changes);
    }

    [Fact]
    public void A_bad_edit_is_refused_and_the_last_good_policy_stays_in_force()
    {
        var watcher = Open("mode: enforce\n");
        var before = watcher.Current;
        Write("policy.yaml", "mode: enforced\n");
        Pass();
        Assert.Same(before, watcher.Current);
        Assert.False(watcher.Status.IsCurrent);
        Assert.Contains("must be observe or enforce", Assert.Single(watcher.Status.Faults).Says, StringComparison.Ordinal);
        Write("policy.yaml", "mode: observe\n");
        Pass();
        Assert.Equal((true, PolicyMode.Observe), (watcher.Status.IsCurrent, watcher.Current.Mode));
    }

    [Fact]
    public void A_list_that_the_policy_names_is_watched_with_it()
    {
        Write("tor.txt", "192.0.2.1\n");
        var watcher = Open("regions: {networks: [{kind: tor, file: tor.txt}]}\n");
        var hash = watcher.Current.Hash;
        Write("tor.txt", "192.0.2.1\n192.0.2.2\n");
        Pass();
        Assert.Equal(2, watcher.Current.Regions.Networks[0].Prefixes.Count);
        Assert.NotEqual(hash, watcher.Current.Hash);
        Write("tor.txt", "nonsense\n");
        Pass();
        Assert.False(watcher.Status.IsCurrent);
        Assert.Equal(2, watcher.Current.Regions.Networks[0].Prefixes.Count);
        Write("tor.txt", "192.0.2.3\n");
        Pass();
        Assert.True(watcher.Status.IsCurrent);
    }

    [Fact]
    public void A_subscriber_that_throws_refuses_the_policy()
    {
        var watcher = Open("mode: observe\n");
        watcher.Changing += _ => throw new InvalidOperationException("canary");
        Write("policy.yaml", "mode: enforce\n");
        Assert.False(watcher.Reload().IsCurrent);
        Assert.Equal(PolicyMode.Observe, watcher.Current.Mode);
        Assert.DoesNotContain("canary", string.Join(' ', watcher.Status.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_with_faults_has_no_watcher()
    {
        Write("policy.yaml", "mode: enforced\n");
        var (first, watcher) = PolicyWatcher.Open(Path.Combine(_folder, "policy.yaml"), _ => null, _time, NullLogger.Instance);
        Assert.Null(watcher);
        Assert.NotEmpty(first.Faults);
    }

    PolicyWatcher Open(string text)
    {
        Write("policy.yaml", text);
        return _opened = PolicyWatcher.Open(Path.Combine(_folder, "policy.yaml"), _ => null, _time, NullLogger.Instance, notices: false).Watcher!;
    }

    // As editors do it: whole, by renaming.
    void Write(string name, string text)
    {
        File.WriteAllText(Path.Combine(_folder, name + "~"), text);
        File.Move(Path.Combine(_folder, name + "~"), Path.Combine(_folder, name), overwrite: true);
    }

    void Pass()
    {
        _time.Advance(FileWatch.Poll);
        _time.Advance(FileWatch.Settle);
        _time.Advance(FileWatch.Poll);
        _time.Advance(FileWatch.Settle);
    }
}
