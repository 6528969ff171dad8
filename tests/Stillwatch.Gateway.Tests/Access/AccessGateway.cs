using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Keys;
using Stillwatch.Gateway.Limits;
using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Tests.Support;

namespace Stillwatch.Gateway.Tests.Access;

/// <summary>A gateway with a policy, over an upstream of the test's choice, asked over HTTP by whoever the test names.</summary>
sealed class AccessGateway : IAsyncDisposable
{
    public const string Messages = "/v1/messages";
    public const string Chat = "/v1/chat/completions";

    /// <summary>What the upstream answers: 10 input tokens, 5 output tokens.</summary>
    public const string Message =
        """{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"hello"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":10,"output_tokens":5}}""";

    readonly List<HttpClient> _clients = [];

    AccessGateway(TestGateway gateway) => Gateway = gateway;

    public TestGateway Gateway { get; }

    public GatewayHost Host => Gateway.Host;

    static CancellationToken Ended => TestContext.Current.CancellationToken;

    /// <summary>Answers every request with <see cref="Message"/>.</summary>
    public static ScriptedUpstream Upstream() => ScriptedUpstream.Replying(200, "application/json", Message);

    public static LimitRule Rule(LimitScope per, Meter meter, long amount, string name = "limit") => new()
    {
        Name = name, Per = per, Meter = meter, Amount = amount, Burst = meter is Meter.Concurrency or Meter.SpendNanoUsd ? 0 : amount,
        Period = meter is Meter.Concurrency or Meter.SpendNanoUsd ? TimeSpan.Zero : TimeSpan.FromHours(1),
    };

    public static AccessPolicy Limited(params LimitRule[] rules) => new() { Limits = new LimitPolicy { Rules = rules } };

    public static async Task<AccessGateway> StartAsync(
        AccessPolicy policy, ScriptedUpstream? upstream, Func<GatewayConfig, GatewayConfig>? change = null, Func<ServeOptions, ServeOptions>? options = null)
    {
        var serve = new ServeOptions { IsDevelopment = true, Logs = NullLoggerFactory.Instance, KeepReceived = 100, Policy = policy };
        return new AccessGateway(await TestGateway.StartAsync(
            options?.Invoke(serve) ?? serve, change ?? (config => config), Dialect.Anthropic, upstream is null ? [] : [upstream.Address]));
    }

    public HttpClient Client(string account, string? organization = null)
    {
        var client = Gateway.ClientWith(Host.Keys.Create(new KeyRequest(account) { Organization = organization }).Text);
        _clients.Add(client);
        return client;
    }

    public static string Body(string model = "m", int maxTokens = 16, bool stream = false, string text = "hello", string more = "") =>
        $$"""{"model":"{{model}}","max_tokens":{{maxTokens}},"stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"{{text}}"}]{{more}}}""";

    public static async Task<AccessAnswer> AskAsync(
        HttpClient client, string? body = null, string path = Messages, HttpMethod? method = null, params (string Name, string Value)[] headers)
    {
        using var request = Request(method ?? HttpMethod.Post, path, method == HttpMethod.Get ? null : body ?? Body(), headers);
        using var response = await client.SendAsync(request, Ended);
        return new AccessAnswer(
            (int)response.StatusCode,
            response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase),
            await response.Content.ReadAsStringAsync(Ended));
    }

    public static HttpRequestMessage Request(HttpMethod method, string path, string? body, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    /// <summary>Asks again until an answer is as wanted: an exchange is put away a moment after its response has reached the client.</summary>
    public static async Task<AccessAnswer> UntilAsync(Func<Task<AccessAnswer>> ask, Func<AccessAnswer, bool> isWanted)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Ended);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        while (true)
        {
            var answer = await ask();
            if (isWanted(answer))
            {
                return answer;
            }

            Assert.False(patience.IsCancellationRequested, $"not as wanted in twenty seconds; the last answer: {answer}");
            await Task.Delay(5, Ended);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await Gateway.DisposeAsync();
    }
}

sealed record AccessAnswer(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>The gateway's own code, in either dialect; null for anything but its errors.</summary>
    public string? Code
    {
        get
        {
            var error = JsonNode.Parse(Body)?["error"];
            return (string?)(error?["details"]?["error_code"] ?? error?["code"]);
        }
    }

    public string Message => (string?)JsonNode.Parse(Body)?["error"]?["message"] ?? "";

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public override string ToString() => $"{Status} {Body}";
}
