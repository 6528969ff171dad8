using Stillwatch.Console.Reports;
using Stillwatch.Storage.Cases;

namespace Stillwatch.Console.Live;

/// <summary>What people did to cases between one picture and the next.</summary>
static class Decided
{
    /// <param name="at">Event time.</param>
    public static IEnumerable<News> Between(CasePicture before, CasePicture after, DateTimeOffset at)
    {
        foreach (var (id, one) in after.Cases)
        {
            if (before.Cases.GetValueOrDefault(id) is { } was && !ReferenceEquals(was, one) && Says(was, one) is { } says)
            {
                yield return new News(at, "decision", id, one.Verdict, one.Strictest, says);
            }
        }

        foreach (var (id, appeal) in after.Appeals)
        {
            if (!before.Appeals.ContainsKey(id) && after.Cases.TryGetValue(appeal.Case, out var one))
            {
                yield return new News(at, "decision", one.Id, one.Verdict, one.Strictest, $"{appeal.Account} appeals.");
            }
        }
    }

    /// <returns>Null for what no person did.</returns>
    static string? Says(Case was, Case one)
    {
        var set = one.Held.Where(held => held.Value.IsByPerson && was.Held.GetValueOrDefault(held.Key)?.Action != held.Value.Action).Select(held => held.Value).ToList();
        return one.DecidedBy is { } by && by != Decisions.Policy && (one.State != was.State || one.DecisionReason != was.DecisionReason)
            ? $"{one.State.ToString().ToLowerInvariant()} by {by}."
            : set.Count > 0 ? $"{Wording.Rung(set[0].Rung)} for {Figures.Count(set.Count, "account")}, decided by {set[0].By}."
            : one.Pending is { } asked && asked != was.Pending ? $"{Wording.Rung(asked.Rung)} asked for by {asked.By}."
            : one.Accounts.Count < was.Accounts.Count && one.Held.Count < was.Held.Count && ReferenceEquals(one.Evidence, was.Evidence)
                ? $"{Figures.Count(was.Accounts.Count - one.Accounts.Count, "account")} cleared."
            : null;
    }
}
