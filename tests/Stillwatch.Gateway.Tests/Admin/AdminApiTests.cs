using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Stillwatch.Gateway.Admin;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Tests.Storage;

namespace Stillwatch.Gateway.Tests.Admin;

public sealed class AdminApiTests
{
    static readonly HttpMethod Get = HttpMethod.Get;
    static readonly HttpMethod Post = HttpMethod.Post;

    [Fact]
    public async Task Everything_under_the_api_wants_the_token()
    {
        await using var server = await AdminServer.StartAsync();
        string[] wrong = ["", "Bearer", "Bearer x", "Basic " + server.Token, "Bearer " + server.Token[..^1], "Bearer " + server.Token + "x"];
        foreach (var route in server.Routes.Where(route => route.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal)))
        {
            var path = route.RoutePattern.RawText!.Replace("{id}", "x", StringComparison.Ordinal).Replace("{*path}", "nothing", StringComparison.Ordinal);
            var method = new HttpMethod(route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods[0] ?? "GET");
            foreach (var header in wrong)
            {
                var (status, body) = await server.SendAsync(method, path, request => request.Headers.TryAddWithoutValidation("Authorization", header));
                Assert.Equal((401, "invalid_admin_token"), (status, Code(body)));
            }
        }

        Assert.Empty(server.Keys.List());
    }

    [Fact]
    public async Task Health_and_readiness_want_no_token()
    {
        await using var server = await AdminServer.StartAsync();
        Assert.Equal(200, (await server.SendAsync(Get, "/healthz", _ => { })).Status);
        Assert.Equal(200, (await server.SendAsync(Get, "/readyz", _ => { })).Status);
        server.Readiness = new Readiness(false, ["the exchange log cannot be written"]);
        var (status, body) = await server.SendAsync(Get, "/readyz", _ => { });
        Assert.Equal(503, status);
        Assert.False(body.GetProperty("ready").GetBoolean());
        Assert.Equal("the exchange log cannot be written", body.GetProperty("reasons")[0].GetString());
        Assert.Equal(JsonValueKind.Null, body.GetProperty("config").ValueKind);
        server.Readiness = new Readiness(true, [], new ConfigStatus(false, [], [], DateTimeOffset.UnixEpoch, ["data"]));
        (_, body) = await server.SendAsync(Get, "/readyz", _ => { });
        Assert.Equal("refused", body.GetProperty("config").GetProperty("state").GetString());
        Assert.Equal("data", body.GetProperty("config").GetProperty("needs_restart")[0].GetString());
    }

    [Theory]
    [InlineData("Host", "127.0.0.1", 200)]
    [InlineData("Host", "localhost:8081", 200)]
    [InlineData("Host", "[::1]:8081", 200)]
    [InlineData("Host", "rebound.example.org", 403)]
    [InlineData("Host", "127.0.0.1.example.org", 403)]
    [InlineData("Host", "10.0.0.1", 403)]
    [InlineData("Origin", "https://example.org", 403)]
    [InlineData("Origin", "null", 403)]
    [InlineData("Origin", "http://127.0.0.1:1", 403)]
    [InlineData("Sec-Fetch-Site", "cross-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-origin", 200)]
    public async Task An_open_listener_answers_this_machine_and_no_foreign_page(string header, string value, int expected)
    {
        await using var server = await AdminServer.StartAsync(isOpen: true);
        var (status, _) = await server.SendAsync(Get, "/api/v1/keys", request => request.Headers.TryAddWithoutValidation(header, value));
        Assert.Equal(expected, status);
        (status, _) = await server.SendAsync(Post, "/api/v1/keys", request => request.Headers.TryAddWithoutValidation(header, value), """{"account":"a"}""");
        Assert.Equal(expected == 200 ? 201 : 403, status);
        Assert.Equal(expected == 200 ? 1 : 0, server.Keys.List().Count);
    }

    [Fact]
    public async Task A_page_of_the_listener_itself_is_answered()
    {
        await using var server = await AdminServer.StartAsync(isOpen: true);
        var (status, _) = await server.SendAsync(Get, "/api/v1/keys", request => request.Headers.Add("Origin", server.Address.GetLeftPart(UriPartial.Authority)));
        Assert.Equal(200, status);
    }

    [Fact]
    public void An_empty_token_is_no_way_to_open_the_listener() => Assert.Throws<ArgumentException>(() => new AdminGuard(""));

    [Fact]
    public async Task A_key_is_made_listed_rotated_and_revoked()
    {
        await using var server = await AdminServer.StartAsync();
        var (status, made) = await server.SendAsync(Post, "/api/v1/keys", """{"account":"a","name":"n","scopes":"messages,models","expires":"90d"}""");
        var key = made.GetProperty("keys")[0];
        Assert.Equal(201, status);
        Assert.True(server.Keys.Ring.TryAuthenticate(key.GetProperty("key").GetString(), server.Time.GetUtcNow(), out var caller, out _));
        Assert.Equal("a", caller.Account);
        Assert.Equal(server.Time.GetUtcNow().AddDays(90), key.GetProperty("expires").GetDateTimeOffset());

        var id = key.GetProperty("id").GetString();
        (status, var rotated) = await server.SendAsync(Post, $"/api/v1/keys/{id}/rotate");
        Assert.Equal(201, status);
        Assert.NotEqual(id, rotated.GetProperty("keys")[0].GetProperty("id").GetString());
        Assert.Equal(409, (await server.SendAsync(Post, $"/api/v1/keys/{id}/rotate", "{}")).Status);
        Assert.Equal(200, (await server.SendAsync(Post, $"/api/v1/keys/{id}/revoke")).Status);
        Assert.Equal(404, (await server.SendAsync(Post, "/api/v1/keys/nobody/revoke")).Status);

        (_, var all) = await server.SendAsync(Get, "/api/v1/keys?account=a");
        Assert.Equal(["revoked", "active"], all.GetProperty("keys").EnumerateArray().OrderBy(one => one.GetProperty("id").GetString() != id).Select(one => one.GetProperty("state").GetString()));
        Assert.DoesNotContain("sk-sw-", all.ToString());
        (_, var none) = await server.SendAsync(Get, "/api/v1/keys?account=b");
        Assert.Equal(0, none.GetProperty("keys").GetArrayLength());
    }

    [Fact]
    public async Task Many_keys_are_made_by_one_order()
    {
        await using var server = await AdminServer.StartAsync();
        var order = $$"""{"keys":[{{string.Join(',', Enumerable.Range(0, 3000).Select(i => $$"""{"account":"a{{i}}"}"""))}}]}""";
        var (status, made) = await server.SendAsync(Post, "/api/v1/keys", order);
        Assert.Equal((201, 3000, 3000), (status, made.GetProperty("keys").GetArrayLength(), server.Keys.Ring.Count));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"account\":\"a\"")]
    [InlineData("{\"account\":\"\"}")]
    [InlineData("{\"account\":7}")]
    [InlineData("{\"account\":\"a\",\"account\":\"b\"}")]
    [InlineData("{\"account\":\"a\",\"colour\":\"red\"}")]
    [InlineData("{\"account\":\"a\",\"scopes\":\"everything\"}")]
    [InlineData("{\"account\":\"a\",\"scopes\":\"\"}")]
    [InlineData("{\"account\":\"a\",\"expires\":\"soon\"}")]
    [InlineData("{\"account\":\"a\",\"expires\":\"2027-01-31T00:00:00\"}")]
    [InlineData("{\"account\":\"a\",\"expires\":\"2020-01-31\"}")]
    [InlineData("{\"account\":\"a\",\"keys\":[{\"account\":\"b\"}]}")]
    [InlineData("{\"keys\":[]}")]
    [InlineData("{\"keys\":[null]}")]
    [InlineData("{\"keys\":[{\"account\":\"a\"},{\"account\":\"a\",\"scopes\":\"none\"}]}")]
    [InlineData("{\"keys\":[{\"keys\":[{\"account\":\"a\"}]}]}")]
    public async Task A_faulty_order_is_refused_and_makes_nothing(string body)
    {
        await using var server = await AdminServer.StartAsync();
        var (status, answer) = await server.SendAsync(Post, "/api/v1/keys", body);
        Assert.Equal(400, status);
        Assert.NotEmpty(answer.GetProperty("error").GetProperty("message").GetString()!);
        Assert.Empty(server.Keys.List());
    }

    [Theory]
    [InlineData("{\"overlap\":\"-1h\"}")]
    [InlineData("{\"overlap\":\"91d\"}")]
    [InlineData("{\"overlap\":\"later\"}")]
    [InlineData("{\"overlap\":\"99999999999999d\"}")]
    public async Task A_faulty_overlap_is_refused(string body)
    {
        await using var server = await AdminServer.StartAsync();
        var key = server.Keys.Create(new Gateway.Keys.KeyRequest("a"));
        Assert.Equal(400, (await server.SendAsync(Post, $"/api/v1/keys/{key.Key.Id}/rotate", body)).Status);
        Assert.Single(server.Keys.List());
    }

    [Fact]
    public async Task The_report_is_served_whole()
    {
        await using var server = await AdminServer.StartAsync();
        var (_, report) = await server.SendAsync(Get, "/api/v1/report");
        Assert.Equal(JsonSerializer.Serialize(server.Report, Engine.Judgement.ReportJson.Readable.Report), report.GetRawText());
    }

    [Fact]
    public async Task An_accounts_evidence_comes_with_its_campaigns()
    {
        await using var server = await AdminServer.StartAsync();
        var (status, body) = await server.SendAsync(Get, "/api/v1/accounts/suspect/evidence");
        Assert.Equal(200, status);
        Assert.True(body.GetProperty("suspected").GetBoolean());
        Assert.Equal("It belongs to the ring.", body.GetProperty("evidence")[0].GetProperty("says").GetString());
        Assert.Equal("shape", body.GetProperty("judgements")[0].GetProperty("response").GetString());
        var campaign = body.GetProperty("campaigns")[0];
        Assert.Equal(("C-1", "distillation"), (campaign.GetProperty("id").GetString(), campaign.GetProperty("verdict").GetString()));
        Assert.Equal("Two accounts pay with one card.", campaign.GetProperty("evidence")[0].GetProperty("says").GetString());
    }

    [Fact]
    public async Task A_known_account_without_suspicion_is_told_from_an_unknown_one()
    {
        await using var server = await AdminServer.StartAsync();
        server.Keys.Create(new Gateway.Keys.KeyRequest("has a/key"));
        server.Log.Append([ExchangeLogTests.Exchange(0, "has-exchanges")]);
        foreach (var known in (string[])["has%20a%2Fkey", "has-exchanges", "recorded"])
        {
            var (status, body) = await server.SendAsync(Get, $"/api/v1/accounts/{known}/evidence");
            Assert.Equal((200, 0, false), (status, body.GetProperty("evidence").GetArrayLength(), body.GetProperty("suspected").GetBoolean()));
            Assert.Contains("no evidence", body.GetProperty("says").GetString());
            Assert.Equal(200, (await server.SendAsync(Get, $"/api/v1/accounts/{known}/usage")).Status);
        }

        foreach (var path in (string[])["evidence", "usage"])
        {
            var (status, body) = await server.SendAsync(Get, $"/api/v1/accounts/nobody/{path}");
            Assert.Equal((404, "unknown_account"), (status, Code(body)));
        }
    }

    [Fact]
    public async Task Usage_is_the_four_sums_of_a_span()
    {
        await using var server = await AdminServer.StartAsync();
        var noon = DateTimeOffset.Parse("2026-11-24T12:00:00Z").ToUnixTimeMilliseconds();
        server.Log.Append(
        [
            ExchangeLogTests.Exchange(0, "a", noon) with { InputTokens = 1, CacheReadTokens = 2, CacheWriteTokens = 3, OutputTokens = 4, IsEstimated = true },
            ExchangeLogTests.Exchange(1, "a", noon + 1000) with { InputTokens = 10 },
        ]);
        var (_, all) = await server.SendAsync(Get, "/api/v1/accounts/a/usage");
        Assert.Equal((2, 11), (all.GetProperty("exchanges").GetInt32(), all.GetProperty("input_tokens").GetInt32()));
        var (_, span) = await server.SendAsync(Get, "/api/v1/accounts/a/usage?from=2026-11-24&until=2026-11-24T13:00:01%2B01:00");
        Assert.Equal([1, 1, 2, 3, 4, 1], new[] { "exchanges", "input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens", "estimated_exchanges" }
            .Select(name => span.GetProperty(name).GetInt32()));
        Assert.Equal(400, (await server.SendAsync(Get, "/api/v1/accounts/a/usage?from=90d")).Status);
    }

    [Fact]
    public async Task Counts_add_up()
    {
        await using var server = await AdminServer.StartAsync();
        var (_, body) = await server.SendAsync(Get, "/api/v1/exchanges/counts");
        Assert.Equal(
            body.GetProperty("received").GetInt32(),
            body.GetProperty("kept").GetInt32() + body.GetProperty("dropped").GetProperty("queue_full").GetInt32() + body.GetProperty("waiting").GetInt32());
    }

    [Theory]
    [InlineData("GET", "/")]
    [InlineData("GET", "/robots.txt")]
    [InlineData("GET", "/api/v1/nothing.json")]
    [InlineData("DELETE", "/api/v1/keys")]
    [InlineData("POST", "/api/v1/campaigns")]
    public async Task An_unknown_path_is_a_404_in_json(string method, string path)
    {
        await using var server = await AdminServer.StartAsync();
        var (status, body) = await server.SendAsync(new HttpMethod(method), path);
        Assert.Equal((404, "unknown_path"), (status, Code(body)));
    }

    [Fact]
    public async Task The_openapi_document_names_every_route_and_no_other()
    {
        await using var server = await AdminServer.StartAsync();
        var (_, document) = await server.SendAsync(Get, "/api/v1/openapi.json");
        Assert.Equal("3.1.0", document.GetProperty("openapi").GetString());
        var described = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {path.Name}"));
        var mapped = server.Routes.Where(route => route.Metadata.GetMetadata<HttpMethodMetadata>() is not null)
            .SelectMany(route => route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method => $"{method} {route.RoutePattern.RawText}"));
        Assert.Equal(mapped.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));

        var schemas = document.GetProperty("components").GetProperty("schemas");
        Assert.All(References(document), name => Assert.True(schemas.TryGetProperty(name, out _), name));
        var (_, made) = await server.SendAsync(Post, "/api/v1/keys", """{"account":"a"}""");
        Assert.Equal(Names(schemas.GetProperty("Key").GetProperty("properties")), Names(made.GetProperty("keys")[0]));
        var (_, usage) = await server.SendAsync(Get, "/api/v1/accounts/a/usage");
        Assert.Equal(Names(schemas.GetProperty("Usage").GetProperty("properties")), Names(usage));
        var (_, evidence) = await server.SendAsync(Get, "/api/v1/accounts/a/evidence");
        Assert.Equal(Names(schemas.GetProperty("Evidence").GetProperty("properties")), Names(evidence));
    }

    [Fact]
    public async Task Neither_tokens_nor_keys_are_in_another_file_or_answer()
    {
        await using var server = await AdminServer.StartAsync();
        var (_, made) = await server.SendAsync(Post, "/api/v1/keys", """{"account":"a"}""");
        var secret = made.GetProperty("keys")[0].GetProperty("key").GetString()![^43..];
        foreach (var path in Directory.EnumerateFiles(server.Data).Where(path => Path.GetFileName(path) != "lock"))
        {
            using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), System.Text.Encoding.Latin1);
            var text = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
            Assert.DoesNotContain(secret, text);
            Assert.Equal(Path.GetFileName(path) == "admin.token", text.Contains(server.Token, StringComparison.Ordinal));
        }

        var (_, refused) = await server.SendAsync(Get, "/api/v1/keys", request => request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "canary"));
        Assert.DoesNotContain("canary", refused.ToString());
    }

    static string? Code(JsonElement body) => body.GetProperty("error").GetProperty("code").GetString();

    static IEnumerable<string> Names(JsonElement value) => value.EnumerateObject().Select(member => member.Name);

    static IEnumerable<string> References(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().SelectMany(member => member.Name == "$ref" ? [member.Value.GetString()!.Split('/')[^1]] : References(member.Value)),
        JsonValueKind.Array => value.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
