using Stillwatch.Engine.Responses;

namespace Stillwatch.Storage.Cases;

/// <summary>What ends with a case, and what is made good.</summary>
public sealed partial class CaseCommands
{
    /// <summary>Every response ends, appeals that wait are answered, the case is decided: in this order, so that the log reads as it happened.</summary>
    IReadOnlyList<CaseEntry> Closing(CasePicture picture, Case one, CaseState state, string by, string reason, DateTimeOffset now) =>
    [
        .. Ending(one, one.Held.Keys, by, reason, now),
        .. picture.Appeals.Values.Where(appeal => appeal.Case == one.Id && appeal.IsOpen).OrderBy(appeal => appeal.Id, StringComparer.Ordinal).Select(appeal => new AppealAnswered
        {
            At = now, Case = one.Id, Id = appeal.Id, Decision = AppealDecision.Overturn, By = by,
            Text = "The case has been found false and is closed. Nothing of it is held against you any more.",
        }),
        new CaseDecided { At = now, Case = one.Id, State = state, By = by, Reason = reason },
    ];

    IReadOnlyList<CaseEntry> Clearing(Case one, IReadOnlyList<string> accounts, string by, string reason, DateTimeOffset now) =>
    [
        .. Ending(one, accounts, by, reason, now),
        new AccountsCleared { At = now, Case = one.Id, Accounts = accounts, As = CaseState.Overturned, By = by, Reason = reason },
    ];

    IEnumerable<ActionTaken> Ending(Case one, IEnumerable<string> accounts, string by, string reason, DateTimeOffset now)
    {
        var hash = rules().PolicyHash;
        return accounts.Where(one.Held.ContainsKey).GroupBy(account => (one.Held[account].Action, one.Held[account].Rung)).Select(group => new ActionTaken
        {
            At = now, Case = one.Id, Id = CaseIds.NewAction(now), Accounts = [.. group.Order(StringComparer.Ordinal)], From = group.Key.Rung, To = Rung.Observe,
            Rule = "person", PolicyHash = hash, Families = EvidenceFamilies.Of(one.Evidence), Reasons = [reason], Since = now, Until = null, DecidedBy = by,
            Reverses = group.Key.Action, Enforced = one.Held[group.First()].Enforced,
        });
    }

    IEnumerable<AccountRepaired> Repairs(Case one, IReadOnlyList<string> accounts, string by, string reason, DateTimeOffset now) => accounts
        .Where(one.Restrictions.ContainsKey)
        .Order(StringComparer.Ordinal)
        .Select(account => new AccountRepaired
        {
            At = now, Case = one.Id, Account = account, SpendNanoUsd = SpendOf(one, account, now), By = by, Reason = reason,
        });

    long SpendOf(Case one, string account, DateTimeOffset now)
    {
        var span = one.Restrictions[account];
        return repair.Spend(account, span.From, span.Until ?? now) ?? 0;
    }

    /// <summary>The log comes first: what is written was decided, and a repair that a crash cuts off can be asked for again.</summary>
    CaseAnswer Repaired(CaseAnswer answer, List<AccountRepaired> repairs, DateTimeOffset now)
    {
        foreach (var one in repairs)
        {
            repair.Repair(one.Account, one.SpendNanoUsd, now);
        }

        return answer with { Repaired = repairs.Count };
    }
}
