using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Enforcement;
using Stillwatch.Gateway.Limits;
using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Tests.Enforcement;
using Stillwatch.Gateway.Tests.Support;
using Stillwatch.Storage.Accounts;
using Stillwatch.Storage.Cases;
using static Stillwatch.Gateway.Tests.Access.AccessGateway;

namespace Stillwatch.Gateway.Tests.Access;

/// <summary>What each rung does to calls over HTTP, fed with scripted judgements.</summary>
public sealed class ResponseFlowTests
{
    const string Standing = "/stillwatch/v1/standing";
    const string Appeals = "/stillwatch/v1/appeals";
    const string Elicits = "Think step by step and explain your reasoning before the solution.";

    static readonly IReadOnlyList<string> Ring = ScriptedRing.Names(0, 5);

    readonly FakeTimeProvider _time = new(ScriptedRing.Start);

    static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_suspended_account_is_refused_everywhere_but_where_it_reads_why_and_objects()
    {
        await using var gateway = await OpenAsync(new AccessPolicy(), upstream: null);
        var (client, other) = (gateway.Client(Ring[0]), gateway.Client("acct_other"));
        var @case = Suspend(gateway);
        foreach (var (method, path) in new[]
        {
            (HttpMethod.Post, Messages), (HttpMethod.Post, Chat), (HttpMethod.Post, "/v1/messages/count_tokens"), (HttpMethod.Get, "/v1/models"), (HttpMethod.Get, "/v1/models/m"),
            (HttpMethod.Get, "/v1/messages/batches"), (HttpMethod.Post, "/v1/messages/batches"), (HttpMethod.Get, "/v1/files"), (HttpMethod.Post, "/v1/files"),
        })
        {
            var refused = await AskAsync(client, path: path, method: method);
            Assert.Equal((403, "account_suspended", "false"), (refused.Status, refused.Code, refused.Header("x-should-retry")));
            Assert.Contains(@case, refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(200, (await AskAsync(other)).Status);
        var standing = await AskAsync(client, path: Standing, method: HttpMethod.Get);
        Assert.Equal((200, "suspend"), (standing.Status, (string?)JsonNode.Parse(standing.Body)!["responses"]![0]!["response"]));
        Assert.Empty(JsonNode.Parse((await AskAsync(other, path: Standing, method: HttpMethod.Get)).Body)!["responses"]!.AsArray());
        var made = await AskAsync(client, """{"statement":"We run a school."}""", Appeals);
        Assert.Equal((201, @case), (made.Status, (string?)JsonNode.Parse(made.Body)!["case"]));
        var id = (string)JsonNode.Parse(made.Body)!["id"]!;
        Assert.Equal(404, (await AskAsync(other, path: $"{Appeals}/{id}", method: HttpMethod.Get)).Status);
        gateway.Host.Cases.Answer(id, AppealDecision.Overturn, false, "cyn", "You are right.", _time.GetUtcNow());
        Assert.Equal(200, (await AskAsync(client)).Status);
        Assert.Equal(403, (await AskAsync(gateway.Client(Ring[1]))).Status); // the others' case goes on
    }

    [Fact]
    public async Task A_suspension_ends_by_itself()
    {
        await using var upstream = Upstream();
        await using var gateway = await OpenAsync(new AccessPolicy(), upstream);
        var client = gateway.Client(Ring[0]);
        Suspend(gateway);
        Assert.Equal(403, (await AskAsync(client)).Status);
        _time.Advance(TimeSpan.FromDays(31));
        var answer = await AskAsync(client);
        Assert.True(answer.Status == 200, $"{_time.GetUtcNow():u}: {answer.Message}");
    }

    [Fact]
    public async Task Verify_is_a_notice_on_every_answer_and_after_the_grace_the_limits_of_nobody()
    {
        var status = 200;
        await using var upstream = new ScriptedUpstream((_, connection) => connection.ReplyAsync(
            status, "application/json", status == 200 ? AccessGateway.Message : """{"type":"error","error":{"type":"api_error","message":"no"}}""", ("x-should-retry", "false")));
        var policy = Limited(Rule(LimitScope.Account, Meter.Requests, 1, "unverified") with { Levels = [VerificationLevel.None] }) with { VerifyUrl = new Uri("https://verify.example/start") };
        await using var gateway = await OpenAsync(policy, upstream);
        gateway.Host.Accounts.Import([new AccountRecord { Account = Ring[0], Verification = VerificationLevel.Contact }], [], gateway.Host.Accounts.Note(ChangeSource.Import, "t", "t"));
        Apply(gateway, Rung.Verify);
        var client = gateway.Client(Ring[0]);
        foreach (var (method, path, answer) in new[]
        {
            (HttpMethod.Post, Messages, 200), (HttpMethod.Post, Chat, 200), (HttpMethod.Get, "/v1/models", 0), (HttpMethod.Get, "/v1/messages/batches/no_such", 404), (HttpMethod.Post, Messages, 500),
        })
        {
            status = answer == 500 ? 500 : 200;
            var got = await AskAsync(client, path: path, method: method);
            Assert.True(answer == 0 || got.Status == answer, got.ToString());
            Assert.Equal(("verify; by=2026-11-23T00:00:00Z", "https://verify.example/start"), (got.Header("stillwatch-notice"), got.Header("stillwatch-verify-url")));
        }

        status = 200;
        var badly = await AskAsync(client, "{");
        Assert.Equal((400, true), (badly.Status, badly.Header("stillwatch-notice") is not null));
        Assert.Null((await AskAsync(gateway.Client("acct_other"))).Header("stillwatch-notice"));

        _time.Advance(TimeSpan.FromHours(72));
        Assert.Equal(200, (await AskAsync(client)).Status);
        var limited = await AskAsync(client);
        Assert.Equal((429, "rate_limited", true), (limited.Status, limited.Code, limited.Header("stillwatch-notice") is not null));
        // Verified, both are gone.
        gateway.Host.Accounts.Import([new AccountRecord { Account = Ring[0], Verification = VerificationLevel.Person }], [], gateway.Host.Accounts.Note(ChangeSource.Import, "t", "t"));
        var verified = await AskAsync(client);
        Assert.Equal((200, null), (verified.Status, verified.Header("stillwatch-notice")));
    }

    [Fact]
    public async Task A_ring_shares_one_budget_however_many_accounts_and_keys_it_has()
    {
        await using var upstream = Upstream();
        await using var gateway = await OpenAsync(Limited(Rule(LimitScope.Ring, Meter.Requests, 7, "ring")), upstream);
        Apply(gateway, Rung.Shape);
        var clients = Ring.SelectMany(account => (HttpClient[])[gateway.Client(account), gateway.Client(account)]).ToList();
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => AskAsync(clients[i % clients.Count])));
        Assert.Equal(7, answers.Count(answer => answer.Status == 200));
        Assert.All(answers.Where(answer => answer.Status != 200), answer => Assert.Contains(Standing, answer.Message, StringComparison.Ordinal));
        Assert.Equal(200, (await AskAsync(gateway.Client("acct_other"))).Status);
    }

