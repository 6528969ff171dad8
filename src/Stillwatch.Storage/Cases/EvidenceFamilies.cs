using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Storage.Cases;

/// <summary>Which families carry a judgement. The same rule that the Engine decides by, asserted once more before anybody is restricted.</summary>
public static class EvidenceFamilies
{
    /// <summary>The least a policy may ask of a family, nats (Engine Policy.Validate).</summary>
    const double LeastLogOdds = 0.5;

    const int LeastFamilies = 2;

    /// <summary>Families with their counted log odds, the strongest first; those that speak for nothing are left out.</summary>
    public static IReadOnlyDictionary<string, double> Of(IReadOnlyList<EvidenceItem> evidence) => evidence
        .Where(item => item.Family != "campaign")
        .GroupBy(item => item.Family)
        .Select(family => (family.Key, LogOdds: family.Sum(item => item.LogOdds)))
        .Where(family => family.LogOdds >= LeastLogOdds)
        .OrderByDescending(family => family.LogOdds)
        .ToDictionary(family => family.Key, family => family.LogOdds);

    /// <summary>Two families at least, one of them other than content and time.</summary>
    public static bool MayRestrict(IReadOnlyDictionary<string, double> families) =>
        families.Count >= LeastFamilies && families.Keys.Any(family => family is not ("content" or "time"));

    /// <summary>Whether the evidence meets the rung's own rule, apart from who decides.</summary>
    public static bool Meets(RungRule rule, double confidence, IReadOnlyDictionary<string, double> families) =>
        confidence >= rule.MinConfidence && families.Values.Count(logOdds => logOdds >= rule.MinFamilyLogOdds) >= rule.MinFamilies;
}
