using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Stillwatch.Gateway.Admin;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Tests.Support;

namespace Stillwatch.Gateway.Tests.Admin;

/// <summary>What stands behind the console's desk, over HTTP, on a whole gateway.</summary>
public sealed class DeskRoutesTests : IAsyncLifetime
{
    const string Account = "acct_development";

    TestGateway _gateway = null!;
    HttpClient _admin = null!;
    string _data = "";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _gateway = await TestGateway.StartAsync(
            config =>
            {
                _data = config.DataDirectory;
                return config with { LogContent = true };
            },
            Dialect.Anthropic);
        _admin = new HttpClient { BaseAddress = _gateway.Host.AdminAddress };
        for (var i = 0; i < 3; i++)
        {
            using var answer = await _gateway.Client.PostAsync("/v1/messages", Json("""{"model":"m-<b>1","max_tokens":50,"messages":[{"role":"user","content":"canary text"}]}"""), Stop);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Stop));
        }

        await _gateway.BodiesAreGivenBackAsync();
        await _gateway.Host.Parts.Recorder.FlushAsync(Stop);
        Assert.Equal(3, _gateway.Host.Log.Reader.Newest(Account, 10).Count);
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _gateway.DisposeAsync();
    }

    [Fact]
    public async Task A_profile_has_use_by_day_and_model_and_an_unknown_account_none()
    {
        var profile = await GetAsync($"/api/v1/accounts/{Account}/profile?days=2");
        var day = Assert.Single(profile.GetProperty("days").EnumerateArray());
        Assert.Equal(("m-<b>1", 3), (day.GetProperty("model").GetString(), day.GetProperty("exchanges").GetInt32()));
        Assert.Equal((3, true), (profile.GetProperty("exchanges").GetArrayLength(), profile.GetProperty("content_stored").GetBoolean()));
        Assert.DoesNotContain("canary", profile.ToString());
        Assert.Equal((404, "unknown_account"), await FaultAsync(HttpMethod.Get, "/api/v1/accounts/nobody/profile"));
        Assert.Equal((400, "invalid_request"), await FaultAsync(HttpMethod.Get, $"/api/v1/accounts/{Account}/profile?days=401"));
        Assert.Equal((404, "unknown_organization"), await FaultAsync(HttpMethod.Get, "/api/v1/organizations/nobody/profile"));

        await PostAsync($"/api/v1/accounts/{Account}", """{"by":"Ada","reason":"known","organization":"org/1"}""");
        var organization = await GetAsync("/api/v1/organizations/org%2F1/profile");
        Assert.Equal((Account, 1), (organization.GetProperty("members")[0].GetProperty("account").GetString(), organization.GetProperty("members_in_all").GetInt32()));
        Assert.Equal(3, organization.GetProperty("days")[0].GetProperty("exchanges").GetInt32());
    }

    [Fact]
    public async Task Content_is_read_only_with_a_reason_and_that_is_audited_before_it_is_shown()
    {
        var exchange = _gateway.Host.Log.Reader.Newest(Account, 1)[0].Id;
        var path = $"/api/v1/accounts/{Account}/exchanges/{exchange}/content";
        Assert.Equal((400, "invalid_request"), await FaultAsync(HttpMethod.Post, path, """{"by":"Ada"}"""));
        Assert.Equal((400, "invalid_request"), await FaultAsync(HttpMethod.Post, path, """{"reason":"curious"}"""));
        var read = await PostAsync(path, """{"by":"Ada","reason":"appeal apl_1"}""");
        Assert.Contains("canary text", read.GetProperty("line").GetString());
        Assert.Equal((404, "content_not_stored"), await FaultAsync(HttpMethod.Post, $"/api/v1/accounts/other/exchanges/{exchange}/content", """{"by":"Ada","reason":"x"}"""));

        var entries = (await GetAsync("/api/v1/audit-log?action=content_read")).GetProperty("entries").EnumerateArray().ToList();
        Assert.Equal(["account other", $"account {Account}"], entries.Select(entry => entry.GetProperty("subject").GetString()));
        Assert.Equal(("Ada", "appeal apl_1", exchange), (entries[1].GetProperty("who").GetString(), entries[1].GetProperty("reason").GetString(), entries[1].GetProperty("detail").GetString()));
        Assert.DoesNotContain("canary", string.Concat(entries));
    }

    [Fact]
    public async Task Every_change_asked_of_the_admin_api_is_in_the_audit_log_refused_ones_too_and_looking_is_not()
    {
        await GetAsync("/api/v1/cases");
        await PostAsync("/api/v1/keys", """{"account":"acct_1"}""");
        await FaultAsync(HttpMethod.Post, "/api/v1/cases/case_x/approve", """{"by":"Ada","reason":"seen","rung":"suspend"}""");
        await FaultAsync(HttpMethod.Post, "/api/v1/nothing", "{}");
        var entries = (await GetAsync("/api/v1/audit-log")).GetProperty("entries").EnumerateArray().ToList();
        string? Of(int at, string member) => entries[at].GetProperty(member).GetString();
        Assert.Equal(["unknown_path", "case_approve", "key_add"], entries.Select(entry => entry.GetProperty("action").GetString()));
        Assert.Equal(("case case_x", "Ada", "seen", "refused"), (Of(1, "subject"), Of(1, "who"), Of(1, "reason"), Of(1, "outcome")));
        Assert.Equal(("admin token", "done", "api"), (Of(2, "who"), Of(2, "outcome"), Of(2, "face")));
        Assert.True((await GetAsync("/api/v1/audit-log/verification")).GetProperty("is_whole").GetBoolean());
        Assert.Equal(2, (await GetAsync("/api/v1/audit-log?limit=2")).GetProperty("next").GetInt32());
        Assert.Equal((400, "invalid_request"), await FaultAsync(HttpMethod.Get, "/api/v1/audit-log?limit=0"));

        var (code, output) = await RunAsync("audit-log", "verify", "--data", _data);
        Assert.Equal((0, true), (code, output.StartsWith("whole: 3 entries, 0 gone by retention; head 3 ", StringComparison.Ordinal)));
        (code, output) = await RunAsync("audit-log", "list", "--who", "Ada", "--data", _data);
        Assert.Contains("case_approve  case case_x  refused  because: seen", output);
        Assert.Equal(2, (await RunAsync("audit-log", "verify", "--data", "/nowhere")).Code);
        Assert.Equal(1, (await RunAsync("audit-log", "verify", "--head", "1 00", "--data", _data)).Code);
    }

    [Fact]
    public async Task A_replay_is_started_watched_and_found_and_a_server_without_a_policy_file_applies_none()
    {
        var (status, started) = await SendAsync(HttpMethod.Post, "/api/v1/replays", """{"by":"Ada","policy":"mode: enforce\n","days":3}""");
        Assert.Equal(202, status);
        var id = started.GetProperty("id").GetString();
        JsonElement replay;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while ((replay = await GetAsync($"/api/v1/replays/{id}")).GetProperty("state").GetString() == "running")
        {
            await Task.Delay(50, patience.Token);
        }

        Assert.Equal(("done", 3), (replay.GetProperty("state").GetString(), replay.GetProperty("report").GetProperty("exchanges").GetInt32()));
        Assert.Equal(id, (await GetAsync("/api/v1/replays")).GetProperty("replays")[0].GetProperty("id").GetString());
        Assert.Equal((404, "unknown_replay"), await FaultAsync(HttpMethod.Post, $"/api/v1/replays/{id}/cancel"));
        Assert.Equal((400, "invalid_policy"), await FaultAsync(HttpMethod.Post, "/api/v1/replays", """{"by":"Ada","policy":"mode: loud"}"""));

        var policy = await GetAsync("/api/v1/policy");
        Assert.Equal(JsonValueKind.Null, policy.GetProperty("file").ValueKind);
        Assert.Equal((400, "invalid_policy"), await FaultAsync(
            HttpMethod.Post, "/api/v1/policy", $$"""{"by":"Ada","reason":"x","policy":"mode: enforce","hash":"{{policy.GetProperty("hash").GetString()}}"}"""));
        Assert.Equal((400, "invalid_request"), await FaultAsync(HttpMethod.Post, "/api/v1/policy", """{"by":"Ada","policy":"mode: enforce","hash":"x"}"""));
    }

    [Fact]
    public async Task Every_route_and_every_member_stands_in_the_contract()
    {
        var builder = WebApplication.CreateSlimBuilder();
        await using var app = builder.Build();
        new DeskRoutes(_gateway.Host.Desk).Map(app, inner => inner);
        var document = await GetAsync("/api/v1/openapi.json");
        var described = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {path.Name}")).ToHashSet();
        Assert.All(
            ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
                .SelectMany(route => route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method => $"{method} {route.RoutePattern.RawText}")),
            route => Assert.Contains(route, described));

        var schemas = document.GetProperty("components").GetProperty("schemas");
        foreach (var (schema, path) in ((string, string)[])
            [("AccountProfile", $"/api/v1/accounts/{Account}/profile"), ("Policy", "/api/v1/policy"), ("Audit", "/api/v1/audit-log"), ("Verification", "/api/v1/audit-log/verification"),
             ("Replays", "/api/v1/replays"), ("Queue", "/api/v1/cases/queue")])
        {
            var members = (await GetAsync(path)).EnumerateObject().Select(member => member.Name).Order();
            Assert.Equal(schemas.GetProperty(schema).GetProperty("properties").EnumerateObject().Select(member => member.Name).Order(), members);
        }
    }

    static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        return (await CommandLine.RunAsync(arguments, output, output, Stop), output.ToString());
    }

    async Task<JsonElement> GetAsync(string path) => await _admin.GetFromJsonAsync<JsonElement>(path, Stop);

    async Task<JsonElement> PostAsync(string path, string body)
    {
        var (status, answer) = await SendAsync(HttpMethod.Post, path, body);
        Assert.True(status < 300, answer.ToString());
        return answer;
    }

    async Task<(int Status, string? Code)> FaultAsync(HttpMethod method, string path, string? body = null)
    {
        var (status, answer) = await SendAsync(method, path, body);
        return (status, answer.GetProperty("error").GetProperty("code").GetString());
    }

    async Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : Json(body) };
        using var answer = await _admin.SendAsync(request, Stop);
        return ((int)answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(Stop));
    }
}
