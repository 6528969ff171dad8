using Microsoft.Extensions.Logging.Abstractions;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Development;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Tests.Storage;

namespace Stillwatch.Gateway.Tests.Clients;

/// <summary>The gateway as a client sees it, in front of a development upstream. The one place that knows how it is started.</summary>
sealed class RunningGateway : IAsyncDisposable
{
    // Clients provoke failures on purpose and at once: an open circuit would answer in the upstream's place.
    const int CircuitFailures = 1000;

    readonly GatewayHost _host;
    readonly TemporaryDirectory _directory;

    RunningGateway(GatewayHost host, DevelopmentUpstream upstream, TemporaryDirectory directory)
        => (_host, Upstream, _directory) = (host, upstream, directory);

    public Uri Address => _host.DataAddress;

    public string Key => _host.DevelopmentKey!;

    /// <summary>What is behind it; nothing but the gateway talks to it.</summary>
    public DevelopmentUpstream Upstream { get; }

    /// <param name="keepReceived">Requests the upstream keeps.</param>
    /// <param name="isCrossed">Callers of each dialect are served by the upstream's face of the other.</param>
    public static async Task<RunningGateway> StartAsync(int keepReceived, bool isCrossed, CancellationToken cancellationToken)
    {
        var upstream = await DevelopmentUpstream.StartAsync(keepReceived, cancellationToken: cancellationToken);
        var directory = new TemporaryDirectory();
        var config = new GatewayConfig
        {
            Listen = new Uri("http://127.0.0.1:0"),
            Admin = new Uri("http://127.0.0.1:0"),
            DataDirectory = directory.Path,
            AdminIsOpen = true,
            Upstreams = [Face(Dialect.Anthropic), Face(Dialect.OpenAi)],
            Models = [.. ((string[])["stillwatch-development", "stillwatch-development-large", "*"]).SelectMany(name =>
                (ModelRule[])[Rule(name, Dialect.Anthropic), Rule(name, Dialect.OpenAi)])],
        };
        var options = new ServeOptions { IsDevelopment = true, Logs = NullLoggerFactory.Instance };
        return new RunningGateway(await GatewayHost.StartAsync(config, options, cancellationToken: cancellationToken), upstream, directory);

        UpstreamConfig Face(Dialect dialect) => new()
        {
            Name = dialect.ToString(),
            Dialect = dialect,
            Replicas = [upstream.Address],
            Trusted = true,
            HasBatches = dialect == Dialect.Anthropic,
            HasFiles = dialect == Dialect.Anthropic,
            HasCountTokens = dialect == Dialect.Anthropic,
            CircuitFailures = CircuitFailures,
        };

        ModelRule Rule(string name, Dialect face) => new(name, (isCrossed ? Other(face) : face).ToString(), null, face);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await Upstream.DisposeAsync();
        _directory.Dispose();
    }

    static Dialect Other(Dialect dialect) => dialect == Dialect.Anthropic ? Dialect.OpenAi : Dialect.Anthropic;
}
