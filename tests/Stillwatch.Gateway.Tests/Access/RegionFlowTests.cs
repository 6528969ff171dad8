using System.Net;
using System.Text.Json.Nodes;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Access.Regions;
using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Tests.Access.Regions.Networks;
using Stillwatch.Gateway.Tests.Storage;
using Stillwatch.Gateway.Tests.Support;
using Stillwatch.Storage.Accounts;
using static Stillwatch.Gateway.Tests.Access.AccessGateway;

namespace Stillwatch.Gateway.Tests.Access;

/// <summary>Region rules over HTTP: by network, by record, by owners; and how whoever is refused objects.</summary>
public sealed class RegionFlowTests : IDisposable
{
    const string FromKp = "198.51.100.1";
    const string FromUs = "198.51.1.1";

    readonly TemporaryDirectory _directory = new();

    static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_network_counts_by_forwarded_headers_from_a_configured_proxy_alone()
    {
        await using var upstream = Upstream();
        foreach (var isTrusted in (bool[])[false, true])
        {
            await using var gateway = await StartAsync(
                Ruled(Refusing(RegionFact.NetworkCountry, "KP")), upstream,
                config => config with { TrustedProxies = isTrusted ? [IPNetwork.Parse("127.0.0.0/8")] : [] });
            var client = gateway.Client("acct_a");
            foreach (var path in (string[])[Messages, Chat])
            {
                var there = await AskAsync(client, path: path, headers: ("x-forwarded-for", FromKp));
                Assert.Equal(isTrusted ? 403 : 200, there.Status);
                Assert.Equal(200, (await AskAsync(client, path: path, headers: ("x-forwarded-for", FromUs))).Status);
                Assert.Equal(200, (await AskAsync(client, path: path)).Status);
                // What the client itself put first is not what the proxy saw.
                Assert.Equal(200, (await AskAsync(client, path: path, headers: ("x-forwarded-for", $"{FromKp}, {FromUs}"))).Status);
                if (isTrusted)
                {
                    Assert.Equal(("region_unsupported", "false"), (there.Code, there.Header("x-should-retry")));
                    Assert.Contains("/stillwatch/v1/appeals", there.Message, StringComparison.Ordinal);
                    Assert.Equal(path == Messages, there.Body.Contains("permission_error", StringComparison.Ordinal) && there.Header("request-id") is not null);
                    Assert.Equal("region_unsupported", (await AskAsync(client, path: "/v1/models", method: HttpMethod.Get, headers: ("x-forwarded-for", FromKp))).Code);
                }
            }
        }
    }

    [Fact]
    public async Task A_record_changed_through_the_admin_api_counts_at_once()
    {
        await using var upstream = Upstream();
        await using var gateway = await StartAsync(Ruled(Refusing(RegionFact.AccountCountry, "KP")), upstream);
        var client = gateway.Client("acct_a");
        Assert.Equal(200, (await AskAsync(client)).Status);
        await SetAsync(gateway, "acct_a", """{"by":"ana","reason":"papers","verified_country":"KP","create":true}""");
        Assert.Equal((403, "region_unsupported"), ((await AskAsync(client)).Status, (await AskAsync(client)).Code));
        Assert.Equal(200, (await AskAsync(gateway.Client("acct_b"))).Status);
        await SetAsync(gateway, "acct_a", """{"by":"ana","reason":"read again","verified_country":"NO"}""");
        Assert.Equal(200, (await AskAsync(client)).Status);
    }

    [Theory]
    [InlineData(0.9, true)] // 0.6 x 0.9 = 54 %
    [InlineData(0.8, false)] // 48 %
    public async Task Owners_count_with_more_than_half_directly_or_indirectly(double share, bool isRefused)
    {
        await using var upstream = Upstream();
        await using var gateway = await StartAsync(Ruled(Refusing(RegionFact.OwnerCountry, "KP") with { MinOwnedRatio = 0.5 }), upstream);
        var accounts = gateway.Host.Accounts;
        accounts.Import(
            [new AccountRecord { Account = "acct_a", Organization = "org_child" }, new AccountRecord { Account = "acct_b", Organization = "org_free" }],
            [
                new OrganizationRecord { Organization = "org_child", Country = "NO", Owners = [new Ownership("org_middle", "NO", 0.6)] },
                new OrganizationRecord { Organization = "org_middle", Country = "NO", Owners = [new Ownership("somebody", "KP", share), new Ownership("org_child", "NO", 0.05)] },
                new OrganizationRecord { Organization = "org_free", Country = "NO", Owners = [new Ownership("other", "US", 1)] },
            ],
            accounts.Note(ChangeSource.Import, "test", "test"));
        var client = gateway.Client("acct_a");
        if (isRefused)
        {
            var refused = await UntilAsync(() => AskAsync(client), answer => answer.Status == 403);
            Assert.Equal("region_unsupported", refused.Code);
            Assert.DoesNotContain("somebody", refused.Body, StringComparison.Ordinal);
            Assert.DoesNotContain("54", refused.Message, StringComparison.Ordinal);
            // Sold: the new owner's country counts.
            using var sold = await AdminAsync(gateway, "/api/v1/organizations/org_child", """{"by":"ana","reason":"sold","owners":[{"owner":"other","country":"US","share_ratio":1}]}""");
            await UntilAsync(() => AskAsync(client), answer => answer.Status == 200);
        }
        else
        {
            // The rule works: an organization wholly owned from there, of which nothing else differs, is refused.
            using var bought = await AdminAsync(gateway, "/api/v1/organizations/org_free", """{"by":"ana","reason":"bought","owners":[{"owner":"x","country":"KP","share_ratio":1}]}""");
            await UntilAsync(() => AskAsync(gateway.Client("acct_b")), answer => answer.Status == 403);
            Assert.Equal(200, (await AskAsync(client)).Status);
        }
    }

