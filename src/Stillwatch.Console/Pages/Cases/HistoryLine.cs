using System.Globalization;
using Stillwatch.Console.Reports;
using Stillwatch.Storage.Cases;

namespace Stillwatch.Console.Pages.Cases;

/// <summary>One line of what happened to a case.</summary>
/// <param name="Why">A sentence each, the main one first.</param>
sealed record HistoryLine(long Sequence, DateTimeOffset At, string What, string By, IReadOnlyList<string> Why)
{
    /// <summary>The policy decides account by account as evidence grows; what it did at one judgement is one line.</summary>
    public static IEnumerable<HistoryLine> Of(IEnumerable<(long Sequence, ActionTaken Action)> actions) =>
        from found in actions
        let action = found.Action
        group found by (action.At, action.From, action.To, action.DecidedBy, action.ApprovedBy, action.Enforced) into step
        let first = step.First().Action
        let accounts = Figures.Count(step.Sum(one => one.Action.Accounts.Count), "account")
        select new HistoryLine(
            step.Max(one => one.Sequence), first.At,
            $"{accounts}: {(first.From == first.To ? $"{Wording.Rung(first.To)} renewed" : $"{Wording.Rung(first.From)} → {Wording.Rung(first.To)}")}{(first.Enforced ? "" : ", only recorded")}",
            Decisions.Signed(first.DecidedBy, first.ApprovedBy), first.Reasons);

    public static HistoryLine Of(long sequence, CaseEntry entry) => entry switch
    {
        ApprovalAsked asked => new(sequence, asked.At, $"{Wording.Rung(asked.Rung)} asked for", asked.By, [asked.Reason]),
        ApprovalEnded ended => new(sequence, ended.At, $"{Wording.Rung(ended.Rung)} asked for by {ended.AskedBy}: {ended.How.ToString().ToLowerInvariant()}", ended.By, [ended.Reason]),
        CaseDecided decided => new(sequence, decided.At, decided.State.ToString().ToLowerInvariant(), decided.By, [decided.Reason]),
        AccountsCleared cleared => new(sequence, cleared.At, $"{Figures.Count(cleared.Accounts.Count, "account")} cleared", cleared.By, [cleared.Reason]),
        AccountRepaired repaired => new(
            sequence, repaired.At, $"{repaired.Account} repaired, {(repaired.SpendNanoUsd / 1e9).ToString("0.00", CultureInfo.InvariantCulture)} US dollars given back", repaired.By, [repaired.Reason]),
        AppealAnswered answered => new(sequence, answered.At, $"appeal answered: {answered.Decision.ToString().ToLowerInvariant()}", answered.By, [answered.Text]),
        _ => new(sequence, entry.At, Wording.Words(entry.GetType().Name), "", []),
    };
}
