using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Storage.Cases;

/// <summary>Withholding and suspending: who may ask, who may approve, and how a request ends.</summary>
public sealed partial class CaseCommands
{
    /// <summary>A person asks for withholding or suspending, or approves what another asked for. It holds for the rung's days and is not renewed by itself.</summary>
    /// <remarks>
    /// Where the policy asks for four eyes, the first person only asks, and another one, an approver, approves. Where it does not, an approver's word
    /// counts alone, and for withholding anybody's. What two people agree on is what the first one asked for.
    /// </remarks>
    /// <param name="accounts">Some of those under a response; null for all that are at shape or above.</param>
    /// <param name="isApprover">The person has that role.</param>
    public CaseAnswer Approve(string caseId, Rung rung, string by, string reason, IReadOnlyList<string>? accounts, DateTimeOffset now, bool isApprover = true)
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

            var overdue = Overdue(one, now);
            var first = overdue.Count == 0 && one.Pending?.Rung == rung ? one.Pending : null;
            var isOwn = first is not null && IsSame(first.By, by);
            var mayAlone = !rules().NeedsTwo(rung) && (isApprover || rung < Rung.Suspend);
            if (mayAlone && (first is null || isOwn))
            {
                return [.. overdue, .. Approved(one, rung, targets, by, approvedBy: null, reason, now)];
            }

            if (first is null)
            {
                answer = new CaseAnswer(CaseFault.None, null, IsPending: true);
                return [.. overdue, new ApprovalAsked { At = now, Case = one.Id, Rung = rung, By = by, Reason = reason, Accounts = targets }];
            }

            if (isOwn || !isApprover)
            {
                answer = isOwn
                    ? CaseAnswer.No(CaseFault.SamePerson, $"{by} has asked for {Named(rung)} already: another person must approve it.")
                    : CaseAnswer.No(CaseFault.RoleNeeded, $"{first.By} has asked for {Named(rung)}: a person with the role approver must approve it.");
                return [];
            }

            // An account that joined in between is not part of it.
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

    /// <summary>An approver refuses what another asked for, or whoever asked takes it back. Nothing was in force, so nothing ends.</summary>
    public CaseAnswer RefuseApproval(string caseId, string by, string reason, DateTimeOffset now, bool isApprover = true)
    {
        if (Fault(by, reason) is { } wrong)
        {
            return wrong;
        }

        CaseAnswer? answer = null;
        var picture = store.Change(before =>
        {
            if (!TryFindLive(before, caseId, out var one, out answer))
            {
                return [];
            }

            if (one.Pending is not { } asked || now - asked.At >= ApprovalAsked.ValidFor)
            {
                answer = CaseAnswer.No(CaseFault.NothingAsked, $"Nothing that was asked for in {caseId} waits for a second person.");
                return Overdue(one, now);
            }

            var isOwn = IsSame(asked.By, by);
            if (!isOwn && !isApprover)
            {
                answer = CaseAnswer.No(CaseFault.RoleNeeded, $"{asked.By} has asked for {Named(asked.Rung)}: a person with the role approver may refuse it.");
                return [];
            }

            return [Ended(asked, isOwn ? ApprovalEnd.Withdrawn : ApprovalEnd.Refused, by, reason, now)];
        });
        return answer ?? new CaseAnswer(CaseFault.None, null, picture.Cases[caseId]);
    }

    /// <summary>What time has ended and nobody has recorded yet; empty or one entry.</summary>
    public static IReadOnlyList<CaseEntry> Overdue(Case one, DateTimeOffset now) => one.Pending is { } asked && now - asked.At >= ApprovalAsked.ValidFor
        ? [Ended(asked, ApprovalEnd.Expired, Decisions.Policy, $"Nobody approved it within {ApprovalAsked.ValidFor.TotalDays:N0} days.", now)]
        : [];

    static ApprovalEnded Ended(ApprovalAsked asked, ApprovalEnd how, string by, string reason, DateTimeOffset now) =>
        new() { At = now, Case = asked.Case, How = how, Rung = asked.Rung, AskedBy = asked.By, By = by, Reason = reason };

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
}