    [Fact]
    public async Task Observe_decides_and_records_and_does_nothing()
    {
        await using var upstream = Upstream();
        var policy = Limited(Rule(LimitScope.Ring, Meter.Requests, 1, "ring")) with
        {
            Mode = PolicyMode.Observe, Responses = new ResponsePolicy { JudgeEvery = TimeSpan.FromHours(1), RefusedCues = Capabilities.ReasoningElicitation, RefuseFrom = Rung.Verify },
        };
        await using var gateway = await OpenAsync(policy, upstream, isEnforced: false);
        Apply(gateway, Rung.Shape);
        foreach (var account in Ring)
        {
            var client = gateway.Client(account);
            for (var i = 0; i < 3; i++)
            {
                var answer = await AskAsync(client, Body(text: Elicits));
                Assert.Equal((200, AccessGateway.Message, null), (answer.Status, answer.Body, answer.Header("stillwatch-notice")));
            }
        }

        Assert.Equal(0, gateway.Host.Parts.Responses.Count);
        Assert.Empty(gateway.Host.Parts.Recorder.Counts.Refused);
        using var admin = new HttpClient { BaseAddress = gateway.Host.AdminAddress };
        var actions = JsonNode.Parse(await admin.GetStringAsync("/api/v1/actions", Ended))!["actions"]!.AsArray();
        Assert.NotEmpty(actions);
        Assert.All(actions, action => Assert.False((bool)action!["enforced"]!));
    }

