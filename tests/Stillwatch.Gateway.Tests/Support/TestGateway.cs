using Microsoft.Extensions.Logging.Abstractions;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Tests.Storage;

namespace Stillwatch.Gateway.Tests.Support;

/// <summary>A gateway on loopback with a key and a client, over an upstream of the test's choice.</summary>
sealed class TestGateway : IAsyncDisposable
{
    readonly TemporaryDirectory _directory;

    TestGateway(GatewayHost host, TemporaryDirectory directory)
    {
        (Host, _directory) = (host, directory);
        Client = ClientWith(host.DevelopmentKey!);
    }

    public GatewayHost Host { get; }

    public Uri Address => Host.DataAddress;

    /// <summary>Sends the development key.</summary>
    public HttpClient Client { get; }

    /// <summary>One upstream that serves every model under its own name; the built-in one when <paramref name="upstreams"/> is empty.</summary>
    public static Task<TestGateway> StartAsync(Dialect upstream, params Uri[] upstreams) => StartAsync(config => config, upstream, upstreams);

    public static async Task<TestGateway> StartAsync(Func<GatewayConfig, GatewayConfig> change, Dialect upstream, params Uri[] upstreams)
        => await StartAsync(new ServeOptions { IsDevelopment = true, Logs = NullLoggerFactory.Instance, KeepReceived = 100 }, change, upstream, upstreams);

    public static async Task<TestGateway> StartAsync(ServeOptions options, Func<GatewayConfig, GatewayConfig> change, Dialect upstream, params Uri[] upstreams)
    {
        var directory = new TemporaryDirectory();
        var config = new GatewayConfig
        {
            Listen = new Uri("http://127.0.0.1:0"),
            Admin = new Uri("http://127.0.0.1:0"),
            DataDirectory = directory.Path,
            AdminIsOpen = true,
            Upstreams =
            [
                new UpstreamConfig
                {
                    Name = upstreams.Length == 0 ? ConfigReader.DevelopmentUpstream : "test",
                    Dialect = upstream,
                    Replicas = upstreams.Length == 0 ? [new Uri("http://127.0.0.1:1")] : upstreams,
                    HasBatches = true,
                    HasFiles = true,
                    ConnectTimeout = TimeSpan.FromMinutes(1), // a crowded machine may take more than a real network's five seconds
                },
            ],
            Models = [new ModelRule("*", upstreams.Length == 0 ? ConfigReader.DevelopmentUpstream : "test", null, null)],
        };
        return new TestGateway(await GatewayHost.StartAsync(change(config), options), directory);
    }

    /// <summary>A client of its own connections that sends this key and no other header.</summary>
    public HttpClient ClientWith(string key)
    {
        var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = Host.DataAddress, Timeout = TimeSpan.FromMinutes(1) };
        client.DefaultRequestHeaders.Add("x-api-key", key);
        return client;
    }

    /// <summary>Waits until no request body is held: a response may reach the client a moment before its exchange is put away.</summary>
    public async Task BodiesAreGivenBackAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (Host.Parts.Buffers.TakenBytes > 0)
        {
            await Task.Delay(5, patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Host.DisposeAsync();
        _directory.Dispose();
    }
}
