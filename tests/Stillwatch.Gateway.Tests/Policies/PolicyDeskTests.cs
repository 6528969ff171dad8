using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Stillwatch.Gateway.Policies;

namespace Stillwatch.Gateway.Tests.Policies;

public sealed class PolicyDeskTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("stillwatch-");
    readonly PolicyWatcher _watcher;
    readonly PolicyDesk _desk;
    AccessPolicy _inForce;
    Exception? _refusal;

    public PolicyDeskTests()
    {
        File.WriteAllText(PathOf, "# ours\nmode: observe\n");
        _watcher = PolicyWatcher.Open(PathOf, _ => null, new FakeTimeProvider(), NullLogger.Instance, notices: false).Watcher!;
        _inForce = _watcher.Current;
        _watcher.Changing += policy => _inForce = _refusal is null ? policy : throw _refusal;
        _desk = new PolicyDesk(_watcher, PathOf, () => _inForce, _ => null);
    }

    string PathOf => Path.Combine(_folder.FullName, "policy.yaml");

    public void Dispose()
    {
        _watcher.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void An_edit_is_in_force_and_in_the_file_with_its_remarks()
    {
        Assert.Equal(("# ours\nmode: observe\n", "observe"), (_desk.Current().Text, _desk.Current().Mode));
        var outcome = _desk.Apply("# theirs\nmode: enforce\n", _inForce.Hash);
        Assert.Equal((true, _inForce.Hash, PolicyMode.Enforce), (outcome.IsApplied, outcome.Hash, _inForce.Mode));
        Assert.Equal(["policy.yaml"], _folder.EnumerateFiles().Select(file => file.Name));
        Assert.StartsWith("# theirs", File.ReadAllText(PathOf));
    }

    [Fact]
    public void Somebody_elses_edit_in_between_is_not_overwritten()
    {
        var before = _inForce.Hash;
        _desk.Apply("mode: enforce\n", before);
        var outcome = _desk.Apply("mode: observe\nladder: {shape: {days: 3}}\n", before);
        Assert.Equal((false, true, PolicyMode.Enforce), (outcome.IsApplied, outcome.Conflict, _inForce.Mode));
    }

    [Fact]
    public void A_text_with_faults_touches_nothing_and_tells_all_of_them()
    {
        var outcome = _desk.Apply("mode: enforced\nladder: {shape: {days: 0}}\n", _inForce.Hash);
        Assert.False(outcome.IsApplied);
        Assert.Equal(2, outcome.Faults.Count);
        Assert.Equal("# ours\nmode: observe\n", File.ReadAllText(PathOf));
    }

    [Fact]
    public void What_the_gateway_cannot_put_into_force_is_taken_back()
    {
        _refusal = new InvalidOperationException("no such database");
        var outcome = _desk.Apply("mode: enforce\n", _inForce.Hash);
        Assert.Contains("could not be put to use", Assert.Single(outcome.Faults));
        Assert.Equal((false, PolicyMode.Observe, "# ours\nmode: observe\n"), (outcome.IsApplied, _inForce.Mode, File.ReadAllText(PathOf)));
    }

    [Fact]
    public void Without_a_file_the_policy_is_shown_and_cannot_be_changed()
    {
        var desk = new PolicyDesk(null, null, () => _inForce, _ => null);
        Assert.Equal((null, _inForce.Hash), (desk.Current().File, desk.Current().Hash));
        Assert.NotNull(desk.Read(desk.Current().Text).Policy);
        Assert.Contains("--policy", Assert.Single(desk.Apply("mode: enforce\n", _inForce.Hash).Faults));
    }
}
