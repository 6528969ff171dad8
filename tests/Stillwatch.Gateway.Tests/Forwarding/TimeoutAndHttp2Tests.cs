using System.Net;
using System.Net.Sockets;
using System.Text;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Tests.Support;

namespace Stillwatch.Gateway.Tests.Forwarding;

/// <summary>Limits of time per phase, and HTTP/2 on both sides.</summary>
public sealed class TimeoutAndHttp2Tests
{
    [Fact]
    public async Task An_upstream_that_never_answers_is_504()
    {
        await using var upstream = new ScriptedUpstream((_, connection) => connection.WaitForLeavingAsync());
        await using var gateway = await TestGateway.StartAsync(
            config => config with { Upstreams = [config.Upstreams[0] with { HeadersTimeout = TimeSpan.FromMilliseconds(100), ConnectTimeout = TimeSpan.FromMilliseconds(100) }] },
            Dialect.Anthropic, upstream.Address);
        using var response = await gateway.Client.PostAsync("/v1/messages", StreamTests.Json(Dialect.Anthropic));
        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Contains("upstream_timeout", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_stream_that_falls_silent_ends_in_an_error_event()
    {
        await using var upstream = new ScriptedUpstream(async (_, connection) =>
        {
            await connection.SendHeadAsync(200, ("content-type", "text/event-stream"), ("transfer-encoding", "chunked"));
            await connection.SendChunkAsync("event: ping\ndata: {\"type\":\"ping\"}\n\n");
            await connection.WaitForLeavingAsync();
        });
        await using var gateway = await TestGateway.StartAsync(
            config => config with { Upstreams = [config.Upstreams[0] with { IdleTimeout = TimeSpan.FromMilliseconds(100) }] }, Dialect.Anthropic, upstream.Address);
        using var response = await gateway.Client.PostAsync("/v1/messages", StreamTests.Json(Dialect.Anthropic));
        Assert.Contains("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"timeout_error\"", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_total_limit_ends_a_stream_that_never_falls_silent()
    {
        await using var gateway = await TestGateway.StartAsync(
            config => config with { Upstreams = [config.Upstreams[0] with { TotalTimeout = TimeSpan.FromMilliseconds(300) }] }, Dialect.Anthropic);
        using var body = new StringContent(
            """{"model":"m","max_tokens":100000000,"stream":true,"messages":[{"role":"user","content":"[dev:endless]"}]}""", Encoding.UTF8, "application/json");
        using var response = await gateway.Client.PostAsync("/v1/messages", body);
        var got = await response.Content.ReadAsStringAsync();
        Assert.True(got.Contains("upstream_timeout"), got[^Math.Min(600, got.Length)..]);
    }

    [Fact]
    public async Task Both_sides_speak_HTTP_2()
    {
        var port = FreePort();
        await using var gateway = await TestGateway.StartAsync(
            config => config with { ListenH2c = new Uri($"http://127.0.0.1:{port}"), Upstreams = [config.Upstreams[0] with { Http2 = true }] }, Dialect.Anthropic);
        using var client = new HttpClient
        {
            BaseAddress = new Uri($"http://127.0.0.1:{port}"), DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        client.DefaultRequestHeaders.Add("x-api-key", gateway.Host.DevelopmentKey);
        var answers = await Task.WhenAll(Enumerable.Range(0, 150).Select(async i =>
        {
            using var response = await client.PostAsync("/v1/messages", StreamTests.Json(Dialect.Anthropic));
            Assert.Equal(HttpVersion.Version20, response.Version);
            return await response.Content.ReadAsStringAsync();
        }));
        Assert.All(answers, answer => Assert.EndsWith("data: {\"type\":\"message_stop\"}\n\n", answer));
        Assert.Equal(150, gateway.Host.Development!.Requests); // whose second listener speaks HTTP/2 only
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
