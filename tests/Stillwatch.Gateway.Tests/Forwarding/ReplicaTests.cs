using Microsoft.Extensions.Time.Testing;
using Stillwatch.Gateway.Forwarding;

namespace Stillwatch.Gateway.Tests.Forwarding;

public sealed class ReplicaTests
{
    readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_circuit_opens_after_repeated_failures_and_lets_one_trial_through_when_its_time_is_over()
    {
        var replica = Make();
        Assert.False(replica.Failed());
        Assert.False(replica.Failed());
        Assert.True(replica.TryEnter());
        Assert.True(replica.Failed());
        Assert.True(replica.IsOpen);
        Assert.False(replica.TryEnter());

        _time.Advance(TimeSpan.FromSeconds(16));
        Assert.True(replica.TryEnter());
        Assert.False(replica.TryEnter()); // the trial is out
        replica.Succeeded();
        Assert.True(replica.TryEnter());
        Assert.False(replica.IsOpen);
    }

    [Fact]
    public void A_failed_trial_opens_it_again()
    {
        var replica = Make();
        Enumerable.Range(0, 3).ToList().ForEach(_ => replica.Failed());
        _time.Advance(TimeSpan.FromSeconds(16));
        Assert.True(replica.TryEnter());
        Assert.False(replica.Failed()); // it was open already
        Assert.False(replica.TryEnter());
        _time.Advance(TimeSpan.FromSeconds(16));
        Assert.True(replica.TryEnter());
    }

    [Fact]
    public void Success_forgets_earlier_failures()
    {
        var replica = Make();
        replica.Failed();
        replica.Failed();
        replica.Succeeded();
        Assert.False(replica.Failed());
        Assert.False(replica.IsOpen);
    }

    Replica Make() => new(new Uri("http://127.0.0.1:1"), 3, TimeSpan.FromSeconds(15), _time);
}
