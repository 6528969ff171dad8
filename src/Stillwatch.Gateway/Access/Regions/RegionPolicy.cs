using System.Net;
using Stillwatch.Gateway.Policies;

namespace Stillwatch.Gateway.Access.Regions;

/// <summary>From where and by whom the API may be used. Access policy only: nothing of it reaches detection.</summary>
sealed record RegionPolicy
{
    /// <summary>In order; the first that matches and refuses decides. Whom none refuses may call.</summary>
    public IReadOnlyList<RegionRule> Rules { get; init; } = [];

    /// <summary>MaxMind database files that say a network's country (and ASN, anonymity); read at start, none by default.</summary>
    public IReadOnlyList<string> Databases { get; init; } = [];

    /// <summary>
    /// Networks the operator knows the kind of, beyond what the databases say; the narrowest that holds an address counts.
    /// </summary>
    public IReadOnlyList<KnownNetworks> Networks { get; init; } = [];
}

/// <summary>Facts of one account or network that lead to a refusal.</summary>
/// <param name="Code">Stable reason code stated to the caller, e.g. <c>region_unsupported</c>.</param>
/// <param name="Facts">Any of these facts matching is a match.</param>
/// <param name="Countries">ISO 3166-1 alpha-2, upper case.</param>
/// <param name="IsAllowList">True: a known country outside <paramref name="Countries"/> matches. False: one inside does.</param>
/// <param name="Kinds">For <see cref="RegionFact.NetworkKind"/>: the kinds that match.</param>
/// <param name="MinOwnedRatio">For <see cref="RegionFact.OwnerCountry"/>: owners of the matching countries hold more than this share,
/// directly or indirectly, together.</param>
/// <param name="Unknown">What a fact nobody states does: false passes, true matches.</param>
sealed record RegionRule(
    string Name, string Code, IReadOnlyList<RegionFact> Facts, IReadOnlySet<string> Countries, bool IsAllowList,
    IReadOnlyList<NetworkKind> Kinds, double MinOwnedRatio, bool Unknown, RuleMode Mode)
{
    /// <summary>How indirect shares count for <see cref="RegionFact.OwnerCountry"/>.</summary>
    public OwnershipReading Ownership { get; init; } = OwnershipReading.Multiplied;
}

/// <summary>
/// Two readings of "owned, directly or indirectly". They differ where an owner holds a majority but not all of a company between.
/// </summary>
enum OwnershipReading
{
    /// <summary>Shares are multiplied along paths and summed over them: 0.6 of 0.6 is 0.36.</summary>
    Multiplied,

    /// <summary>
    /// Who holds over half of a company counts as holding all that it holds (how sanctions are applied): 0.6 of 0.6 is 0.6, and 0.4 of
    /// anything is nothing.
    /// </summary>
    Cascading,
}

enum RegionFact
{
    DeclaredCountry,
    VerifiedCountry,

    /// <summary>
    /// The verified country; the declared one while none is verified. What most policies mean: a document outweighs a form.
    /// </summary>
    AccountCountry,
    BillingCountry,
    PhoneCountry,

    /// <summary>Of the address the request comes from.</summary>
    NetworkCountry,

    /// <summary>Where the organization itself sits. Does not apply to an account of no organization.</summary>
    OrganizationCountry,

    /// <summary>Beneficial ownership, see <see cref="Holdings.OwnershipGraph"/>. Does not apply to an account of no organization.</summary>
    OwnerCountry,

    NetworkKind,
}

enum NetworkKind
{
    /// <summary>Nothing else is known.</summary>
    Ordinary,
    Hosting,
    Vpn,
    Tor,
    Proxy,

    /// <summary>Many subscribers behind one address (RFC 6598 and carriers the operator lists): says nothing of one of them.</summary>
    SharedCarrier,
}

/// <summary>Networks of one kind, by prefix or by autonomous system.</summary>
/// <param name="Source">Where the list comes from: a file's name, or the policy.</param>
sealed record KnownNetworks(NetworkKind Kind, IReadOnlyList<IPNetwork> Prefixes, IReadOnlyList<long> Asns, string Source);

/// <summary>A rule that matched.</summary>
/// <param name="Rule">Name of the rule.</param>
/// <param name="Says">Which fact, which value: for the operator's log and the statement to the account.</param>
sealed record RegionDecision(string Rule, string Code, RegionFact Fact, string Says, RuleMode Mode);