    [Fact]
    public async Task Whom_nobody_knows_is_refused_where_the_rule_says_so_reads_why_and_appeals()
    {
        await using var upstream = Upstream();
        await using var gateway = await StartAsync(
            Ruled(Refusing(RegionFact.AccountCountry, "US", "NO") with { IsAllowList = true, Unknown = true }) with { AppealUrl = new Uri("https://example.org/appeal") }, upstream);
        var client = gateway.Client("acct_a");
        var refused = await AskAsync(client);
        Assert.Equal((403, "region_unsupported"), (refused.Status, refused.Code));
        Assert.Contains("https://example.org/appeal", refused.Message, StringComparison.Ordinal);
        var standing = await AskAsync(client, path: "/stillwatch/v1/standing", method: HttpMethod.Get);
        Assert.Equal((200, "region_unsupported"), (standing.Status, (string?)JsonNode.Parse(standing.Body)!["access"]!["code"]));
        var made = await AskAsync(client, """{"statement":"We sit in Oslo: papers follow."}""", "/stillwatch/v1/appeals");
        Assert.Equal((201, "access"), (made.Status, (string?)JsonNode.Parse(made.Body)!["case"]));
        var id = (string)JsonNode.Parse(made.Body)!["id"]!;

        // An operator sees it, corrects the record and answers.
        using var admin = new HttpClient { BaseAddress = gateway.Host.AdminAddress };
        Assert.Contains("papers follow", await admin.GetStringAsync("/api/v1/appeals?state=open", Ended), StringComparison.Ordinal);
        await SetAsync(gateway, "acct_a", """{"by":"ana","reason":"papers","verified_country":"NO","create":true}""");
        using var answered = await AdminAsync(gateway, $"/api/v1/appeals/{id}/answer", """{"decision":"overturn","text":"The record is corrected.","by":"ana"}""");
        Assert.Contains("The record is corrected.", (await AskAsync(client, path: $"/stillwatch/v1/appeals/{id}", method: HttpMethod.Get)).Body, StringComparison.Ordinal);
        Assert.Equal(200, (await AskAsync(client)).Status);
        standing = await AskAsync(client, path: "/stillwatch/v1/standing", method: HttpMethod.Get);
        Assert.Null(JsonNode.Parse(standing.Body)!["access"]);
    }

    [Fact]
    public async Task A_closed_account_is_refused_everywhere_but_where_it_objects()
    {
        await using var upstream = Upstream();
        await using var gateway = await StartAsync(new AccessPolicy(), upstream);
        var client = gateway.Client("acct_a");
        await SetAsync(gateway, "acct_a", """{"by":"ana","reason":"unpaid","status":"suspended","create":true}""");
        Assert.Equal("account_closed", (await AskAsync(client)).Code);
        Assert.Equal("account_closed", (await AskAsync(client, path: "/v1/models", method: HttpMethod.Get)).Code);
        Assert.Equal(201, (await AskAsync(client, """{"statement":"We have paid."}""", "/stillwatch/v1/appeals")).Status);
    }

    [Fact]
    public async Task A_rule_in_shadow_refuses_nobody()
    {
        await using var upstream = Upstream();
        await using var gateway = await StartAsync(Ruled(Refusing(RegionFact.AccountCountry, "KP") with { Unknown = true, Mode = RuleMode.Shadow }), upstream);
        Assert.Equal(200, (await AskAsync(gateway.Client("acct_a"))).Status);
    }

    public void Dispose() => _directory.Dispose();

    static RegionRule Refusing(RegionFact fact, params string[] countries) =>
        new("supported", "region_unsupported", [fact], new HashSet<string>(countries), false, [], 0, false, RuleMode.Enforce);

    AccessPolicy Ruled(RegionRule rule)
    {
        var path = Path.Combine(Directory.CreateDirectory(_directory.Path).FullName, "countries.mmdb");
        File.WriteAllBytes(path, NetworkSamples.Nested());
        return new AccessPolicy { Regions = new RegionPolicy { Rules = [rule], Databases = [path] } };
    }

    static async Task SetAsync(AccessGateway gateway, string account, string order)
    {
        using var response = await AdminAsync(gateway, $"/api/v1/accounts/{account}", order);
    }

    static async Task<HttpResponseMessage> AdminAsync(AccessGateway gateway, string path, string order)
    {
        using var admin = new HttpClient { BaseAddress = gateway.Host.AdminAddress };
        var response = await admin.SendAsync(Request(HttpMethod.Post, path, order), Ended);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(Ended)}");
        return response;
    }
}
