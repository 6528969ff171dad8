using Stillwatch.Engine.Judgement.Evidence;

namespace Stillwatch.Engine.Tests.Judgement.Evidence;

/// <summary>What it says that members signed up in the same hours.</summary>
public sealed class SignupWaveTests
{
    [Theory]
    [InlineData(0.98, 0.14, 0.5)] // a viral app's first users: the day is all they share
    [InlineData(0.98, 0.6, 1.5)] // identities made in batches: cards and exits besides
    [InlineData(0.98, 0.35, 1.0)]
    [InlineData(0.6, 0.9, 1.0)]
    public void A_wave_counts_in_full_where_something_else_links_the_members(double share, double linked, double nats)
        => Assert.Equal(nats, SignupWave.NatsOf(share, linked), 9);

    [Fact]
    public void Having_signed_up_apart_speaks_for_people_whatever_they_share()
        => Assert.Equal(-1, SignupWave.NatsOf(0, 0));
}
