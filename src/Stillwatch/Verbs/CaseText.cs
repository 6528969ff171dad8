using System.Globalization;
using Stillwatch.Console.Reports;
using Stillwatch.Engine.Judgement;
using Stillwatch.Gateway.Admin;

namespace Stillwatch.Verbs;

/// <summary>Cases and campaigns as lines for a person. What others wrote loses its control characters: it must not write to the reader's terminal.</summary>
static class CaseText
{
    const int MostShown = 20;

    public static IEnumerable<string> Of(CaseList list) => list.Cases.Count == 0 ? ["There are no such cases."] : list.Cases.Select(Line);

    public static IEnumerable<string> Of(QueueAnswer answer) => answer.Queue.Count == 0
        ? ["Nothing waits for a person."]
        : answer.Queue.SelectMany(queued => (string[])
        [
            Line(queued.Case), $"  waits since {queued.Since:yyyy-MM-dd HH:mm}Z for {Plain(string.Join(", ", queued.Waits))}",
            $"  priority {queued.Priority.Value.ToString("0.0", CultureInfo.InvariantCulture)} = {queued.Priority.Says}",
        ]);

    public static IEnumerable<string> Of(CaseOutcome outcome)
    {
        if (outcome.Pending)
        {
            yield return "Asked for. Nothing has changed yet: another person must approve it.";
        }

        if (outcome.Case is { } one)
        {
            yield return Line(one);
        }

        if (outcome.Repaired > 0)
        {
            yield return $"{outcome.Repaired} accounts were given back what the restriction cost them.";
        }
    }

    public static IEnumerable<string> Of(CaseView view)
    {
        yield return Line(view.Case);
        foreach (var reason in view.Reasons)
        {
            yield return $"  {Plain(reason)}";
        }

        yield return $"Evidence, nats: prior {Nats(view.PriorLogOdds)}, {string.Join(", ", view.Families.Select(family => $"{family.Key} {Nats(family.Value)}"))}, calibration {Nats(view.CalibrationLogOdds)}";
        foreach (var group in view.Responses.GroupBy(held => (held.Response, held.DecidedBy, held.Until, held.Enforced)).OrderByDescending(group => group.Key.Response))
        {
            var (rung, by, until, enforced) = group.Key;
            yield return $"{rung.ToString().ToLowerInvariant()} until {until:yyyy-MM-dd HH:mm}Z by {Plain(by)}{(enforced ? "" : ", not enforced")}: {Some([.. group.Select(held => held.Account)])}";
        }

        yield return $"Accounts: {Some(view.Accounts)}";
        foreach (var action in view.Actions)
        {
            yield return $"{action.At:yyyy-MM-dd HH:mm}Z  {action.Id}  {action.AccountCount} accounts {action.From.ToString().ToLowerInvariant()} -> {action.To.ToString().ToLowerInvariant()}, {
                action.Rule}, by {Plain(action.DecidedBy)}{(action.ApprovedBy is { } second ? $" and {Plain(second)}" : "")}";
        }

        foreach (var decision in view.Decisions)
        {
            yield return $"{decision.At:yyyy-MM-dd HH:mm}Z  {Plain(decision.What)}, by {Plain(decision.By)}: {Plain(decision.Says)}";
        }

        foreach (var note in view.Notes)
        {
            yield return $"{note.At:yyyy-MM-dd HH:mm}Z  note by {Plain(note.By)}: {Plain(note.Text)}";
        }

        foreach (var appeal in view.Appeals)
        {
            yield return $"Appeal {appeal.Id} of {Plain(appeal.Account)}, {appeal.Made:yyyy-MM-dd}, {appeal.State}: {Plain(appeal.Statement)}";
            foreach (var message in appeal.Messages)
            {
                yield return $"  {message.At:yyyy-MM-dd HH:mm}Z  {(message.FromAccount ? "the account" : Plain(message.By))}: {Plain(message.Text)}";
            }

            if (appeal.Answer is { } answer)
            {
                yield return $"  answered by {Plain(appeal.AnsweredBy!)}: {Plain(answer)}";
            }
        }
    }

    /// <param name="isFiltered">A verdict was asked for, so benign ones may be among them.</param>
    public static IEnumerable<string> Of(CampaignList list, bool isFiltered)
    {
        var shown = list.Campaigns.Where(campaign => isFiltered || campaign.Verdict != Verdict.Automation).ToList();
        return shown.Count == 0 ? [isFiltered ? "There are no such campaigns." : "No campaign is suspected."] : shown.Select(Line);
    }

    public static IEnumerable<string> Of(Campaign campaign) =>
    [
        Line(campaign), .. campaign.Reasons.Select(reason => $"  {Plain(reason)}"),
        .. campaign.Evidence.Where(item => item.LogOdds != 0).OrderByDescending(item => item.LogOdds).Select(item => $"  {Nats(item.LogOdds)}  {item.Family}/{item.Trait}: {Plain(item.Says)}"),
        $"Accounts: {Some(campaign.Accounts)}",
    ];

    static string Line(Campaign campaign) =>
        $"{campaign.Id}  {campaign.Verdict.ToString().ToLowerInvariant()}  {Figures.Percent(campaign.Confidence)}  {campaign.Response.ToString().ToLowerInvariant()}  {
            campaign.Accounts.Count} accounts  {campaign.Exchanges} exchanges  since {campaign.Onset:yyyy-MM-dd HH:mm}Z";

    static string Line(CaseLine one) =>
        $"{one.Id}  {one.State.ToString().ToLowerInvariant()}{(one.Live || one.Ended is null ? "" : $" {one.Ended:yyyy-MM-dd}")}  {one.Verdict.ToString().ToLowerInvariant()}  {
            Figures.Percent(one.Confidence)}  {one.Response.ToString().ToLowerInvariant()}{(one.Held > 0 && !one.Enforced ? " (not enforced)" : "")}  {one.Held} of {
            one.Accounts} accounts  opened {one.Opened:yyyy-MM-dd}{(one.OpenAppeals > 0 ? $"  {one.OpenAppeals} open appeals" : "")}{(one.Pending is { } pending ? $"  {Plain(pending)}" : "")}";

    static string Some(IReadOnlyList<string> names) =>
        $"{string.Join(", ", names.Take(MostShown).Select(Plain))}{(names.Count > MostShown ? $" and {names.Count - MostShown} more" : "")}";

    static string Nats(double value) => value.ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture);

    static string Plain(string text) => ExplanationText.Plain(text);
}
