using Stillwatch.Engine.Judgement.Evidence;

namespace Stillwatch.Engine.Tests.Judgement.Evidence;

/// <summary>One program drives a pool; people bring their own.</summary>
public sealed class UniformClientTests
{
    [Theory]
    [InlineData(0.1, 0.05, 30, -1.5)] // a class: a dozen browsers and tools
    [InlineData(0.3, 0.05, 30, -0.5)]
    [InlineData(0.1, 0.05, 10, -0.75)] // of ten people less can be told
    [InlineData(0.5, 0.9, 30, 0)] // as popular outside
    [InlineData(0.9, 0.3, 30, 0.55)]
    [InlineData(0.95, 0.001, 30, 1.5)] // capped: an application's users share one too
    public void The_weight_follows_the_share_of_the_commonest_client(double share, double rest, int members, double nats) =>
        Assert.Equal(nats, UniformClient.NatsOf(share, rest, members), 2);
}
