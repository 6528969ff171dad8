using System.Net;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Access.Regions;
using Stillwatch.Gateway.Access.Regions.Holdings;
using Stillwatch.Gateway.Access.Regions.Networks;
using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Tests.Access.Regions.Networks;
using static Stillwatch.Gateway.Tests.Access.Regions.Holdings.Holding;

namespace Stillwatch.Gateway.Tests.Access.Regions;

public sealed class RegionDeskTests
{
    static readonly string[] Served = ["US", "SG", "FR"];

    [Theory]
    [InlineData("FR", false, false, false)]
    [InlineData("fr", false, false, false)]
    [InlineData("KP", false, false, true)]
    [InlineData(null, false, false, false)]
    [InlineData(null, true, false, true)]
    [InlineData("ZZ", false, false, false)] // no country: as good as nothing stated
    [InlineData("ZZ", true, false, true)]
    [InlineData("FR", false, true, true)]
    [InlineData("KP", false, true, false)]
    public void A_list_of_countries_served_refuses_the_others_and_a_list_of_those_not_served_itself(string? stated, bool unknown, bool isDenyList, bool isRefused)
    {
        var desk = Desk([Rule([RegionFact.DeclaredCountry], allow: !isDenyList, unknown: unknown)]);
        var decision = desk.OfAccount(new AccountRecord { Account = "a", DeclaredCountry = stated, VerifiedCountry = "IR" }, null);
        Assert.Equal(isRefused, decision is not null);
        Assert.True(decision is null || decision is { Rule: "rule", Code: "region_unsupported", Fact: RegionFact.DeclaredCountry });
    }

    [Theory]
    [InlineData(nameof(RegionFact.DeclaredCountry))]
    [InlineData(nameof(RegionFact.VerifiedCountry))]
    [InlineData(nameof(RegionFact.BillingCountry))]
    [InlineData(nameof(RegionFact.PhoneCountry))]
    [InlineData(nameof(RegionFact.OrganizationCountry))]
    public void Each_fact_is_judged_by_the_rules_that_name_it(string named)
    {
        var fact = Enum.Parse<RegionFact>(named);
        var desk = Desk([Rule([fact])]);
        var served = new AccountRecord
        {
            Account = "a", Organization = "o", DeclaredCountry = "US", VerifiedCountry = "US", BillingCountry = "US", PhoneCountry = "US",
        };
        var home = Held("o", "US");
        Assert.Null(desk.OfAccount(served, home));
        Assert.Equal(fact == RegionFact.DeclaredCountry, desk.OfAccount(served with { DeclaredCountry = "KP" }, home) is not null);
        Assert.Equal(fact == RegionFact.VerifiedCountry, desk.OfAccount(served with { VerifiedCountry = "KP" }, home) is not null);
        Assert.Equal(fact == RegionFact.BillingCountry, desk.OfAccount(served with { BillingCountry = "KP" }, home) is not null);
        Assert.Equal(fact == RegionFact.PhoneCountry, desk.OfAccount(served with { PhoneCountry = "KP" }, home) is not null);
        Assert.Equal(fact == RegionFact.OrganizationCountry, desk.OfAccount(served, Held("o", "KP")) is not null);
    }

    [Theory]
    [InlineData("KP", "US", false)]
    [InlineData("US", "KP", true)]
    [InlineData("KP", null, true)]
    [InlineData("US", null, false)]
    public void A_verified_country_outweighs_the_declared_one_where_the_rule_asks_for_the_accounts(string declared, string? verified, bool isRefused) =>
        Assert.Equal(isRefused, Desk([Rule([RegionFact.AccountCountry])])
            .OfAccount(new AccountRecord { Account = "a", DeclaredCountry = declared, VerifiedCountry = verified }, null) is not null);

    [Theory]
    [InlineData(0.5, false)]
    [InlineData(0.500001, true)]
    [InlineData(0.51, true)]
    public void A_majority_is_more_than_half(double share, bool isRefused) => Assert.Equal(isRefused, Owned(("p@KP", share), ("q@US", 1 - share)) is not null);

    [Fact]
    public void Half_is_not_more_than_half_because_tenths_round_upwards()
    {
        Assert.True(0.1 + 0.2 + 0.2000000000000001 > 0.5);
        Assert.Null(Owned(("p@KP", 0.1), ("r@KP", 0.2), ("s@KP", 0.2000000000000001), ("q@US", 0.5)));
    }

    [Fact]
    public void Owners_nobody_knows_match_only_a_rule_that_says_so()
    {
        Assert.Null(Owned(("p@KP", 0.3), ("q@US", 0.4)));
        Assert.NotNull(Owned(unknown: true, ("p@KP", 0.3), ("q@US", 0.4)));
        Assert.Null(Owned(unknown: true, ("p@KP", 0.1), ("q@US", 0.6)));
        Assert.Null(Owned());
        Assert.NotNull(Owned(unknown: true));
    }

    [Fact]
    public void A_person_without_an_organization_has_no_owners_to_be_unknown()
    {
        var desk = Desk([Rule([RegionFact.OwnerCountry, RegionFact.OrganizationCountry], unknown: true)]);
        Assert.Null(desk.OfAccount(new AccountRecord { Account = "a" }, null));
        Assert.NotNull(desk.OfAccount(new AccountRecord { Account = "a", Organization = "never heard of" }, null));
    }

