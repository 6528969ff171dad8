using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Access;
using Stillwatch.Gateway.Access.Standings;
using Stillwatch.Gateway.Appeals;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Enforcement;
using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Tests.Enforcement;
using Stillwatch.Storage.Cases;

namespace Stillwatch.Gateway.Tests.Appeals;

public sealed class StandingEndpointTests : IDisposable
{
    const string Me = "acct_000000";

    readonly LadderRig _rig = new();
    readonly FakeTimeProvider _time = new(ScriptedRing.Start);
    readonly StandingEndpoint _endpoint;
    GatewayError? _refusal;

    public StandingEndpointTests()
    {
        _endpoint = new StandingEndpoint(
            _rig.Store, _rig.Commands, () => _rig.Policy, caller => new Standing { Account = new AccountRecord { Account = caller.Account }, Level = VerificationLevel.Contact },
            (_, _) => _refusal, _time);
        _rig.Policy = _rig.Policy with { AppealUrl = new Uri("https://example.org/appeal") };
    }

    [Fact]
    public async Task An_account_that_nothing_is_done_to_is_told_so()
    {
        var (status, body) = await SendAsync("GET", "/stillwatch/v1/standing");
        Assert.Equal((200, Me, "contact", 0), (status, body.GetProperty("account").GetString(), body.GetProperty("level").GetString(), body.GetProperty("responses").GetArrayLength()));
        Assert.Equal((409, "nothing_to_appeal"), Fault(await SendAsync("POST", "/stillwatch/v1/appeals", """{"statement":"why?"}""")));
    }

    [Fact]
    public async Task A_suspended_account_reads_why_and_until_when_and_nothing_of_others()
    {
        Suspend();
        var (_, body) = await SendAsync("GET", "/stillwatch/v1/standing");
        var statement = body.GetProperty("responses")[0];
        Assert.Equal(("suspend", "person", "person"), (statement.GetProperty("response").GetString(), statement.GetProperty("decided_by").GetString(), statement.GetProperty("rule").GetString()));
        Assert.Equal(_rig.Now.AddDays(30), statement.GetProperty("until").GetDateTimeOffset());
        var text = body.ToString();
        Assert.Contains("identity-and-money", text);
        Assert.Contains("https://example.org/appeal", text);
        Assert.DoesNotContain("acct_000001", text);
        Assert.DoesNotContain("Ada", text);
        Assert.DoesNotContain("0.99", text);
        Assert.DoesNotContain("log_odds", text);
    }

    [Fact]
    public async Task An_appeal_is_taken_once_answered_and_seen_by_its_account_alone()
    {
        Suspend();
        var (status, made) = await SendAsync("POST", "/stillwatch/v1/appeals", """{"statement":"I run a school \ud83d\ude00.","contact":"me@example.org"}""");
        Assert.Equal((201, "open"), (status, made.GetProperty("state").GetString()));
        var id = made.GetProperty("id").GetString()!;
        Assert.Equal("I run a school \uD83D\uDE00.", _rig.Picture.Appeals[id].Text);
        Assert.Equal((409, "appeal_open"), Fault(await SendAsync("POST", "/stillwatch/v1/appeals", """{"statement":"again"}""")));
        Assert.Equal((404, "unknown_appeal"), Fault(await SendAsync("GET", $"/stillwatch/v1/appeals/{id}", account: "acct_000001")));
        Assert.Equal(0, (await SendAsync("GET", "/stillwatch/v1/appeals", account: "acct_000001")).Body.GetProperty("appeals").GetArrayLength());

        _rig.Commands.Answer(id, AppealDecision.Overturn, false, "Ada", "You are right.", _rig.Now);
        var (_, seen) = await SendAsync("GET", $"/stillwatch/v1/appeals/{id}");
        Assert.Equal(("overturned", "You are right."), (seen.GetProperty("state").GetString(), seen.GetProperty("answer").GetString()));
        Assert.DoesNotContain("Ada", seen.ToString());
        Assert.Equal((Rung.Observe, Rung.Suspend), (_rig.RungOf(Me), _rig.RungOf("acct_000001")));
    }

