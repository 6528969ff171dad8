using System.Net;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Access.Regions.Holdings;
using Stillwatch.Gateway.Access.Regions.Networks;
using Stillwatch.Gateway.Policies;

namespace Stillwatch.Gateway.Access.Regions;

/// <summary>One rule, ready to be asked: whether a fact matches, and in which words.</summary>
/// <param name="Shares">What matching owners hold of each organization; null when the rule does not ask.</param>
sealed record ReadyRule(RegionRule Rule, OwnedShares? Shares)
{
    /// <summary>Half is not more than half because a sum of shares rounded upwards.</summary>
    public const double RoundingRatio = 1e-9;

    readonly NetworkKinds _kinds = KindsOf(Rule);

    public bool IsShadow => Rule.Mode == RuleMode.Shadow;

    public static ReadyRule Of(RegionRule rule, OwnershipGraph graph) => new(
        rule,
        rule.Facts.Contains(RegionFact.OwnerCountry)
            ? graph.Shares(country => rule.Countries.Contains(country) != rule.IsAllowList, rule.Ownership)
            : null);

    public static bool IsOfNetwork(RegionFact fact) => fact is RegionFact.NetworkCountry or RegionFact.NetworkKind;

    /// <summary>The rule's fact as a person says it.</summary>
    public static string NameOf(RegionFact fact) => fact switch
    {
        RegionFact.DeclaredCountry => "the declared country of the account",
        RegionFact.VerifiedCountry => "the verified country of the account",
        RegionFact.AccountCountry => "the country of the account",
        RegionFact.BillingCountry => "the billing country of the account",
        RegionFact.PhoneCountry => "the country of the account's phone number",
        RegionFact.NetworkCountry => "the country of the network this request came from",
        RegionFact.OrganizationCountry => "the country of the account's organization",
        RegionFact.OwnerCountry => "who owns the account's organization, directly or indirectly",
        _ => "the kind of network this request came from",
    };

    /// <summary>The first of the rule's facts about the account itself that matches.</summary>
    public RegionDecision? OfAccount(AccountRecord account, OrganizationRecord? organization)
    {
        foreach (var fact in Rule.Facts)
        {
            var says = fact switch
            {
                RegionFact.DeclaredCountry => Country(fact, account.DeclaredCountry),
                RegionFact.VerifiedCountry => Country(fact, account.VerifiedCountry),
                RegionFact.AccountCountry => Country(fact, CountryCodes.Of(account.VerifiedCountry) ?? account.DeclaredCountry),
                RegionFact.BillingCountry => Country(fact, account.BillingCountry),
                RegionFact.PhoneCountry => Country(fact, account.PhoneCountry),
                RegionFact.OrganizationCountry when account.Organization is not null => Country(fact, organization?.Country),
                RegionFact.OwnerCountry when account.Organization is { } id => Owners(id),
                _ => null,
            };
            if (says is not null)
            {
                return Decide(fact, says);
            }
        }

        return null;
    }

    /// <summary>The first of the rule's facts about the request's network that matches.</summary>
    public RegionDecision? OfNetwork(NetworkFact network)
    {
        foreach (var fact in Rule.Facts)
        {
            var says = fact switch
            {
                RegionFact.NetworkCountry => Country(fact, network.Country),
                RegionFact.NetworkKind => Kind(network),
                _ => null,
            };
            if (says is not null)
            {
                return Decide(fact, says);
            }
        }

        return null;
    }

    RegionDecision Decide(RegionFact fact, string says) => new(Rule.Name, Rule.Code, fact, says, Rule.Mode);

    string? Country(RegionFact fact, string? stated) => CountryCodes.Of(stated) switch
    {
        null => Rule.Unknown ? $"{NameOf(fact)} is not known" : null,
        var country when Rule.Countries.Contains(country) == Rule.IsAllowList => null,
        var country => $"{NameOf(fact)} is {country}, {(Rule.IsAllowList ? "none of those served" : "one of those not served")}",
    };

    string? Owners(string organization)
    {
        if (Shares!.Of(organization) is not { } share)
        {
            return Rule.Unknown ? "nobody states who owns the account's organization" : null;
        }

        var limit = Rule.MinOwnedRatio + RoundingRatio;
        var whose = Rule.IsAllowList ? "owners in countries other than those served" : "owners in countries not served";
        var most = $"of the account's organization, more than {Rule.MinOwnedRatio:0.####}";
        return share.MatchedRatio > limit ? $"{whose} hold {share.MatchedRatio:0.####} {most}"
            : Rule.Unknown && share.PossibleRatio > limit ? $"{whose} may hold {share.PossibleRatio:0.####} {most}, since some of its owners are not known"
            : null;
    }

    string? Kind(NetworkFact network) =>
        network.Kinds.IsEmpty ? (Rule.Unknown ? "the kind of the network this request came from is not known" : null)
        : network.Kinds.Has(NetworkKind.SharedCarrier) ? null // many subscribers behind one address: its kind says nothing of one of them
        : new NetworkKinds((byte)(network.Kinds.Bits & _kinds.Bits)).Most is { } kind ? $"the network this request came from is of the kind {kind}"
        : null;

    static NetworkKinds KindsOf(RegionRule rule) => NetworkKinds.Of(rule.Kinds);
}
