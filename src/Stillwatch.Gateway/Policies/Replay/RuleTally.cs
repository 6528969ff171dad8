
using Stillwatch.Storage.Replays;

namespace Stillwatch.Gateway.Policies.Replay;

/// <summary>What each rule of one policy refused. Not thread-safe.</summary>
sealed class RuleTally
{
    readonly Dictionary<string, (RuleMode Mode, long Exchanges, HashSet<string> Accounts)> _rules = new(StringComparer.Ordinal);

    /// <summary>Every rule counts from nothing, so that one that refuses nobody is shown too. A rule that is off is left out.</summary>
    public RuleTally(IEnumerable<(string Name, RuleMode Mode)> rules)
    {
        foreach (var (name, mode) in rules.Where(rule => rule.Mode != RuleMode.Off))
        {
            _rules.TryAdd(name, (mode, 0, new HashSet<string>(StringComparer.Ordinal)));
        }
    }

    public void Add(string rule, string account, int exchanges = 1)
    {
        var (mode, count, accounts) = _rules[rule];
        accounts.Add(account);
        _rules[rule] = (mode, count + exchanges, accounts);
    }

    public static IReadOnlyList<RuleChange> Compare(RuleTally before, RuleTally after) =>
    [
        .. after._rules.Keys.Concat(before._rules.Keys).Distinct(StringComparer.Ordinal).Select(rule =>
        {
            before._rules.TryGetValue(rule, out var was);
            var isKept = after._rules.TryGetValue(rule, out var willBe);
            return new RuleChange(
                rule, isKept ? PolicyWords.RuleModes.Of(willBe.Mode) : "removed",
                new CountChange(was.Exchanges, willBe.Exchanges), new CountChange(was.Accounts?.Count ?? 0, willBe.Accounts?.Count ?? 0));
        }),
    ];
}
