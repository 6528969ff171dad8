using System.Net;
using System.Text.Json;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Storage.Accounts;

namespace Stillwatch.Gateway.Tests.Admin;

public sealed class AccountRoutesTests
{
    static readonly HttpMethod Get = HttpMethod.Get;
    static readonly HttpMethod Post = HttpMethod.Post;

    [Fact]
    public async Task An_account_is_made_changed_and_shown_with_its_history()
    {
        await using var server = await AdminServer.StartAsync();
        Assert.Equal(404, (await server.SendAsync(Post, "/api/v1/accounts/a", """{"by":"Ada","reason":"r","level":"person"}""")).Status);
        var (status, made) = await server.SendAsync(Post, "/api/v1/accounts/a", """{"by":"Ada","reason":"saw a passport","level":"person","declared_country":"de","create":true}""");
        Assert.Equal((200, "person"), (status, made.GetProperty("level").GetString()));
        Assert.Equal(VerificationLevel.Person, server.Accounts.Standings.Of("a", null).Level);
        (_, var changed) = await server.SendAsync(Post, "/api/v1/accounts/a", """{"by":"Bob","reason":"complaint","status":"suspended"}""");
        Assert.True(changed.GetProperty("closed").GetBoolean());
        Assert.True(server.Accounts.Standings.Of("a", null).IsClosed);
        (_, var shown) = await server.SendAsync(Get, "/api/v1/accounts/a");
        Assert.Equal(["status", "declared_country", "verification"], shown.GetProperty("history").EnumerateArray().Select(change => change.GetProperty("what").GetString()!));
        Assert.Equal(("Bob", "complaint", "api"), (Text(shown, "history", 0, "by"), Text(shown, "history", 0, "reason"), Text(shown, "history", 0, "source")));
        Assert.Equal("DE", shown.GetProperty("record").GetProperty("declared_country").GetString());
        (_, changed) = await server.SendAsync(Post, "/api/v1/accounts/a", """{"by":"Bob","reason":"settled","declared_country":""}""");
        Assert.False(changed.GetProperty("record").TryGetProperty("declared_country", out _));
        Assert.Equal("person", changed.GetProperty("level").GetString()); // what is left out stays
    }

    [Fact]
    public async Task An_account_that_has_a_key_needs_no_record_to_be_shown_or_changed()
    {
        await using var server = await AdminServer.StartAsync();
        server.Keys.Create(new Gateway.Keys.KeyRequest("keyed"));
        Assert.Equal("none", (await server.SendAsync(Get, "/api/v1/accounts/keyed")).Body.GetProperty("level").GetString());
        Assert.Equal(200, (await server.SendAsync(Post, "/api/v1/accounts/keyed", """{"by":"Ada","reason":"r","level":"contact"}""")).Status);
        var (status, body) = await server.SendAsync(Get, "/api/v1/accounts/nobody");
        Assert.Equal((404, "unknown_account"), (status, Text(body, "error", "code")));
    }

    [Theory]
    [InlineData("""{"level":"person"}""", "by")]
    [InlineData("""{"by":"Ada","level":"person"}""", "reason")]
    [InlineData("""{"by":" ","reason":"r"}""", "by")]
    [InlineData("""{"by":"Ada\n","reason":"r"}""", "by")]
    [InlineData("""{"by":"Ada","reason":"r","status":"paused"}""", "status paused")]
    [InlineData("""{"by":"Ada","reason":"r","programme":"startups"}""", "programme startups")]
    [InlineData("""{"by":"Ada","reason":"r","verified_country":"DEU"}""", "verified_country DEU")]
    [InlineData("""{"by":"Ada","reason":"r","level":"human"}""", "$.level")]
    [InlineData("""{"by":"Ada","reason":"r","colour":"red"}""", "openapi.json")]
    public async Task A_faulty_order_is_refused_and_changes_nothing(string order, string says)
    {
        await using var server = await AdminServer.StartAsync();
        await Put(server, """{"account":"a"}""");
        var (status, body) = await server.SendAsync(Post, "/api/v1/accounts/a", order);
        Assert.Equal(400, status);
        Assert.Contains(says, Text(body, "error", "message"));
        Assert.Empty(server.Accounts.Store.History(RecordKinds.Account, "a", 10));
    }

