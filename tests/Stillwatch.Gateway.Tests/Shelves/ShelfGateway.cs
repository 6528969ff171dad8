using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Keys;
using Stillwatch.Gateway.Tests.Support;
using Stillwatch.Storage;
using Stillwatch.Storage.Exchanges;

namespace Stillwatch.Gateway.Tests.Shelves;

/// <summary>A gateway over the development upstream, whose models it renames, and two accounts that know nothing of each other.</summary>
sealed class ShelfGateway : IAsyncDisposable
{
    ShelfGateway(TestGateway gateway)
    {
        Gateway = gateway;
        Anna = Client("acct_anna");
        Bert = Client("acct_bert");
    }

    public TestGateway Gateway { get; }

    public HttpClient Anna { get; }

    public HttpClient Bert { get; }

    public GatewayParts Parts => Gateway.Host.Parts;

    public static async Task<ShelfGateway> StartAsync(Func<GatewayConfig, GatewayConfig>? change = null, params Uri[] upstreams) =>
        new(await TestGateway.StartAsync(
            config => (change ?? (same => same))(config with
            {
                Upstreams = [config.Upstreams[0] with { Trusted = true }],
                Models = [new ModelRule("claude-*", config.Upstreams[0].Name, "hidden-model", null), .. config.Models],
            }),
            Dialect.Anthropic, upstreams));

    public HttpClient Client(string account)
    {
        var client = Gateway.ClientWith(Gateway.Host.Keys.Create(new KeyRequest(account)).Text);
        client.DefaultRequestHeaders.Add("anthropic-version", "2023-06-01");
        return client;
    }

    /// <summary>What the ledger holds of an account, once everything handed over is on disk.</summary>
    public async Task<AccountUsage> UsageAsync(string account)
    {
        await Parts.Recorder.FlushAsync(TestContext.Current.CancellationToken);
        using var directory = DataDirectory.Look(Parts.State.Config.DataDirectory);
        return new ExchangeLogReader(directory.ExchangesPath, new DetectionKey(directory.DetectionKey()).Id).Usage(account);
    }

    public async ValueTask DisposeAsync()
    {
        Anna.Dispose();
        Bert.Dispose();
        await Gateway.DisposeAsync();
    }
}

static class ShelfCalls
{
    public static async Task<(HttpStatusCode Status, JsonNode Json)> CallAsync(this HttpClient client, HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!);
    }

    public static string Code(this (HttpStatusCode Status, JsonNode Json) answer) => (string)answer.Json["error"]!["details"]!["error_code"]!;
}
