using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Storage.Cases;

/// <summary>What people decide. The admin API and the console are two faces of this. Thread-safe.</summary>
/// <remarks>Every command checks the case as it is, writes in one transaction, and takes effect with the picture that follows.</remarks>
/// <param name="rules">Read at each command: a policy may be loaded anew.</param>
public sealed partial class CaseCommands(CaseStore store, Func<CaseRules> rules, CaseRepair repair)
{
    const int MostCharacters = 2000;
    const int MostNameCharacters = 128;

    /// <summary>A person confirms the judgement. Its responses go on; it becomes a calibration example.</summary>
    public CaseAnswer Uphold(string caseId, string by, string reason, DateTimeOffset now) =>
        Decide(caseId, by, reason, (one, _) => one.State is CaseState.Open or CaseState.Expired
            ? [new CaseDecided { At = now, Case = one.Id, State = CaseState.Upheld, By = by, Reason = reason }]
            : null);

    /// <summary>The case is false: every response ends at once, and the same evidence never alarms again.</summary>
    public CaseAnswer Dismiss(string caseId, string by, string reason, DateTimeOffset now) =>
        Decide(caseId, by, reason, (one, before) => one.State is CaseState.Open or CaseState.Upheld or CaseState.Expired
            ? Closing(before, one, CaseState.Dismissed, by, reason, now)
            : null);

    /// <summary>Reversal after an appeal: as a dismissal, and what the restriction cost is repaired.</summary>
    /// <param name="accounts">Those of the case that are innocent; null when all are.</param>
    public CaseAnswer Overturn(string caseId, IReadOnlyList<string>? accounts, string by, string reason, DateTimeOffset now)
    {
        var repairs = new List<AccountRepaired>();
        var answer = Decide(caseId, by, reason, (one, before) =>
        {
            if (one.State is CaseState.Overturned or CaseState.Dismissed or CaseState.Merged || (accounts is not null && !one.IsLive))
            {
                return null;
            }

            var meant = accounts is null ? null : accounts.Where(account => one.Accounts.Contains(account) || one.Held.ContainsKey(account)).ToList();
            if (meant is { Count: 0 })
            {
                return [];
            }

            repairs.AddRange(Repairs(one, meant ?? [.. one.Restrictions.Keys], by, reason, now));
            return [.. meant is null ? Closing(before, one, CaseState.Overturned, by, reason, now) : Clearing(one, meant, by, reason, now), .. repairs];
        });
        return answer.Fault == CaseFault.None ? Repaired(answer, repairs, now) : answer;
    }

    /// <summary>Gives an account back what restrictions cost it, in whatever case they were.</summary>
    public CaseAnswer Repair(string account, string by, string reason, DateTimeOffset now)
    {
        if (Fault(by, reason) is { } wrong)
        {
            return wrong;
        }

        var repairs = new List<AccountRepaired>();
        store.Change(before =>
        {
            var spans = before.Cases.Values.Where(one => one.Restrictions.ContainsKey(account)).ToList();
            repairs.Add(new AccountRepaired
            {
                At = now, Case = spans is [var only] ? only.Id : null, Account = account, By = by, Reason = reason,
                SpendNanoUsd = spans.Sum(one => SpendOf(one, account, now)),
            });
            return [.. repairs];
        });
        return Repaired(new CaseAnswer(CaseFault.None, null), repairs, now);
    }

    CaseAnswer Decide(string caseId, string by, string reason, Func<Case, CasePicture, IReadOnlyList<CaseEntry>?> decide)
    {
        if (Fault(by, reason) is { } wrong)
        {
            return wrong;
        }

        CaseAnswer? answer = null;
        var picture = store.Change(before =>
        {
            if (!before.Cases.TryGetValue(caseId, out var one))
            {
                answer = Unknown(caseId);
                return [];
            }

            var entries = decide(one, before);
            answer = entries switch
            {
                null => CaseAnswer.No(CaseFault.AlreadyDecided, $"{caseId} is {one.State.ToString().ToLowerInvariant()} already{(one.DecidedBy is { } who ? $", by {who}" : "")}."),
                [] => CaseAnswer.No(CaseFault.NoAccount, $"None of the accounts named is in {caseId}: see the case for its accounts."),
                _ => null,
            };
            return entries ?? [];
        });
        return answer ?? new CaseAnswer(CaseFault.None, null, picture.Cases[caseId]);
    }

    static bool TryFindLive(CasePicture picture, string id, out Case one, out CaseAnswer? answer)
    {
        answer = !picture.Cases.TryGetValue(id, out one!) ? Unknown(id)
            : !one.IsLive ? CaseAnswer.No(CaseFault.AlreadyDecided, $"{id} has ended ({one.State.ToString().ToLowerInvariant()}): nothing more is done in it.")
            : null;
        return answer is null;
    }

    static CaseAnswer? Fault(string by, string reason) =>
        string.IsNullOrWhiteSpace(by) || by.Length > MostNameCharacters || IsSame(by, Decisions.Policy)
            ? CaseAnswer.No(CaseFault.Invalid, $"by: name the person who decides, in at most {MostNameCharacters} letters; {Decisions.Policy} is nobody.")
        : string.IsNullOrWhiteSpace(reason) || reason.Length > MostCharacters
            ? CaseAnswer.No(CaseFault.Invalid, $"reason: say why, in at most {MostCharacters} letters.")
        : null;

    static bool IsSame(string one, string other) => string.Equals(one.Trim(), other.Trim(), StringComparison.OrdinalIgnoreCase);

    static string Named(Rung rung) => rung.ToString().ToLowerInvariant();

    static CaseAnswer Unknown(string id) => CaseAnswer.No(CaseFault.UnknownCase, $"There is no case {id}: cases list shows every one.");
}
