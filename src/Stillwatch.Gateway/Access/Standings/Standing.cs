using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Gateway.Access.Standings;

/// <summary>
/// What is known of an account and its organization, put together once and swapped whole when a record changes. Immutable.
/// </summary>
sealed record Standing
{
    /// <summary>Of an account that no record names; one for all of them, so that made-up names take no memory.</summary>
    public static Standing Unknown { get; } = new() { Account = new AccountRecord { Account = "" } };

    /// <summary>The record as it is kept; one with an empty id when no record names the account.</summary>
    public required AccountRecord Account { get; init; }

    public OrganizationRecord? Organization { get; init; }

    /// <summary>The account's own level, or its organization's when that is higher; <c>none</c> when nobody says.</summary>
    public VerificationLevel Level { get; init; }

    /// <summary>The operator's own status is other than active (<c>suspended</c>, <c>closed</c>): every call is refused.</summary>
    public bool IsClosed { get; init; }

    /// <summary>What region rules decided about the account itself, everything but its network; null until they did.</summary>
    public Regions.RegionDecision? Region { get; init; }
}
