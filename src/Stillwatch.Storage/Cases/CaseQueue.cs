using System.Globalization;

namespace Stillwatch.Storage.Cases;

/// <summary>A case that waits for a person, and how urgently.</summary>
/// <param name="Waits">What is to be done, the most pressing first.</param>
/// <param name="Since">Since when the oldest of it waits.</param>
public sealed record QueuedCase(Case Case, CasePriority Priority, IReadOnlyList<string> Waits, DateTimeOffset Since, int OpenAppeals);

/// <summary><c>harm × confidence × age</c>: an order to work in, not a measure of guilt.</summary>
/// <param name="Harm">log10(1 + exchanges), plus one for each open appeal up to three: somebody may be wronged.</param>
/// <param name="Confidence">Of the judgement, 0 to 1.</param>
/// <param name="Age">1 + days waited / 7, at most 4: what waits long is not left behind for ever.</param>
/// <param name="Says">The sum in words.</param>
public sealed record CasePriority(double Value, double Harm, double Confidence, double Age, string Says)
{
    const int MostAppealsCounted = 3;
    const double DaysPerStep = 7;
    const double MostAge = 4;

    public static CasePriority Of(Case one, int openAppeals, DateTimeOffset since, DateTimeOffset now)
    {
        var exchanges = one.Harvest?.Exchanges;
        var size = exchanges ?? one.Accounts.Count; // a case from before exchanges were kept counts its accounts
        var harm = Math.Log10(1 + size) + Math.Min(openAppeals, MostAppealsCounted);
        var days = Math.Max(0, (now - since).TotalDays);
        var age = Math.Min(MostAge, 1 + (days / DaysPerStep));
        var what = exchanges is null ? "accounts" : "exchanges";
        return new CasePriority(
            harm * one.Confidence * age, harm, one.Confidence, age,
            string.Create(
                CultureInfo.InvariantCulture,
                $"harm {harm:0.0} ({size:N0} {what}, {openAppeals} open {(openAppeals == 1 ? "appeal" : "appeals")}) × confidence {one.Confidence:0.00} × age {age:0.0} ({days:0.0} days)"));
    }
}

/// <summary>Which cases wait for a person, in the order to look at them.</summary>
public static class CaseQueue
{
    /// <summary>Cases nobody has decided, requests for a second person, open appeals. Pure.</summary>
    public static IReadOnlyList<QueuedCase> Of(CasePicture picture, DateTimeOffset now)
    {
        var appeals = picture.Appeals.Values.Where(appeal => appeal.IsOpen && !appeal.IsAboutAccess).ToLookup(appeal => appeal.Case, StringComparer.Ordinal);
        return
        [
            .. picture.LiveCases.Concat(appeals.Select(group => picture.Cases[group.Key]).Where(one => !one.IsLive))
                .Select(one => Entry(one, [.. appeals[one.Id]], now)).OfType<QueuedCase>()
                .OrderByDescending(queued => queued.Priority.Value).ThenBy(queued => queued.Case.Id, StringComparer.Ordinal),
        ];
    }

    /// <returns>Null when nothing waits.</returns>
    static QueuedCase? Entry(Case one, IReadOnlyList<Appeal> appeals, DateTimeOffset now)
    {
        var (waits, since) = (new List<string>(), new List<DateTimeOffset>());
        if (one.Pending is { } asked && now - asked.At < ApprovalAsked.ValidFor)
        {
            waits.Add($"{asked.Rung.ToString().ToLowerInvariant()} asked for by {asked.By}, until {(asked.At + ApprovalAsked.ValidFor).ToString("d MMM yyyy, HH:mm", CultureInfo.InvariantCulture)} UTC");
            since.Add(asked.At);
        }

        if (appeals.Count > 0)
        {
            waits.Add(appeals.Count == 1 ? "an answer to an appeal" : $"answers to {appeals.Count} appeals");
            since.Add(appeals.Min(appeal => appeal.At));
        }

        if (one is { State: CaseState.Open, IsLive: true } && !one.Held.Values.Any(held => held.IsByPerson)) // whoever set a response has decided
        {
            waits.Add("a decision");
            since.Add(one.Opened);
        }

        return waits.Count == 0 ? null : new QueuedCase(one, CasePriority.Of(one, appeals.Count, since.Min(), now), waits, since.Min(), appeals.Count);
    }
}
