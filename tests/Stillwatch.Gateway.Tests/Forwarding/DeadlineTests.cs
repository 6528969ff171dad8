using Microsoft.Extensions.Time.Testing;
using Stillwatch.Gateway.Forwarding;

namespace Stillwatch.Gateway.Tests.Forwarding;

public sealed class DeadlineTests
{
    readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_phase_ends_at_its_limit_and_each_read_pushes_the_limit_on()
    {
        using var deadline = new Deadline(TimeSpan.FromHours(1), _time, CancellationToken.None);
        for (var i = 0; i < 5; i++)
        {
            deadline.Within(TimeSpan.FromSeconds(30));
            _time.Advance(TimeSpan.FromSeconds(29));
            Assert.False(deadline.Token.IsCancellationRequested);
        }

        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(deadline.Token.IsCancellationRequested);
        Assert.False(deadline.ClientLeft || deadline.IsOver);
    }

    [Fact]
    public void No_phase_outlasts_the_whole()
    {
        using var deadline = new Deadline(TimeSpan.FromSeconds(40), _time, CancellationToken.None);
        deadline.Within(TimeSpan.FromSeconds(30));
        _time.Advance(TimeSpan.FromSeconds(20));
        deadline.Within(TimeSpan.FromSeconds(30));
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.True(deadline.Token.IsCancellationRequested && deadline.IsOver);
    }

    [Fact]
    public void A_client_that_leaves_ends_it_at_once()
    {
        using var client = new CancellationTokenSource();
        using var deadline = new Deadline(TimeSpan.FromHours(1), _time, client.Token);
        client.Cancel();
        Assert.True(deadline.Token.IsCancellationRequested && deadline.ClientLeft);
    }
}
