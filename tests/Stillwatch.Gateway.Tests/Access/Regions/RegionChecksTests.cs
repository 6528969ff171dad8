using Stillwatch.Gateway.Access.Regions;
using Stillwatch.Gateway.Access.Regions.Networks;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Tests.Access.Regions.Networks;
using Stillwatch.Gateway.Tests.Storage;

namespace Stillwatch.Gateway.Tests.Access.Regions;

public sealed class RegionChecksTests
{
    static readonly RegionRule Good = new(
        "supported", "region_unsupported", [RegionFact.DeclaredCountry], new HashSet<string> { "US" }, true, [], 0.5, false, RuleMode.Enforce);

    [Fact]
    public void A_policy_that_fits_together_gives_its_networks()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory.Path);
        var path = Path.Combine(directory.Path, "all.mmdb");
        File.WriteAllBytes(path, NetworkSamples.Nested());
        var readiness = RegionChecks.Run(new()
        {
            Rules = [Good, Good with { Name = "network", Facts = [RegionFact.NetworkCountry, RegionFact.NetworkKind], Kinds = [NetworkKind.Tor] }],
            Databases = [path],
            Networks = [NetworkSamples.List(NetworkKind.Hosting, "AS64500")],
        });
        Assert.Empty(readiness.Faults);
        readiness.Networks!.Dispose();
        Assert.NotNull(RegionChecks.Run(new()).Networks);
    }

    [Fact]
    public void Every_fault_is_told_at_once()
    {
        var readiness = RegionChecks.Run(new()
        {
            Rules =
            [
                Good with { Code = "Not A Code" },
                Good with { Facts = [] },
                Good with { Name = "countries", Countries = new HashSet<string> { "us", "ZZ", "US" } },
                Good with { Name = "nobody", Countries = new HashSet<string>() },
                Good with { Name = "ratio", Facts = [RegionFact.OwnerCountry], MinOwnedRatio = 50 },
                Good with { Name = "kinds", Facts = [RegionFact.NetworkKind], Kinds = [NetworkKind.SharedCarrier, NetworkKind.Ordinary] },
                Good with { Name = "place", Facts = [RegionFact.NetworkCountry] },
                Good with { Name = "listless", Facts = [RegionFact.NetworkKind], Countries = new HashSet<string>(), Kinds = [NetworkKind.Proxy] },
            ],
            Networks = [NetworkSamples.List(NetworkKind.Tor, "AS64500"), new(NetworkKind.Vpn, [], [], "empty.txt")],
        });
        Assert.Null(readiness.Networks);
        foreach (var expected in (string[])[
            "regions.rules[1].name: 'supported' is the name of an earlier rule", "regions.rules[0].code: 'Not A Code'",
            "regions.rules[1].facts: is missing", "regions.rules[2].allow: 'us' is no country", "regions.rules[2].allow: 'ZZ' is no country",
            "regions.rules[3].allow: is empty, so the rule refuses everybody", "regions.rules[4].min_owned_ratio: '50' must be at least 0",
            "regions.rules[5].kinds: 'shared_carrier' says nothing", "regions.rules[5].kinds: 'ordinary' is every network",
            "regions.rules[6].facts: 'network_country' is stated by nothing", "regions.rules[7].kinds: 'proxy' is a kind that nothing says",
            "regions.networks[0].file: 'test' lists AS numbers", "regions.networks[1].file: 'empty.txt' lists nothing"])
        {
            Assert.Contains(readiness.Faults, fault => fault.ToString().StartsWith(expected, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_missing_database_is_named_and_only_that()
    {
        var readiness = RegionChecks.Run(new() { Rules = [Good with { Facts = [RegionFact.NetworkCountry] }], Databases = ["/nowhere/country.mmdb"] });
        Assert.StartsWith("regions.databases[0]: '/nowhere/country.mmdb' cannot be read", Assert.Single(readiness.Faults).ToString());
    }

    [Fact]
    public void A_refusal_names_the_rule_the_fact_and_the_appeal_and_is_not_to_be_tried_again()
    {
        var decision = new RegionDecision("supported", "region_unsupported", RegionFact.DeclaredCountry, "the declared country of the account is KP, none of those served", RuleMode.Enforce);
        var error = RegionRefusal.Of(decision, new AccessPolicy { AppealUrl = new("https://example.org/appeal") });
        Assert.Equal((403, "region_unsupported", false), (error.Status, error.Code, error.ShouldRetry));
        Assert.Null(error.RetryAfter);
        foreach (var part in (string[])["'supported'", "declared country of the account is KP", "https://example.org/appeal", "POST /stillwatch/v1/appeals"])
        {
            Assert.Contains(part, error.Message);
        }

        Assert.Contains("POST /stillwatch/v1/appeals", RegionRefusal.Of(decision, new AccessPolicy()).Message);
    }

    [Fact]
    public void A_refusal_over_owners_tells_a_mere_member_no_shares()
    {
        var decision = new RegionDecision("owners", "ownership_unsupported", RegionFact.OwnerCountry, "owners in countries not served hold 0.5123", RuleMode.Enforce);
        var message = RegionRefusal.Of(decision, new AccessPolicy()).Message;
        Assert.DoesNotContain("0.5123", message);
        Assert.Contains("who owns the account's organization", message);
    }
}
