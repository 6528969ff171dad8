using System.Net;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Access.Regions.Holdings;
using Stillwatch.Gateway.Access.Regions.Networks;
using Stillwatch.Gateway.Policies;

namespace Stillwatch.Gateway.Access.Regions;

/// <summary>
/// Asks a region policy about accounts (once for each record) and about the networks requests come from (each request). Rules in shadow are
/// answered apart and never
/// take the place of an enforced one. Immutable but for the addresses it remembers; safe for concurrent use. A new policy or new records
/// make a new desk.
/// </summary>
sealed class RegionDesk
{
    readonly RegionPolicy _policy;
    readonly NetworkFacts _networks;
    readonly ReadyRule[] _ofAccount;
    readonly ReadyRule[] _ofNetwork;
    readonly RecentAddresses<RegionDecisions> _recent;
    readonly RegionDecisions _ofNobody;

    public RegionDesk(RegionPolicy policy, OwnershipGraph ownership, NetworkFacts networks)
        : this(policy, ownership, networks, new())
    {
    }

    RegionDesk(RegionPolicy policy, OwnershipGraph ownership, NetworkFacts networks, RecentAddresses<RegionDecisions> recent)
    {
        (_policy, _networks, _recent) = (policy, networks, recent);
        var rules = policy.Rules.Where(rule => rule.Mode != RuleMode.Off).Select(rule => ReadyRule.Of(rule, ownership)).ToList();
        _ofAccount = [.. rules.Where(rule => !rule.Rule.Facts.All(ReadyRule.IsOfNetwork))];
        _ofNetwork = [.. rules.Where(rule => rule.Rule.Facts.Any(ReadyRule.IsOfNetwork))];
        _ofNobody = Judge(default);
    }

    /// <summary>Refuses nobody.</summary>
    public static RegionDesk None { get; } = new(new(), OwnershipGraph.Empty, NetworkFacts.None);

    /// <summary>Whether any rule asks for the network: if not, no request's address is looked at.</summary>
    public bool LooksAtNetworks => _ofNetwork.Length > 0;

    /// <summary>The same policy over other records of organizations.</summary>
    public RegionDesk With(OwnershipGraph ownership) => new(_policy, ownership, _networks, _recent);

    /// <summary>The first enforced rule that refuses the account itself, whatever its network.</summary>
    public RegionDecision? OfAccount(AccountRecord account, OrganizationRecord? organization) => Decide(account, organization).Enforced;

    /// <summary>The first enforced rule that refuses the network; a null address is an unknown one.</summary>
    public RegionDecision? OfNetwork(IPAddress? address) => Decide(address).Enforced;

    /// <inheritdoc cref="OfAccount"/>
    public RegionDecisions Decide(AccountRecord account, OrganizationRecord? organization)
    {
        var decisions = default(RegionDecisions);
        foreach (var rule in _ofAccount)
        {
            if (!decisions.Has(rule.IsShadow) && rule.OfAccount(account, organization) is { } decision)
            {
                decisions = decisions.With(decision);
            }
        }

        return decisions;
    }

    /// <inheritdoc cref="OfNetwork"/>
    public RegionDecisions Decide(IPAddress? address)
    {
        if (!LooksAtNetworks || address is null)
        {
            return _ofNobody;
        }

        var number = AddressNumber.Of(address);
        if (!_recent.TryGet(number, out var decisions))
        {
            decisions = Judge(_networks.Of(address));
            _recent.Put(number, decisions);
        }

        return decisions;
    }

    RegionDecisions Judge(NetworkFact network)
    {
        var decisions = default(RegionDecisions);
        foreach (var rule in _ofNetwork)
        {
            if (!decisions.Has(rule.IsShadow) && rule.OfNetwork(network) is { } decision)
            {
                decisions = decisions.With(decision);
            }
        }

        return decisions;
    }
}

/// <summary>What a policy says of one account or network.</summary>
/// <param name="Enforced">Refuses the call.</param>
/// <param name="Shadow">Would refuse it, were its rule enforced: to be counted, nothing else.</param>
readonly record struct RegionDecisions(RegionDecision? Enforced, RegionDecision? Shadow)
{
    public bool Has(bool shadow) => (shadow ? Shadow : Enforced) is not null;

    public RegionDecisions With(RegionDecision decision) =>
        decision.Mode == RuleMode.Shadow ? this with { Shadow = decision } : this with { Enforced = decision };
}
