using Stillwatch.Engine.Judgement;
using Stillwatch.Storage.Cases;

namespace Stillwatch.Gateway.Enforcement;

/// <summary>What a report says of a case that the case does not know yet.</summary>
/// <param name="before">Null for a case that opens.</param>
/// <param name="number">The campaign's place in the report.</param>
sealed class CaseNews(Case? before, Campaign campaign, CaseMatching matching, int number, DateTimeOffset now)
{
    /// <summary>Trait keys kept of one case. What is beyond is not remembered when it is dismissed, and so alarms again: said once, never wrongly silenced.</summary>
    public const int MaxTraitKeys = 65_536;

    static readonly TimeSpan SayAgain = TimeSpan.FromDays(1);
    static readonly TimeSpan SayClassesAgain = TimeSpan.FromHours(1);

    /// <summary>Null when nothing is new, and the last word is less than a day old.</summary>
    public CaseJudged? Entry(string id, IReadOnlyList<string> joined, IReadOnlyList<string> left)
    {
        var (keys, kinds) = Traits();
        var hasNewClasses = before is null || !before.ClassKeys.SequenceEqual(campaign.ClassKeys);
        var isNews = before is null || joined.Count > 0 || left.Count > 0 || keys.Count > 0 || kinds.Count > 0 || before.Verdict != campaign.Verdict
            || now - before.Judged >= SayAgain || (hasNewClasses && now - before.Judged >= SayClassesAgain);
        return !isNews ? null : new CaseJudged
        {
            At = now, Case = id, Verdict = campaign.Verdict, Confidence = campaign.Confidence, PriorLogOdds = campaign.PriorLogOdds,
            CalibrationLogOdds = campaign.CalibrationLogOdds, Evidence = campaign.Evidence, Reasons = campaign.Reasons, Joined = joined, Left = left, TraitKeys = keys,
            Kinds = kinds, Harvest = CaseHarvest.Of(campaign), ClassKeys = hasNewClasses ? campaign.ClassKeys : null, SplitFrom = before is null ? matching.SplitFrom[number] : null,
        };
    }

    /// <summary>A case that no campaign speaks of loses accounts to another.</summary>
    public static CaseJudged Loss(Case one, IReadOnlyList<string> left, DateTimeOffset now) => new()
    {
        At = now, Case = one.Id, Verdict = one.Verdict, Confidence = one.Confidence, PriorLogOdds = one.PriorLogOdds, CalibrationLogOdds = one.CalibrationLogOdds,
        Evidence = one.Evidence, Reasons = one.Reasons, Left = left,
    };

    (List<ulong> Keys, List<string> Kinds) Traits()
    {
        var keys = new HashSet<ulong>();
        var kinds = new SortedSet<string>(StringComparer.Ordinal);
        var room = MaxTraitKeys - (before?.TraitKeys.Count ?? 0);
        foreach (var account in matching.Members(number))
        {
            if (matching.Claims[account].Judgement is not { } judgement)
            {
                continue;
            }

            foreach (var key in judgement.TraitKeys)
            {
                if (keys.Count < room && (before is null || !before.TraitKeys.Contains(key)))
                {
                    keys.Add(key);
                }
            }

            foreach (var item in judgement.Evidence)
            {
                if (item.LogOdds > 0 && item.Family != "campaign" && (before is null || !before.Kinds.Contains(item.Trait)))
                {
                    kinds.Add(item.Trait);
                }
            }
        }

        return ([.. keys.Order()], [.. kinds]);
    }
}