    [Fact]
    public void The_first_enforced_rule_decides_and_rules_in_shadow_are_told_apart()
    {
        var desk = Desk(
        [
            Rule([RegionFact.DeclaredCountry]) with { Name = "off", Mode = RuleMode.Off },
            Rule([RegionFact.DeclaredCountry]) with { Name = "tried", Mode = RuleMode.Shadow },
            Rule([RegionFact.BillingCountry]) with { Name = "first" },
            Rule([RegionFact.DeclaredCountry]) with { Name = "second" },
        ]);
        var decisions = desk.Decide(new AccountRecord { Account = "a", DeclaredCountry = "KP", BillingCountry = "KP" }, null);
        Assert.Equal(("first", "tried"), (decisions.Enforced!.Rule, decisions.Shadow!.Rule));
        var shadowOnly = Desk([Rule([RegionFact.DeclaredCountry]) with { Mode = RuleMode.Shadow }]);
        Assert.Null(shadowOnly.OfAccount(new AccountRecord { Account = "a", DeclaredCountry = "KP" }, null));
    }

    [Theory]
    [InlineData("198.51.100.1", true)]
    [InlineData("198.51.1.1", false)]
    [InlineData("8.8.8.8", false)]
    [InlineData(null, false)]
    public void A_network_is_judged_by_its_country(string? address, bool isRefused)
    {
        using var facts = NetworkSamples.Facts([], NetworkSamples.Nested());
        var desk = new RegionDesk(new() { Rules = [Rule([RegionFact.NetworkCountry])] }, OwnershipGraph.Empty, facts);
        Assert.True(desk.LooksAtNetworks);
        for (var again = 0; again < 3; again++)
        {
            Assert.Equal(isRefused, desk.OfNetwork(address is null ? null : IPAddress.Parse(address)) is { Fact: RegionFact.NetworkCountry });
        }
    }

    [Fact]
    public void Neighbours_inside_one_24_are_remembered_apart()
    {
        using var facts = NetworkSamples.Facts([], NetworkSamples.Nested());
        var desk = new RegionDesk(new() { Rules = [Rule([RegionFact.NetworkCountry], allow: false) with { Countries = new HashSet<string> { "JP" } }] }, OwnershipGraph.Empty, facts);
        for (var last = 0; last < 256; last++)
        {
            Assert.Equal(last == 7, desk.OfNetwork(IPAddress.Parse($"198.51.100.{last}")) is not null);
        }
    }

    [Fact]
    public void Kinds_of_networks_are_refused_by_name_but_never_the_shared_addresses_of_a_carrier()
    {
        KnownNetworks[] lists = [NetworkSamples.List(NetworkKind.Vpn, "192.0.2.0/24"), NetworkSamples.List(NetworkKind.SharedCarrier, "192.0.2.128/25")];
        var rule = Rule([RegionFact.NetworkKind]) with { Kinds = Enum.GetValues<NetworkKind>(), Countries = new HashSet<string>(), Unknown = true };
        var desk = new RegionDesk(new() { Rules = [rule] }, OwnershipGraph.Empty, new NetworkFacts([], lists));
        Assert.Contains("Vpn", desk.OfNetwork(IPAddress.Parse("192.0.2.1"))!.Says);
        Assert.Null(desk.OfNetwork(IPAddress.Parse("192.0.2.129")));
        Assert.Null(desk.OfNetwork(IPAddress.Parse("100.64.0.1")));
        Assert.NotNull(desk.OfNetwork(IPAddress.Parse("10.0.0.1"))); // unknown, and the rule says what that does
        Assert.NotNull(desk.OfNetwork(null));
    }

    [Fact]
    public void Without_a_rule_on_networks_no_address_is_looked_at()
    {
        Assert.False(Desk([Rule([RegionFact.DeclaredCountry])]).LooksAtNetworks);
        Assert.False(Desk([Rule([RegionFact.NetworkCountry]) with { Mode = RuleMode.Off }]).LooksAtNetworks);
        Assert.Null(RegionDesk.None.OfNetwork(IPAddress.Loopback));
        Assert.Null(RegionDesk.None.OfAccount(new AccountRecord { Account = "a", DeclaredCountry = "KP" }, null));
    }

    [Fact]
    public void New_records_of_organizations_make_a_new_desk_with_the_same_rules()
    {
        var account = new AccountRecord { Account = "a", Organization = "o" };
        var before = Desk([Rule([RegionFact.OwnerCountry])]);
        Assert.Null(before.OfAccount(account, null));
        Assert.NotNull(before.With(OwnershipGraph.Of([Held("o", "US", ("p@KP", 0.6))])).OfAccount(account, null));
    }

    static RegionDecision? Owned(params (string, double)[] owners) => Owned(false, owners);

    static RegionDecision? Owned(bool unknown, params (string, double)[] owners)
    {
        var organization = Held("o", "US", owners);
        return Desk([Rule([RegionFact.OwnerCountry], unknown: unknown)], organization).OfAccount(new AccountRecord { Account = "a", Organization = "o" }, organization);
    }

    static RegionRule Rule(RegionFact[] facts, bool allow = true, bool unknown = false) =>
        new("rule", "region_unsupported", facts, Served.ToHashSet(), allow, [], 0.5, unknown, RuleMode.Enforce);

    static RegionDesk Desk(RegionRule[] rules, params OrganizationRecord[] organizations) => new(new() { Rules = rules }, OwnershipGraph.Of(organizations), NetworkFacts.None);
}
