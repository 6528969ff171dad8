using Stillwatch.Gateway.Limits;
using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Tests.Support;
using static Stillwatch.Gateway.Tests.Access.AccessGateway;

namespace Stillwatch.Gateway.Tests.Access;

/// <summary>Limits over HTTP: exact under concurrency, keyed by nothing the client says, stated in both dialects.</summary>
public sealed class LimitFlowTests
{
    const int Callers = 64;

    [Theory]
    [InlineData(LimitScope.Key, false)]
    [InlineData(LimitScope.Account, false)]
    [InlineData(LimitScope.Account, true)]
    [InlineData(LimitScope.Organization, false)]
    [InlineData(LimitScope.Model, false)]
    internal async Task Parallel_requests_against_a_limit_of_one_admit_one(LimitScope per, bool perModel)
    {
        await using var upstream = Upstream();
        await using var gateway = await StartAsync(Limited(Rule(per, Meter.Requests, 1) with { PerModel = perModel }), upstream);
        // As many subjects share the budget as the scope allows.
        HttpClient[] clients =
        [
            gateway.Client("acct_a", "org_o"),
            .. per >= LimitScope.Account ? [gateway.Client("acct_a", "org_o")] : Array.Empty<HttpClient>(),
            .. per >= LimitScope.Organization ? [gateway.Client("acct_b", "org_o")] : Array.Empty<HttpClient>(),
            .. per >= LimitScope.Model ? [gateway.Client("acct_c")] : Array.Empty<HttpClient>(),
        ];
        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => AskAsync(clients[i % clients.Length])));
        Assert.Single(answers, answer => answer.Status == 200);
        Assert.Equal(31, answers.Count(answer => answer is { Status: 429, Code: "rate_limited" }));
        Assert.Single(upstream.Requests);
        // Whoever does not share it has a budget of its own.
        Assert.Equal(per == LimitScope.Model ? 429 : 200, (await AskAsync(gateway.Client("acct_other", "org_other"))).Status);
        Assert.Equal(perModel || per == LimitScope.Model ? 200 : 429, (await AskAsync(clients[0], Body("another"))).Status);
    }

    [Fact]
    public async Task A_hot_key_with_64_callers_is_admitted_exactly_its_budget()
    {
        await using var upstream = Upstream();
        await using var gateway = await StartAsync(Limited(Rule(LimitScope.Key, Meter.Requests, 100)), upstream);
        var client = gateway.Client("acct_a");
        var statuses = await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            var got = new List<int>();
            for (var i = 0; i < 5; i++)
            {
                got.Add((await AskAsync(client)).Status);
            }

            return got;
        }));
        Assert.Equal(100, statuses.Sum(got => got.Count(status => status == 200)));
        Assert.Equal((Callers * 5) - 100, statuses.Sum(got => got.Count(status => status == 429)));
        Assert.Equal(100, upstream.Requests.Count);
    }

    [Fact]
    public async Task Nothing_the_client_says_of_itself_keys_a_limit()
    {
        await using var upstream = Upstream();
        await using var gateway = await StartAsync(Limited(Rule(LimitScope.Account, Meter.Requests, 3), Rule(LimitScope.Organization, Meter.Requests, 3, "org")), upstream);
        var client = gateway.Client("acct_a", "org_o");
        var statuses = new List<int>();
        for (var i = 0; i < 6; i++)
        {
            var answer = i % 2 == 0
                ? await AskAsync(client, Body(more: $$""","metadata":{"user_id":"user_{{i}}"}"""), Messages, null,
                    ("anthropic-workspace-id", $"w{i}"), ("X-Claude-Code-Session-Id", $"s{i}"), ("x-forwarded-for", $"203.0.113.{i}"), ("forwarded", $"for=203.0.113.{i}"))
                : await AskAsync(client, Body(more: $",\"user\":\"user_{i}\",\"safety_identifier\":\"s{i}\""), Chat, null,
                    ("openai-organization", $"org_{i}"), ("openai-project", $"p{i}"), ("x-real-ip", $"203.0.113.{i}"));
            statuses.Add(answer.Status);
        }

        Assert.Equal([200, 200, 200, 429, 429, 429], statuses);
    }

    [Fact]
    public async Task Limits_are_stated_after_success_refusal_and_an_upstreams_error_in_both_dialects()
    {
        var status = 200;
        await using var upstream = new ScriptedUpstream((_, connection) => status == 200
            ? connection.ReplyAsync(200, "application/json", Message, ("anthropic-ratelimit-requests-limit", "999"))
            : connection.ReplyAsync(status, "application/json", """{"type":"error","error":{"type":"api_error","message":"no"}}""", ("x-should-retry", "false")));
        await using var gateway = await StartAsync(Limited(Rule(LimitScope.Account, Meter.Requests, 2), Rule(LimitScope.Account, Meter.Tokens, 1_000_000, "tokens")), upstream);
        foreach (var (path, prefix, account) in new[] { (Messages, "anthropic-ratelimit-requests-", "acct_a"), (Chat, "x-ratelimit-", "acct_b") })
        {
            string Name(string what) => path == Messages ? prefix + what : $"{prefix}{what}-requests";
            var client = gateway.Client(account);
            status = 200;
            var served = await AskAsync(client, path: path);
            Assert.Equal((200, "2", "1"), (served.Status, served.Header(Name("limit")), served.Header(Name("remaining"))));
            Assert.NotNull(served.Header(Name("reset")));
            Assert.NotNull(served.Header(path == Messages ? "anthropic-ratelimit-tokens-remaining" : "x-ratelimit-remaining-tokens"));
            status = 500;
            var failed = await AskAsync(client, path: path);
            Assert.Equal((500, "2", "0"), (failed.Status, failed.Header(Name("limit")), failed.Header(Name("remaining"))));
            var refused = await AskAsync(client, path: path);
            Assert.Equal((429, "rate_limited", "0"), (refused.Status, refused.Code, refused.Header(Name("remaining"))));
            Assert.Equal(path == Messages, refused.Body.Contains("\"type\":\"error\"", StringComparison.Ordinal));
            Assert.Equal("false", refused.Header("x-should-retry")); // two an hour: half an hour to wait
            Assert.Null(refused.Header("retry-after"));
        }
    }

    [Fact]
    public async Task A_wait_of_seconds_is_stated_and_never_over_a_minute()
    {
        await using var upstream = Upstream();
        await using var gateway = await StartAsync(
            Limited(Rule(LimitScope.Account, Meter.Requests, 2) with { Period = TimeSpan.FromMinutes(1), Burst = 1 }), upstream);
        var client = gateway.Client("acct_a");
        Assert.Equal(200, (await AskAsync(client)).Status);
        var refused = await AskAsync(client);
        Assert.Equal(429, refused.Status);
        Assert.InRange(int.Parse(refused.Header("retry-after")!), 1, 60);
        Assert.Null(refused.Header("x-should-retry"));
    }

    [Fact]
    public async Task Limits_hold_for_every_path_and_count_one_request_each()
    {
        await using var gateway = await StartAsync(Limited(Rule(LimitScope.Account, Meter.Requests, 4)), upstream: null);
        var client = gateway.Client("acct_a");
        Assert.Equal(200, (await AskAsync(client, path: "/v1/models", method: HttpMethod.Get)).Status);
        Assert.Equal(200, (await AskAsync(client, path: "/v1/messages/count_tokens")).Status);
        var listed = await AskAsync(client, path: "/v1/messages/batches", method: HttpMethod.Get);
        Assert.Equal(200, listed.Status);
        var batch = $$"""{"requests":[{"custom_id":"a","params":{{Body()}}},{"custom_id":"b","params":{{Body()}}}]}""";
        var tooMany = await AskAsync(client, batch, "/v1/messages/batches");
        Assert.Equal((429, "rate_limited"), (tooMany.Status, tooMany.Code)); // two members, one left
        Assert.Equal(200, (await AskAsync(client)).Status);
        Assert.Equal((429, "rate_limited"), await ShortAsync(AskAsync(client, path: "/v1/models", method: HttpMethod.Get)));
        Assert.Equal((429, "rate_limited"), await ShortAsync(AskAsync(client, path: "/v1/files", method: HttpMethod.Get)));
        Assert.Equal(200, (await AskAsync(client, path: "/stillwatch/v1/standing", method: HttpMethod.Get)).Status);
    }

    [Fact]
    public async Task A_batch_takes_from_the_budgets_of_every_model_it_names_not_of_the_first()
    {
        await using var gateway = await StartAsync(Limited(Rule(LimitScope.Account, Meter.Requests, 2) with { Models = ["big-*"] }), upstream: null);
        var client = gateway.Client("acct_a");
        string BatchOf(params string[] models) => $$"""{"requests":[{{string.Join(',', models.Select((model, i) =>
            $$$"""{"custom_id":"r{{{i}}}","params":{"model":"{{{model}}}","max_tokens":9,"messages":[{"role":"user","content":"hello"}]}}"""))}}]}""";
        Assert.Equal((429, "rate_limited"), await ShortAsync(AskAsync(client, BatchOf("small", "big-1", "big-1", "big-2", "big-2"), "/v1/messages/batches")));
        Assert.Equal(200, (await AskAsync(gateway.Client("acct_b"), BatchOf("small", "big-1", "big-1"), "/v1/messages/batches")).Status);
        Assert.Equal(200, (await AskAsync(client, BatchOf("small", "small", "small"), "/v1/messages/batches")).Status);
    }

    [Fact]
    public async Task Calls_beside_inference_state_the_limits_too_whatever_comes_of_them()
    {
        await using var gateway = await StartAsync(Limited(Rule(LimitScope.Account, Meter.Requests, 2)), upstream: null);
        var client = gateway.Client("acct_a");
        Assert.Equal("1", (await AskAsync(client, path: "/v1/messages/count_tokens")).Header("anthropic-ratelimit-requests-remaining"));
        var unknown = await AskAsync(client, path: "/v1/messages/batches/no_such", method: HttpMethod.Get);
        Assert.Equal((404, "0"), (unknown.Status, unknown.Header("anthropic-ratelimit-requests-remaining")));
        var refused = await AskAsync(client, path: "/v1/messages/batches", method: HttpMethod.Get);
        Assert.Equal((429, "0"), (refused.Status, refused.Header("anthropic-ratelimit-requests-remaining")));
    }

    [Fact]
    public async Task A_rule_in_shadow_counts_and_refuses_nobody()
    {
        await using var upstream = Upstream();
        await using var gateway = await StartAsync(Limited(Rule(LimitScope.Account, Meter.Requests, 1) with { Mode = RuleMode.Shadow }), upstream);
        var client = gateway.Client("acct_a");
        for (var i = 0; i < 3; i++)
        {
            var answer = await AskAsync(client);
            Assert.Equal(200, answer.Status);
            Assert.DoesNotContain(answer.Headers.Keys, name => name.Contains("ratelimit", StringComparison.OrdinalIgnoreCase));
        }
    }

    static async Task<(int, string?)> ShortAsync(Task<AccessAnswer> answer) => ((await answer).Status, (await answer).Code);
}
