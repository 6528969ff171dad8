using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Gateway.Access.Standings;

/// <summary>
/// Which accounts belong to an organization, and which organizations another one owns a share of. For one writer at a time.
/// </summary>
sealed class OrganizationMembers
{
    readonly Dictionary<string, HashSet<string>> _accounts = new(StringComparer.Ordinal);
    readonly Dictionary<string, HashSet<string>> _owned = new(StringComparer.Ordinal);

    public void Move(string account, string? from, string? to)
    {
        if (from != to)
        {
            Remove(_accounts, from, account);
            Add(_accounts, to, account);
        }
    }

    public void Replace(OrganizationRecord? before, OrganizationRecord after)
    {
        foreach (var owner in before?.Owners ?? [])
        {
            Remove(_owned, owner.Owner, after.Organization);
        }

        foreach (var owner in after.Owners)
        {
            Add(_owned, owner.Owner, after.Organization);
        }
    }

    /// <summary>Accounts recorded as an organization's.</summary>
    public int Count(string organization) => _accounts.TryGetValue(organization, out var accounts) ? accounts.Count : 0;

    public IReadOnlyCollection<string> Of(string organization) => _accounts.TryGetValue(organization, out var accounts) ? accounts : [];

    /// <summary>Accounts of an organization and of all it owns, directly or through others; each once, cycles included.</summary>
    public IEnumerable<string> Reached(string organization)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { organization };
        var open = new Queue<string>(seen);
        while (open.TryDequeue(out var next))
        {
            foreach (var account in _accounts.GetValueOrDefault(next) ?? [])
            {
                yield return account;
            }

            foreach (var owned in (_owned.GetValueOrDefault(next) ?? []).Where(seen.Add))
            {
                open.Enqueue(owned);
            }
        }
    }

    static void Add(Dictionary<string, HashSet<string>> table, string? key, string value)
    {
        if (key is null)
        {
            return;
        }

        if (!table.TryGetValue(key, out var values))
        {
            table.Add(key, values = new HashSet<string>(StringComparer.Ordinal));
        }

        values.Add(value);
    }

    static void Remove(Dictionary<string, HashSet<string>> table, string? key, string value)
    {
        if (key is not null && table.TryGetValue(key, out var values) && values.Remove(value) && values.Count == 0)
        {
            table.Remove(key);
        }
    }
}
