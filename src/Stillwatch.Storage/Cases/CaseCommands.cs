using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Storage.Cases;

/// <summary>What people decide. The admin API and the console are two faces of this. Thread-safe.</summary>
/// <remarks>Every command checks the case as it is, writes in one transaction, and takes effect with the picture that follows.</remarks>
/// <param name="rules">Read at each command: a policy may be loaded anew.</param>
public sealed partial class CaseCommands(CaseStore store, Func<CaseRules> rules, CaseRepair repair)
{
    /// <summary>A first approval is void after this long: the second person decides on what the first one saw.</summary>
    static readonly TimeSpan PendingFor = TimeSpan.FromDays(7);

    const int MostCharacters = 2000;
    const int MostNameCharacters = 128;

    /// <summary>A person decides on withholding or suspending, for the rung's days. It is not renewed by itself.</summary>
    /// <param name="accounts">Some of those under a response; null for all that are at shape or above.</param>
    public CaseAnswer Approve(string caseId, Rung rung, string by, string reason, IReadOnlyList<string>? accounts, DateTimeOffset now)
    {
        if (Fault(by, reason) is { } wrong)
        {
            return wrong;
        }

        if (rung is not (Rung.Withhold or Rung.Suspend))
        {
            return CaseAnswer.No(CaseFault.Invalid, $"rung {Named(rung)}: a person approves withhold or suspend; the policy decides the rungs below.");
        }

        CaseAnswer? answer = null;
        var picture = store.Change(before =>
        {
            if (!TryFindLive(before, caseId, out var one, out answer) || (answer = Forbids(one, rung)) is not null)
            {
                return [];
            }

            var targets = one.Held.Where(held => held.Value.Rung < rung && (accounts is null ? held.Value.Rung >= Rung.Shape : accounts.Contains(held.Key)))
                .Select(held => held.Key).ToList();
            if (targets.Count == 0)
            {
                answer = CaseAnswer.No(CaseFault.NoAccount, $"No account of {caseId} that was meant is under a response below {Named(rung)}: see the case for what is held of whom.");
                return [];
            }

            var rule = rules();
            var first = one.Pending is { } pending && pending.Rung == rung && now - pending.At < PendingFor ? pending : null;
            if (rung != Rung.Suspend || !rule.FourEyes)
            {
                return Approved(one, rung, targets, by, approvedBy: null, reason, now);
            }

            if (first is null)
            {
                answer = new CaseAnswer(CaseFault.None, null, IsPending: true);
                return [new ApprovalAsked { At = now, Case = one.Id, Rung = rung, By = by, Reason = reason, Accounts = targets }];
            }

            if (IsSame(first.By, by))
            {
                answer = CaseAnswer.No(CaseFault.SamePerson, $"{by} has asked for {Named(rung)} already: another person must approve it.");
                return [];
            }

            // What two people agree on is what the first one asked for: an account that joined in between is not part of it.
            var agreed = first.Accounts.Intersect(targets, StringComparer.Ordinal).ToList();
            if (agreed.Count == 0)
            {
                answer = CaseAnswer.No(CaseFault.NoAccount, $"No account that {first.By} asked for is still under a response.");
                return [];
            }

            return Approved(one, rung, agreed, first.By, by, $"{first.Reason} {reason}", now);
        });
        return answer is null or { IsPending: true } ? (answer ?? new CaseAnswer(CaseFault.None, null)) with { Case = picture.Cases[caseId] } : answer;
    }

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

    IReadOnlyList<CaseEntry> Approved(Case one, Rung rung, IReadOnlyList<string> accounts, string by, string? approvedBy, string reason, DateTimeOffset now)
    {
        var policy = rules();
        var rule = policy.Ladder.RuleOf(rung);
        var families = EvidenceFamilies.Of(one.Evidence);
        var reasons = new List<string> { reason };
        if (!EvidenceFamilies.Meets(rule, one.Confidence, families))
        {
            reasons.Add($"The evidence is below what the policy names for {Named(rung)} (confidence {rule.MinConfidence}, {rule.MinFamilies} families); people decided it all the same.");
        }

        return
        [
            .. accounts.GroupBy(account => (one.Held[account].Rung, one.Held[account].InClassesOnly)).Select(group => new ActionTaken
            {
                At = now, Case = one.Id, Id = CaseIds.NewAction(now), Accounts = [.. group.Order(StringComparer.Ordinal)], From = group.Key.Rung, To = rung,
                Rule = "person", PolicyHash = policy.PolicyHash, Families = families, Reasons = reasons, Since = now, Until = now.AddDays(rule.Days),
                DecidedBy = by, ApprovedBy = approvedBy, Enforced = policy.Enforces, InClassesOnly = group.Key.InClassesOnly,
            }),
        ];
    }

    static CaseAnswer? Forbids(Case one, Rung rung) =>
        one.Verdict != Verdict.Distillation
            ? CaseAnswer.No(CaseFault.NotAllowed, $"{one.Id} is {one.Verdict.ToString().ToLowerInvariant()}: {Named(rung)} is for distillation; resale is shaped at most.")
        : !EvidenceFamilies.MayRestrict(EvidenceFamilies.Of(one.Evidence))
            ? CaseAnswer.No(CaseFault.NotAllowed, $"{one.Id} does not rest on two families of evidence, one of them other than content and time: nobody is restricted on less.")
        : null;

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