    [Fact]
    public async Task Whom_a_record_or_region_shuts_out_reads_it_appeals_and_is_answered()
    {
        _refusal = new GatewayError(403, "region_unsupported", "This call is refused by the region rule 'supported'.");
        var (_, standing) = await SendAsync("GET", "/stillwatch/v1/standing");
        Assert.Equal("region_unsupported", standing.GetProperty("access").GetProperty("code").GetString());
        var (status, made) = await SendAsync("POST", "/stillwatch/v1/appeals", """{"statement":"We moved."}""");
        Assert.Equal((201, "access", "open"), (status, made.GetProperty("case").GetString(), made.GetProperty("state").GetString()));
        Assert.Equal((409, "appeal_open"), Fault(await SendAsync("POST", "/stillwatch/v1/appeals", """{"statement":"again","case":"access"}""")));
        var id = made.GetProperty("id").GetString()!;
        Assert.Equal(CaseFault.Invalid, _rig.Commands.Answer(id, AppealDecision.Overturn, true, "Ada", "Right.", _rig.Now).Fault);
        Assert.Equal(CaseFault.None, _rig.Commands.Answer(id, AppealDecision.Overturn, false, "Ada", "The record is corrected.", _rig.Now).Fault);
        var (_, seen) = await SendAsync("GET", $"/stillwatch/v1/appeals/{id}");
        Assert.Equal(("overturned", "The record is corrected."), (seen.GetProperty("state").GetString(), seen.GetProperty("answer").GetString()));
        Assert.Empty(_rig.Repaired);
        // It outlives the process: the log alone gives the same picture.
        _rig.Store.Dispose();
        using var again = CaseStore.Open(_rig.CasesPath);
        Assert.True(again.Picture.Appeals[id] is { IsAboutAccess: true, IsOpen: false });
    }

    [Fact]
    public async Task An_appeal_about_access_is_always_open_and_does_not_stand_in_the_way_of_one_in_a_case()
    {
        Assert.Equal(201, (await SendAsync("POST", "/stillwatch/v1/appeals", """{"statement":"I was refused elsewhere.","case":"access"}""")).Status);
        Suspend();
        var (status, made) = await SendAsync("POST", "/stillwatch/v1/appeals", """{"statement":"no"}""");
        Assert.Equal((201, _rig.OnlyCase.Id), (status, made.GetProperty("case").GetString()));
    }

