using System.Net;
using Microsoft.Extensions.Logging;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway;
using Stillwatch.Gateway.Admin;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Keys;
using Stillwatch.Gateway.Policies;
using Stillwatch.Simulator;

namespace Stillwatch.Demo;

/// <summary>
/// A gateway between simulated customers and a simulated model, everything on loopback and on ports that the system picks.
/// </summary>
sealed class SimulatedWorld : IAsyncDisposable
{
    readonly SimulatedUpstream _upstream;
    readonly LoopbackClient _client;

    SimulatedWorld(
        GatewayHost gateway, SimulatedUpstream upstream, IReadOnlyDictionary<string, string> keys, SimulatedClock clock)
    {
        (Gateway, Keys, Clock, _upstream) = (gateway, keys, clock, upstream);
        var client = _client = new LoopbackClient(gateway.DataAddress, keys);
        Traffic = new SimulatedTraffic(gateway, upstream, client, clock);
    }

    public GatewayHost Gateway { get; }

    public SimulatedTraffic Traffic { get; }

    /// <summary>Key by account.</summary>
    public IReadOnlyDictionary<string, string> Keys { get; }

    public SimulatedClock Clock { get; }

    /// <param name="records">Where <see cref="SimulationWriter.WriteRecords"/> left the accounts and apps.</param>
    /// <param name="data">The gateway's data directory.</param>
    /// <param name="policy">Null for the default, which only observes.</param>
    /// <param name="change">Changes the gateway's configuration before it starts.</param>
    /// <param name="pages">Brings the console; null for none.</param>
    public static async Task<SimulatedWorld> StartAsync(
        Simulation simulation, string records, string data, ILoggerFactory logs, bool logContent, CancellationToken cancellationToken,
        AccessPolicy? policy = null, Func<GatewayConfig, GatewayConfig>? change = null, Func<GatewayHost, AdminPages>? pages = null)
    {
        var upstream = await SimulatedUpstream.StartAsync(cancellationToken);
        try
        {
            var clock = new SimulatedClock(simulation.Scenario.Start);
            var options = new ServeOptions { IsDevelopment = false, Logs = logs, EventTime = clock, RestPerReport = 1, Policy = policy, Pages = pages };
            var config = Config(upstream.Address, records, data, logContent);
            var gateway = await GatewayHost.StartAsync(change?.Invoke(config) ?? config, options, cancellationToken: cancellationToken);
            return new SimulatedWorld(gateway, upstream, KeysOf(gateway, simulation), clock);
        }
        catch
        {
            await upstream.DisposeAsync();
            throw;
        }
    }

    /// <summary>One upstream in both dialects. Simulated clients state their own address, so this machine counts as their proxy.</summary>
    public static GatewayConfig Config(Uri upstream, string records, string data, bool logContent) => new()
    {
        Listen = new Uri("http://127.0.0.1:0"),
        Admin = new Uri("http://127.0.0.1:0"),
        AdminIsOpen = true,
        DataDirectory = data,
        Accounts = Path.Combine(records, "accounts.jsonl"),
        Organizations = Path.Combine(records, "organizations.jsonl"),
        Apps = Path.Combine(records, "apps.jsonl"),
        LogContent = logContent,
        TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")],
        Ja4Header = LoopbackClient.Ja4Header,
        Upstreams = [Upstream("anthropic", Dialect.Anthropic, upstream), Upstream("openai", Dialect.OpenAi, upstream)],
        Models = [new ModelRule("*", "anthropic", null, Dialect.Anthropic), new ModelRule("*", "openai", null, Dialect.OpenAi)],
    };

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Gateway.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    // Simulated outages are part of the traffic: they open no circuit.
    static UpstreamConfig Upstream(string name, Dialect dialect, Uri address) =>
        new() { Name = name, Dialect = dialect, Replicas = [address], CircuitFailures = int.MaxValue };

    static Dictionary<string, string> KeysOf(GatewayHost gateway, Simulation simulation)
    {
        List<AccountRecord> accounts = [.. simulation.Accounts];
        var requests = accounts.Select(account => new KeyRequest(account.Account) { Organization = account.Organization });
        var keys = gateway.Keys.CreateMany([.. requests]);
        return accounts.Zip(keys).ToDictionary(pair => pair.First.Account, pair => pair.Second.Text, StringComparer.Ordinal);
    }
}