    [Fact]
    public async Task A_licence_is_granted_and_revoked_with_its_history()
    {
        await using var server = await AdminServer.StartAsync();
        await Put(server, """{"account":"a"}""");
        var (status, body) = await server.SendAsync(
            Post, "/api/v1/accounts/a/licence", """{"purpose":"distillation","scope":"model-*","until":"2027-01-31","by":"Ada","reason":"contract 7"}""");
        Assert.Equal((200, "Ada"), (status, body.GetProperty("record").GetProperty("licence").GetProperty("granted_by").GetString()));
        Assert.Equal(new Licence("distillation", "model-*", new DateOnly(2027, 1, 31), "Ada"), server.Accounts.Standings.Of("a", null).Account.Licence);
        Assert.Equal(200, (await server.SendAsync(Post, "/api/v1/accounts/a/licence/revoke", """{"by":"Bob","reason":"breach"}""")).Status);
        Assert.Null(server.Accounts.Standings.Of("a", null).Account.Licence);
        Assert.Equal(409, (await server.SendAsync(Post, "/api/v1/accounts/a/licence/revoke", """{"by":"Bob","reason":"breach"}""")).Status);
        var history = server.Accounts.Store.History(RecordKinds.Account, "a", 10);
        Assert.Equal([("Bob", null), ("Ada", "distillation of model-*, until 2027-01-31, granted by Ada")], history.Select(change => (change.By, change.To)));
    }

    [Theory]
    [InlineData("""{"purpose":"anything","by":"Ada","reason":"r"}""", "licence.purpose anything")]
    [InlineData("""{"by":"Ada","reason":"r"}""", "licence.purpose")]
    [InlineData("""{"purpose":"resale","reason":"r"}""", "by")]
    [InlineData("""{"purpose":"resale","until":"2026-11-23","by":"Ada","reason":"r"}""", "2026-11-23")]
    [InlineData("""{"purpose":"resale","scope":"","by":"Ada","reason":"r"}""", "licence.scope")]
    public async Task A_licence_nobody_could_act_on_is_not_granted(string order, string says)
    {
        await using var server = await AdminServer.StartAsync();
        await Put(server, """{"account":"a"}""");
        var (status, body) = await server.SendAsync(Post, "/api/v1/accounts/a/licence", order);
        Assert.Equal(400, status);
        Assert.Contains(says, Text(body, "error", "message"));
        Assert.Null(server.Accounts.Standings.Of("a", null).Account.Licence);
    }

    [Fact]
    public async Task An_organizations_level_and_owners_are_set_and_reach_its_accounts()
    {
        await using var server = await AdminServer.StartAsync();
        await Put(server, """{"account":"a","organization":"o/1"}""");
        var (status, body) = await server.SendAsync(
            Post, "/api/v1/organizations/o%2F1", """{"by":"Ada","reason":"register","level":"organization","country":"de","owners":[{"owner":"p","country":"sg","share_ratio":0.51}]}""");
        Assert.Equal((200, 1), (status, body.GetProperty("accounts").GetInt32()));
        Assert.Equal("organization", (await server.SendAsync(Get, "/api/v1/accounts/a")).Body.GetProperty("level").GetString());
        Assert.Contains("p (SG) 0.51", (await server.SendAsync(Get, "/api/v1/organizations/o%2F1")).Body.GetProperty("history").ToString());
        Assert.Equal("o/1", (await server.SendAsync(Get, "/api/v1/organizations")).Body.GetProperty("organizations")[0].GetProperty("record").GetProperty("organization").GetString());
        Assert.Equal(400, (await server.SendAsync(Post, "/api/v1/organizations/o%2F1", """{"by":"Ada","reason":"r","owners":[{"owner":"p","share_ratio":51}]}""")).Status);
        Assert.Equal(404, (await server.SendAsync(Get, "/api/v1/organizations/p")).Status);
        Assert.Equal(404, (await server.SendAsync(Post, "/api/v1/organizations/p", """{"by":"Ada","reason":"r"}""")).Status);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("100 %? #&=+;")]
    [InlineData("\"quoted' \\back")]
    [InlineData("名前-ü-🙂-\u202e")]
    [InlineData("'; DROP TABLE records; --")]
    public async Task Odd_names_go_in_and_come_out_as_they_are(string account)
    {
        await using var server = await AdminServer.StartAsync();
        var path = $"/api/v1/accounts/{Uri.EscapeDataString(account)}";
        Assert.Equal(200, (await server.SendAsync(Post, path, """{"by":"Ada","reason":"<b>&\"'","level":"contact","create":true}""")).Status);
        var (_, shown) = await server.SendAsync(Get, path);
        Assert.Equal((account, "<b>&\"'"), (shown.GetProperty("record").GetProperty("account").GetString(), Text(shown, "history", 0, "reason")));
        Assert.Equal(VerificationLevel.Contact, server.Accounts.Standings.Of(account, null).Level);
        var (_, list) = await server.SendAsync(Get, "/api/v1/accounts?limit=1");
        Assert.Equal(account, list.GetProperty("next").GetString());
        Assert.Equal(0, (await server.SendAsync(Get, $"/api/v1/accounts?after={Uri.EscapeDataString(account)}")).Body.GetProperty("accounts").GetArrayLength());
    }

