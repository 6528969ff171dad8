using Stillwatch.Gateway.Development;

namespace Stillwatch.Gateway.Tests.Clients;

/// <summary>The gateway as a client sees it, in front of a development upstream. The one place that knows how it is started.</summary>
sealed class RunningGateway : IAsyncDisposable
{
    /// <summary>True until the gateway's host is started here: then there is nothing to compare, and no table is made.</summary>
    public const bool IsStandIn = true;

    readonly Func<ValueTask> _stop;

    RunningGateway(Uri address, string key, DevelopmentUpstream upstream, Func<ValueTask> stop)
    {
        (Address, Key, Upstream) = (address, key, upstream);
        _stop = stop;
    }

    public Uri Address { get; }

    public string Key { get; }

    /// <summary>What is behind it; nothing but the gateway talks to it.</summary>
    public DevelopmentUpstream Upstream { get; }

    /// <param name="keepReceived">Requests the upstream keeps.</param>
    public static async Task<RunningGateway> StartAsync(int keepReceived, CancellationToken cancellationToken)
    {
        // The gateway's host goes in between here; until it does, the upstream stands for both.
        var upstream = await DevelopmentUpstream.StartAsync(keepReceived, cancellationToken: cancellationToken);
        return new RunningGateway(upstream.Address, "sk-development", upstream, upstream.DisposeAsync);
    }

    public ValueTask DisposeAsync() => _stop();
}
