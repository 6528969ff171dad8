using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Admin;
using Stillwatch.Gateway.Recording;
using Stillwatch.Gateway.Recording.Changes;
using Stillwatch.Gateway.Tests.Enforcement;
using Stillwatch.Storage.Cases;

namespace Stillwatch.Gateway.Tests.Admin;

/// <summary>The routes and the verbs that speak to them, over one log of cases.</summary>
public sealed class CaseRoutesTests : IAsyncLifetime
{
    readonly LadderRig _rig = new();
    readonly FakeTimeProvider _time = new(ScriptedRing.Start);
    readonly WebApplication _app;
    readonly Report _report = ScriptedRing.Report(new ScriptedRing("C-1", ScriptedRing.Names(0, 5)));

    public CaseRoutesTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        new CaseRoutes(_rig.Store, _rig.Commands, _time).Map(_app, inner => inner);
        new CampaignRoutes(_ => Task.FromResult(new HeldReport(_report, 7, IsCurrent: true)), new ChangeBoard(_time), _time).Map(_app, inner => inner);
        _rig.Apply(_report);
    }

    string Id => _rig.Picture.Cases.Keys.Single();

    public async ValueTask InitializeAsync() => await _app.StartAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _rig.Dispose();
    }

    [Fact]
    public async Task A_case_is_approved_by_two_appealed_and_overturned_over_http()
    {
        var (status, body) = await SendAsync("POST", $"/api/v1/cases/{Id}/approve", """{"by":"Ada","reason":"seen","rung":"suspend"}""");
        Assert.Equal((202, true), (status, body.GetProperty("pending").GetBoolean()));
        Assert.Equal((409, "second_person_needed"), Fault(await SendAsync("POST", $"/api/v1/cases/{Id}/approve", """{"by":"Ada","reason":"seen","rung":"suspend"}""")));
        (status, body) = await SendAsync("POST", $"/api/v1/cases/{Id}/approve", """{"by":"Ben","reason":"seen","rung":"suspend"}""");
        Assert.Equal((200, "suspend"), (status, body.GetProperty("case").GetProperty("response").GetString()));

        var appeal = _rig.Commands.Appeal("acct_000000", null, "Not me.", null, _rig.Now).Appeal!;
        (_, body) = await SendAsync("GET", "/api/v1/appeals?state=open");
        Assert.Equal("Not me.", body.GetProperty("appeals")[0].GetProperty("statement").GetString());
        (status, body) = await SendAsync("POST", $"/api/v1/appeals/{appeal.Id}/answer", """{"decision":"overturn","text":"You are right.","by":"Ada","whole_case":true}""");
        Assert.Equal((200, "overturned", 5), (status, body.GetProperty("case").GetProperty("state").GetString(), body.GetProperty("repaired").GetInt32()));
        Assert.Equal((409, "already_decided"), Fault(await SendAsync("POST", $"/api/v1/appeals/{appeal.Id}/answer", """{"decision":"uphold","text":"t","by":"Ada"}""")));

        (_, body) = await SendAsync("GET", $"/api/v1/cases/{Id}");
        Assert.Equal((3, 1), (body.GetProperty("actions").GetArrayLength(), body.GetProperty("appeals").GetArrayLength()));
        Assert.Equal(["Ada", "Ada", "Ada"], body.GetProperty("decisions").EnumerateArray().Where(one => !one.GetProperty("what").GetString()!.EndsWith("dollars", StringComparison.Ordinal)).Select(one => one.GetProperty("by").GetString()));
        (_, body) = await SendAsync("GET", "/api/v1/calibration");
        Assert.Equal("benign", body.GetProperty("examples")[0].GetProperty("label").GetString());
        (_, body) = await SendAsync("GET", "/api/v1/actions?account=acct_000003&after=2");
        Assert.Equal(["suspend", "observe"], body.GetProperty("actions").EnumerateArray().Select(action => action.GetProperty("to").GetString()));
    }

    [Theory]
    [InlineData("POST", "/api/v1/cases/{id}/dismiss", """{"by":"Ada"}""", 400, "invalid_request")]
    [InlineData("POST", "/api/v1/cases/{id}/dismiss", """{"reason":"why"}""", 400, "invalid_request")]
    [InlineData("POST", "/api/v1/cases/{id}/dismiss", """{"by":"Ada","reason":"why","accounts":["a"]}""", 400, "invalid_request")]
    [InlineData("POST", "/api/v1/cases/{id}/approve", """{"by":"Ada","reason":"why"}""", 400, "invalid_request")]
    [InlineData("POST", "/api/v1/cases/{id}/approve", """{"by":"Ada","reason":"why","rung":"shape"}""", 400, "invalid_request")]
    [InlineData("POST", "/api/v1/cases/{id}/approve", """{"by":"Ada","reason":"why","rung":3}""", 400, "invalid_json")]
    [InlineData("POST", "/api/v1/cases/{id}/overturn", """{"by":"Ada","reason":"why","accounts":["nobody"]}""", 409, "no_account_meant")]
    [InlineData("POST", "/api/v1/cases/{id}/uphold", """{"by":"Ada","reason":"why","more":1}""", 400, "invalid_json")]
    [InlineData("POST", "/api/v1/cases/none/uphold", """{"by":"Ada","reason":"why"}""", 404, "unknown_case")]
    [InlineData("POST", "/api/v1/appeals/none/answer", """{"decision":"uphold","text":"t","by":"Ada"}""", 404, "unknown_appeal")]
    [InlineData("POST", "/api/v1/accounts/a/repair", """{"by":"policy","reason":"why"}""", 400, "invalid_request")]
    [InlineData("GET", "/api/v1/cases/none", null, 404, "unknown_case")]
    [InlineData("GET", "/api/v1/cases?state=closed", null, 400, "invalid_request")]
    [InlineData("GET", "/api/v1/actions?after=-1", null, 400, "invalid_request")]
    public async Task What_cannot_be_done_is_refused_by_name(string method, string path, string? body, int status, string code)
    {
        var before = _rig.Picture;
        Assert.Equal((status, code), Fault(await SendAsync(method, path.Replace("{id}", Id, StringComparison.Ordinal), body)));
        Assert.Same(before, _rig.Picture);
    }

    [Fact]
    public async Task Every_route_and_every_member_stands_in_the_contract()
    {
        using var stream = typeof(CaseRoutes).Assembly.GetManifestResourceStream("Admin.openapi.json")!;
        var document = (await JsonDocument.ParseAsync(stream)).RootElement;
        var described = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {path.Name}")).ToHashSet();
        var mapped = ((IEndpointRouteBuilder)_app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .SelectMany(route => route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method => $"{method} {route.RoutePattern.RawText}"));
        Assert.All(mapped, route => Assert.Contains(route, described));

        var schemas = document.GetProperty("components").GetProperty("schemas");
        IEnumerable<string> Described(string schema) => Names(schemas.GetProperty(schema).GetProperty("properties")).Order();
        _rig.Commands.Appeal("acct_000000", null, "Not me.", null, _rig.Now);
        var (_, view) = await SendAsync("GET", $"/api/v1/cases/{Id}");
        Assert.Equal(Described("CaseView"), Names(view).Order());
        Assert.Equal(Described("CaseLine"), Names(view.GetProperty("case")).Order());
        Assert.Equal(Described("Action"), Names(view.GetProperty("actions")[0]).Order());
        Assert.Equal(Described("Appeal"), Names(view.GetProperty("appeals")[0]).Order());
        Assert.Equal(Described("CaseOutcome"), Names((await SendAsync("POST", $"/api/v1/cases/{Id}/uphold", """{"by":"Ada","reason":"why"}""")).Body).Order());
    }

    [Fact]
    public async Task The_verbs_list_show_decide_and_export()
    {
        var (code, output, _) = await RunAsync("cases", "list");
        Assert.Equal(0, code);
        Assert.Contains($"{Id}  open  distillation", output);
        (_, output, _) = await RunAsync("campaigns", "show", "C-1");
        Assert.Contains("They share a payment and a template.", output);
        Assert.Equal(1, (await RunAsync("campaigns", "show", "C-9")).Code);
        Assert.Contains("C-1  distillation", (await RunAsync("campaigns", "list")).Output);

        Assert.Equal(2, (await RunAsync("cases", "approve", Id, "--rung", "shape", "--by", "Ada", "--reason", "x")).Code);
        Assert.Equal(2, (await RunAsync("cases", "dismiss", Id, "--by", "Ada")).Code);
        (code, output, _) = await RunAsync("cases", "approve", Id, "--rung", "suspend", "--by", "Ada", "--reason", "seen");
        Assert.Equal(0, code);
        Assert.Contains("another person", output);
        var appeal = _rig.Commands.Appeal("acct_000000", null, "Not \u001b[31mme.", null, _rig.Now).Appeal!;
        (_, output, _) = await RunAsync("cases", "show", Id);
        Assert.Contains(appeal.Id, output);
        Assert.DoesNotContain("\u001b", output);
        Assert.Equal(0, (await RunAsync("cases", "answer", appeal.Id, "--decision", "overturn", "--text", "You are right.", "--by", "Ada")).Code);
        Assert.Equal(Rung.Observe, _rig.RungOf("acct_000000"));
        Assert.Equal(0, (await RunAsync("cases", "overturn", Id, "--account", "acct_000001", "--by", "Ada", "--reason", "wrong")).Code);
        Assert.Equal((Rung.Observe, Rung.Shape), (_rig.RungOf("acct_000001"), _rig.RungOf("acct_000002")));
        Assert.Equal(0, (await RunAsync("cases", "uphold", Id, "--by", "Ada", "--reason", "certain")).Code);
        (_, output, _) = await RunAsync("cases", "export");
        Assert.Equal("campaign", JsonDocument.Parse(output.Trim()).RootElement.GetProperty("label").GetString());
        Assert.Equal(0, (await RunAsync("cases", "dismiss", Id, "--by", "Ada", "--reason", "after all")).Code);
        (_, output, _) = await RunAsync("cases", "list", "--state", "dismissed", "--json");
        Assert.Equal(Id, JsonDocument.Parse(output).RootElement.GetProperty("cases")[0].GetProperty("id").GetString());
        Assert.Equal(1, (await RunAsync("cases", "show", "none")).Code);
    }

    static (int, string?) Fault((int Status, JsonElement Body) answer) => (answer.Status, answer.Body.GetProperty("error").GetProperty("code").GetString());

    static IEnumerable<string> Names(JsonElement value) => value.EnumerateObject().Select(member => member.Name);

    async Task<(int Status, JsonElement Body)> SendAsync(string method, string path, string? body = null)
    {
        using var client = new HttpClient { BaseAddress = new Uri(_app.Urls.Single()) };
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync([.. arguments, "--admin", _app.Urls.Single()], output, error);
        return (code, output.ToString(), error.ToString());
    }
}