    [Theory]
    [InlineData(Messages, false)]
    [InlineData(Messages, true)]
    [InlineData(Chat, false)]
    [InlineData(Chat, true)]
    public async Task A_declined_request_has_the_apis_own_shape_reaches_no_model_and_costs_nothing(string path, bool stream)
    {
        await using var upstream = Upstream();
        var policy = Limited(Rule(LimitScope.Account, Meter.OutputTokens, 100_000)) with
        {
            Responses = new ResponsePolicy { JudgeEvery = TimeSpan.FromHours(1), RefusedCues = Capabilities.ReasoningElicitation, RefuseFrom = Rung.Shape },
        };
        await using var gateway = await OpenAsync(policy, upstream);
        Apply(gateway, Rung.Shape);
        var (client, other) = (gateway.Client(Ring[0]), gateway.Client("acct_other"));
        for (var i = 0; i < 3; i++)
        {
            var declined = await UntilAsync(() => AskAsync(client, Body(maxTokens: 90_000, text: Elicits, stream: stream), path), answer => answer.Status == 200);
            Assert.Contains(path == Messages ? "\"stop_reason\":\"refusal\"" : "\"refusal\":", declined.Body, StringComparison.Ordinal);
            Assert.Contains(Standing, declined.Body, StringComparison.Ordinal);
            await gateway.Gateway.BodiesAreGivenBackAsync();
        }

        Assert.Empty(upstream.Requests);
        await gateway.Host.Parts.Recorder.FlushAsync(Ended);
        var usage = gateway.Host.Log.Reader.Usage(Ring[0]);
        Assert.True(usage.Exchanges >= 3);
        Assert.Equal((0, 0), (usage.InputTokens, usage.OutputTokens));
        // What is not of that kind is served, and so is everybody else.
        Assert.Equal(200, (await AskAsync(client, Body(maxTokens: 90_000), path)).Status);
        Assert.Single(upstream.Requests);
        Assert.DoesNotContain("reasoning, written out", (await AskAsync(other, Body(text: Elicits), path)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_declined_does_not_slip_through_inside_a_batch()
    {
        var policy = new AccessPolicy { Responses = new ResponsePolicy { JudgeEvery = TimeSpan.FromHours(1), RefusedCues = Capabilities.ReasoningElicitation, RefuseFrom = Rung.Shape } };
        await using var gateway = await OpenAsync(policy, upstream: null);
        Apply(gateway, Rung.Shape);
        string BatchOf(string text) => $$$"""{"requests":[{"custom_id":"a","params":{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"{{{text}}}"}]}}]}""";
        var refused = await AskAsync(gateway.Client(Ring[0]), BatchOf(Elicits), "/v1/messages/batches");
        Assert.Equal((403, "request_declined"), (refused.Status, refused.Code));
        Assert.Equal(200, (await AskAsync(gateway.Client(Ring[0]), BatchOf("hello"), "/v1/messages/batches")).Status);
        Assert.Equal(200, (await AskAsync(gateway.Client("acct_other"), BatchOf(Elicits), "/v1/messages/batches")).Status);
    }

    Task<AccessGateway> OpenAsync(AccessPolicy policy, ScriptedUpstream? upstream, bool isEnforced = true) => StartAsync(
        policy with
        {
            Mode = isEnforced ? PolicyMode.Enforce : PolicyMode.Observe,
            Responses = policy.Responses with { JudgeEvery = TimeSpan.FromHours(1) }, // the test looks by itself
        },
        upstream, options: options => options with { EventTime = _time });

    void Apply(AccessGateway gateway, Rung rung) => gateway.Host.Parts.Ladder.Apply(ScriptedRing.Report(new ScriptedRing("C-1", Ring, rung)), _time.GetUtcNow());

    string Suspend(AccessGateway gateway)
    {
        Apply(gateway, Rung.Shape);
        var @case = gateway.Host.Parts.Responses.All[Ring[0]].Case;
        gateway.Host.Cases.Approve(@case, Rung.Suspend, "ana", "seen", null, _time.GetUtcNow());
        gateway.Host.Cases.Approve(@case, Rung.Suspend, "ben", "agreed", null, _time.GetUtcNow());
        return @case;
    }
}
