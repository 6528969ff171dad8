using System.Collections.Concurrent;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Access.Regions;

namespace Stillwatch.Gateway.Access.Standings;

/// <summary>
/// Every account's standing, in memory. Thread-safe: readers take whole immutable standings without a lock, writers go one at a time.
/// </summary>
/// <remarks>
/// A lookup is one or two table look-ups and allocates nothing, but for the first call of an account through a key that names another
/// organization than any record does. Accounts without a record share <see cref="Standing.Unknown"/>: memory follows the operator's
/// records and keys, never the names a caller makes up.
/// </remarks>
/// <param name="region">What region rules say of an account, everything but its network; null decides nothing. Asked again by <see
/// cref="Recheck"/>.</param>
sealed class StandingBook(Func<AccountRecord, OrganizationRecord?, RegionDecision?>? region = null)
{
    /// <summary>
    /// Pairs kept of an account and an organization that only its key names; beyond it they are put together at each call.
    /// </summary>
    const int MaxPairs = 250_000;

    readonly Lock _writing = new();
    readonly ConcurrentDictionary<string, Standing> _standings = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, OrganizationRecord> _organizations = new(StringComparer.Ordinal);
    readonly OrganizationMembers _members = new();
    volatile ConcurrentDictionary<(string Account, string Organization), Pair> _pairs = new();
    volatile Standing _unknown = Standing.Unknown; // rules may refuse whoever has no record

    /// <summary>An account's record is new or another; raised after its standing is.</summary>
    public event Action<AccountRecord>? Changed;

    /// <summary>
    /// An organization's record is new or another; raised before the standings that hang on it are put together again, so that an
    /// ownership graph can be brought up to date.
    /// </summary>
    public event Action<OrganizationRecord>? OrganizationChanged;

    /// <summary>Accounts with a record.</summary>
    public int Count => _standings.Count;

    /// <param name="organization">What the key says; it counts only where no record names one.</param>
    public Standing Of(string account, string? organization)
    {
        var pairs = _pairs; // before the rest: what is put together below from older parts then lands in a table already thrown away
        var standing = _standings.TryGetValue(account, out var found) ? found : _unknown;
        if (organization is null || standing.Account.Organization is not null || !_organizations.TryGetValue(organization, out var record))
        {
            return standing;
        }

        var key = (standing.Account.Account, organization);
        if (pairs.TryGetValue(key, out var pair) && ReferenceEquals(pair.Alone, standing) && ReferenceEquals(pair.Organization, record))
        {
            return pair.Together;
        }

        pair = new Pair(standing, record, Made(standing.Account, record));
        if (pairs.Count < MaxPairs || pairs.ContainsKey(key))
        {
            pairs[key] = pair;
        }

        return pair.Together;
    }

    public OrganizationRecord? Organization(string organization) => _organizations.GetValueOrDefault(organization);

    public bool HasAccount(string account) => _standings.ContainsKey(account);

    /// <summary>Accounts recorded as an organization's.</summary>
    public int MembersOf(string organization)
    {
        lock (_writing)
        {
            return _members.Count(organization);
        }
    }

    /// <summary>The same, by name; a copy.</summary>
    public IReadOnlyCollection<string> AccountsOf(string organization)
    {
        lock (_writing)
        {
            return [.. _members.Of(organization)];
        }
    }

    /// <summary>Takes an account's record in.</summary>
    public void Set(AccountRecord record)
    {
        lock (_writing)
        {
            var before = _standings.GetValueOrDefault(record.Account);
            _members.Move(record.Account, before?.Account.Organization, record.Organization);
            _standings[record.Account] = Made(record);
        }

        Changed?.Invoke(record);
    }

    /// <summary>
    /// Takes an organization's record in, and puts together again the standings of its accounts and of those of all it owns.
    /// </summary>
    public void Set(OrganizationRecord record)
    {
        lock (_writing)
        {
            _members.Replace(_organizations.GetValueOrDefault(record.Organization), record);
            _organizations[record.Organization] = record;
            OrganizationChanged?.Invoke(record);
            foreach (var account in _members.Reached(record.Organization))
            {
                _standings[account] = Made(_standings[account].Account);
            }

            _pairs = new();
        }
    }

    /// <summary>Puts every standing together again: the policy, or what networks and owners are known of, has changed.</summary>
    public void Recheck()
    {
        lock (_writing)
        {
            foreach (var (account, standing) in _standings)
            {
                _standings[account] = Made(standing.Account);
            }

            _unknown = Made(Standing.Unknown.Account);
            _pairs = new();
        }
    }

    Standing Made(AccountRecord account) =>
        Made(account, account.Organization is { } organization ? _organizations.GetValueOrDefault(organization) : null);

    Standing Made(AccountRecord account, OrganizationRecord? organization)
    {
        var (own, group) = (account.Verification ?? VerificationLevel.None, organization?.Verification ?? VerificationLevel.None);
        return new Standing
        {
            Account = account,
            Organization = organization,
            Level = own > group ? own : group,
            IsClosed = account.Status is not (null or "" or "active"),
            Region = region?.Invoke(account, organization),
        };
    }

    /// <param name="Alone">The account's standing by itself, and so by which record the pair was made.</param>
    sealed record Pair(Standing Alone, OrganizationRecord Organization, Standing Together);
}
