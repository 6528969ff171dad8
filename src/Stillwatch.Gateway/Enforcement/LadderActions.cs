using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Policies;
using Stillwatch.Storage.Cases;

namespace Stillwatch.Gateway.Enforcement;

/// <summary>Collects what a round does to accounts and makes one action of all that are treated alike.</summary>
sealed class LadderActions(AccessPolicy policy, DateTimeOffset now)
{
    readonly Dictionary<Key, Alike> _all = [];
    readonly Dictionary<string, HashSet<string>> _ended = new(StringComparer.Ordinal);

    bool Enforces => policy.Mode == PolicyMode.Enforce;

    /// <summary>Sets an account to a rung, for the policy's days from now.</summary>
    /// <param name="reasons">The first sentence tells actions apart, the rest is the same for one campaign.</param>
    /// <param name="campaign">Number of the campaign in the report; -1 for none.</param>
    public void Add(
        string caseId, string account, Rung from, Rung to, DateTimeOffset since, string rule, IReadOnlyDictionary<string, double> families,
        IReadOnlyList<string> reasons, bool inClassesOnly, int campaign)
    {
        if (to == Rung.Observe)
        {
            (_ended.TryGetValue(caseId, out var ended) ? ended : _ended[caseId] = new(StringComparer.Ordinal)).Add(account);
        }

        DateTimeOffset? until = to == Rung.Observe ? null : now.AddDays(policy.Ladder.RuleOf(to).Days);
        Put(new Key(caseId, from, to, since, until, rule, reasons[0], inClassesOnly, campaign, Decisions.Policy), account, families, reasons, Enforces);
    }

    /// <summary>The mode has changed: the same response, now enforced, or no longer. What somebody feels begins when it is felt.</summary>
    public void Repeat(string caseId, string account, HeldResponse held, bool enforces)
    {
        var says = enforces ? "The policy now enforces what was only decided before." : "The policy no longer enforces responses.";
        Put(new Key(caseId, held.Rung, held.Rung, now, held.Until, held.Rule, says, held.InClassesOnly, -1, held.DecidedBy), account, held.Families, [says], enforces);
    }

    public IEnumerable<string> EndedIn(string caseId) => _ended.TryGetValue(caseId, out var ended) ? ended : [];

    public IEnumerable<ActionTaken> Entries() => _all.Select(pair => new ActionTaken
    {
        At = now, Case = pair.Key.Case, Id = CaseIds.NewAction(now), Accounts = [.. pair.Value.Accounts.Order(StringComparer.Ordinal)], From = pair.Key.From, To = pair.Key.To,
        Rule = pair.Key.Rule, PolicyHash = policy.Hash, Families = pair.Value.Families, Reasons = pair.Value.Reasons, Since = pair.Key.Since,
        Until = pair.Key.Until, DecidedBy = pair.Key.DecidedBy, Enforced = pair.Value.Enforces, InClassesOnly = pair.Key.InClassesOnly,
    });

    void Put(Key key, string account, IReadOnlyDictionary<string, double> families, IReadOnlyList<string> reasons, bool enforces)
    {
        if (!_all.TryGetValue(key, out var alike))
        {
            _all[key] = alike = new Alike([], families, reasons, enforces);
        }

        alike.Accounts.Add(account);
    }

    readonly record struct Key(
        string Case, Rung From, Rung To, DateTimeOffset Since, DateTimeOffset? Until, string Rule, string Says, bool InClassesOnly, int Campaign, string DecidedBy);

    sealed record Alike(List<string> Accounts, IReadOnlyDictionary<string, double> Families, IReadOnlyList<string> Reasons, bool Enforces);
}