    [Fact]
    public async Task Appeals_are_bounded_in_number()
    {
        Suspend();
        for (var i = 0; i < 5; i++)
        {
            var (status, made) = await SendAsync("POST", "/stillwatch/v1/appeals", """{"statement":"no"}""");
            Assert.Equal(201, status);
            _rig.Commands.Answer(made.GetProperty("id").GetString()!, AppealDecision.Uphold, false, "Ada", "It stands.", _rig.Now);
        }

        Assert.Equal((429, "too_many_appeals"), Fault(await SendAsync("POST", "/stillwatch/v1/appeals", """{"statement":"no"}""")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"statement":"  "}""")]
    [InlineData("""{"statement":1}""")]
    [InlineData("""{"statement":"a","statement":"b"}""")]
    [InlineData("""{"statement":"a","by":"b"}""")]
    [InlineData("""{"statement":"\ud83d"}""")]
    [InlineData("{\"statement\":\"a")]
    public async Task What_is_no_appeal_is_refused_in_the_callers_dialect(string body)
    {
        Suspend();
        var answer = await SendAsync("POST", "/stillwatch/v1/appeals", body);
        Assert.Equal((400, "invalid_appeal"), Fault(answer));
        Assert.Equal("error", answer.Body.GetProperty("type").GetString());
        Assert.Equal("invalid_appeal", (await SendAsync("POST", "/stillwatch/v1/appeals", body, face: Dialect.OpenAi)).Body.GetProperty("error").GetProperty("code").GetString());
        Assert.Empty(_rig.Picture.Appeals);
    }

    [Fact]
    public async Task A_statement_may_have_8_KiB_and_not_a_byte_more()
    {
        Suspend();
        string Order(int bytes) => $$"""{"statement":"{{new string('a', bytes)}}"}""";
        Assert.Equal((400, "invalid_appeal"), Fault(await SendAsync("POST", "/stillwatch/v1/appeals", Order(8193))));
        Assert.Equal(201, (await SendAsync("POST", "/stillwatch/v1/appeals", Order(8192))).Status);
    }

    [Theory]
    [InlineData("POST", "/stillwatch/v1/standing", 405, "method_not_allowed")]
    [InlineData("DELETE", "/stillwatch/v1/appeals", 405, "method_not_allowed")]
    [InlineData("GET", "/stillwatch/v1/nothing", 404, "unknown_path")]
    public async Task Other_paths_and_methods_are_refused(string method, string path, int status, string code) => Assert.Equal((status, code), Fault(await SendAsync(method, path)));

    [Fact]
    public async Task What_was_only_decided_is_not_told()
    {
        _rig.Policy = _rig.Policy with { Mode = PolicyMode.Observe };
        _rig.Apply(new ScriptedRing("C-1", ScriptedRing.Names(0, 5)));
        Assert.Equal(0, (await SendAsync("GET", "/stillwatch/v1/standing")).Body.GetProperty("responses").GetArrayLength());
        Assert.Equal((409, "nothing_to_appeal"), Fault(await SendAsync("POST", "/stillwatch/v1/appeals", """{"statement":"why?"}""")));
    }

    [Fact]
    public void A_suspension_names_case_end_statement_and_appeal_and_is_not_to_be_retried()
    {
        Suspend();
        Assert.True(_rig.Ladder.Map.TryGet(Me, _rig.Now, out var response));
        var error = ResponseErrors.Suspended(response, _rig.Policy);
        Assert.Equal((403, "account_suspended", false), (error.Status, error.Code, error.ShouldRetry));
        Assert.All([response.Case, "2026-12-20", "/stillwatch/v1/standing", "/stillwatch/v1/appeals", "https://example.org/appeal"], part => Assert.Contains(part, error.Message));
    }

    [Fact]
    public void Verify_is_a_notice_at_first_and_the_limits_of_nobody_after_the_grace()
    {
        var now = ScriptedRing.Start;
        var response = new AccountResponse(Rung.Verify, "case_1", now, now.AddDays(14), null);
        var (policy, contact) = (new ResponsePolicy(), new Standing { Account = new AccountRecord { Account = Me }, Level = VerificationLevel.Contact });
        var person = contact with { Level = VerificationLevel.Person };
        var headers = new HeaderDictionary();
        VerifyNotice.Write(headers, response, policy, contact, new Uri("https://example.org/verify"));
        Assert.Equal(("verify; by=2026-11-23T00:00:00Z", "https://example.org/verify"), (headers["stillwatch-notice"].ToString(), headers["stillwatch-verify-url"].ToString()));
        headers.Clear();
        VerifyNotice.Write(headers, response, policy, person, null);
        Assert.Empty(headers);
        Assert.Equal(VerificationLevel.Contact, VerifyNotice.LevelFor(response, contact, policy, now.AddHours(71)));
        Assert.Equal(VerificationLevel.None, VerifyNotice.LevelFor(response, contact, policy, now.AddHours(72)));
        Assert.Equal(VerificationLevel.Person, VerifyNotice.LevelFor(response, person, policy, now.AddHours(72)));
        Assert.Equal(VerificationLevel.Contact, VerifyNotice.LevelFor(response, contact, policy, now.AddDays(14)));
        Assert.Equal(VerificationLevel.Contact, VerifyNotice.LevelFor(null, contact, policy, now));
    }

    public void Dispose() => _rig.Dispose();

    void Suspend()
    {
        _rig.Apply(new ScriptedRing("C-1", ScriptedRing.Names(0, 5)));
        _rig.Commands.Approve(_rig.OnlyCase.Id, Rung.Suspend, "Ada", "seen", null, _rig.Now);
        _rig.Commands.Approve(_rig.OnlyCase.Id, Rung.Suspend, "Ben", "seen", null, _rig.Now);
    }

    static (int, string?) Fault((int Status, JsonElement Body) answer) =>
        (answer.Status, answer.Body.GetProperty("error").GetProperty("details").GetProperty("error_code").GetString());

    async Task<(int Status, JsonElement Body)> SendAsync(string method, string path, string? body = null, string account = Me, Dialect face = Dialect.Anthropic)
    {
        var context = new DefaultHttpContext();
        (context.Request.Method, context.Request.Path) = (method, path);
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body ?? ""));
        context.Response.Body = new MemoryStream();
        Assert.True(StandingEndpoint.Serves(context.Request.Path));
        var caller = new Caller { KeyId = "k", Account = account, Scopes = KeyScopes.Models, UpstreamUserId = "u" };
        await _endpoint.HandleAsync(context, caller, face, "req_1");
        return (context.Response.StatusCode, JsonDocument.Parse(((MemoryStream)context.Response.Body).ToArray()).RootElement);
    }
}