    [Fact]
    public async Task An_import_takes_the_good_lines_and_names_the_bad_ones()
    {
        await using var server = await AdminServer.StartAsync();
        var (status, body) = await Put(server, string.Join('\n',
            """{"account":"a","organization":"o","verification":"contact"}""",
            "",
            """{"organization":"o","verification":"payment"}""",
            "not json",
            """{"account":"b","licence":{"purpose":"unheard-of"}}""",
            """{"account":null,"organization":"o","verification":"organization"}""",
            """{"account":"c","account":"d"}""",
            """{"account":"e","verification":"person"}"""));
        Assert.Equal(200, status);
        Assert.Equal((3, 4), (body.GetProperty("added").GetInt32(), body.GetProperty("rejected").GetInt32()));
        Assert.Equal([4, 5, 6, 7], body.GetProperty("faults").EnumerateArray().Select(fault => fault.GetProperty("line").GetInt32()));
        Assert.Contains("licence.purpose unheard-of", body.GetProperty("faults")[1].GetProperty("reason").GetString());
        Assert.Equal(VerificationLevel.Payment, server.Accounts.Standings.Of("a", null).Level); // and no line without an account made it organization
        (_, body) = await Put(server, """{"account":"e","verification":"none"}""");
        Assert.Equal((1, VerificationLevel.None), (body.GetProperty("changed").GetInt32(), server.Accounts.Standings.Of("e", null).Level));
        Assert.Equal(400, (await server.SendAsync(Post, "/api/v1/accounts/import", """{"account":"x"}""")).Status); // nobody says who
    }

    [Fact]
    public async Task An_import_of_many_lines_is_listed_in_pages()
    {
        await using var server = await AdminServer.StartAsync();
        var (_, body) = await Put(server, string.Join('\n', Enumerable.Range(0, 25_000).Select(i => $$"""{"account":"a{{i:00000}}","verification":"payment"}""")));
        Assert.Equal((25_000, 25_000), (body.GetProperty("added").GetInt32(), server.Accounts.Standings.Count));
        var (count, after) = (0, "");
        do
        {
            var (_, page) = await server.SendAsync(Get, $"/api/v1/accounts?limit=1000&level=payment&after={after}");
            count += page.GetProperty("accounts").GetArrayLength();
            after = page.TryGetProperty("next", out var next) ? next.GetString() : null;
        }
        while (after is not null);
        Assert.Equal(25_000, count);
        foreach (var wrong in (string[])["limit=0", "limit=1001", "limit=x", "level=human", "level=3"])
        {
            Assert.Equal(400, (await server.SendAsync(Get, $"/api/v1/accounts?{wrong}")).Status);
        }
    }

    [Fact]
    public async Task The_answers_have_the_members_that_the_document_names()
    {
        await using var server = await AdminServer.StartAsync();
        await Put(server, """{"account":"a","organization":"o"}""" + "\n" + """{"organization":"o"}""");
        var (_, document) = await server.SendAsync(Get, "/api/v1/openapi.json");
        var schemas = document.GetProperty("components").GetProperty("schemas");
        foreach (var (schema, path) in ((string, string)[])[("Account", "accounts/a"), ("Organization", "organizations/o"), ("Accounts", "accounts"), ("Organizations", "organizations")])
        {
            var answer = (await server.SendAsync(Get, $"/api/v1/{path}")).Body;
            var described = schemas.GetProperty(schema);
            Assert.All(answer.EnumerateObject(), member => Assert.True(described.GetProperty("properties").TryGetProperty(member.Name, out _), $"{schema}.{member.Name}"));
            Assert.All(described.GetProperty("required").EnumerateArray(), name => Assert.True(answer.TryGetProperty(name.GetString()!, out _), $"{schema} lacks {name}"));
        }
    }

    static Task<(int Status, JsonElement Body)> Put(AdminServer server, string lines) => server.SendAsync(Post, "/api/v1/accounts/import?by=test", lines);

    static string Text(JsonElement value, params ReadOnlySpan<object> path)
    {
        foreach (var step in path)
        {
            value = step is int index ? value[index] : value.GetProperty((string)step);
        }

        return value.GetString()!;
    }
}
