using Stillwatch.Engine.Links;
using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement;

/// <summary>Puts a campaign together that came apart by client or by template: rings, each suspect by itself, that come through the same exits.</summary>
/// <remarks>
/// Two rings become one when they share three exits or more beyond chance (Poisson, 12 nats) and the whole is the better explanation:
/// judged anew, its weight exceeds that of either part, and it explains the members of both as well. Benign rings are never merged, so an office or a campus cannot chain strangers.
/// </remarks>
internal static class RingMerge
{
    const int MinShared = 3;
    const double MinContainment = 0.3;
    const double MaxLossNats = 0.5;

    public static List<JudgedRing> Join(
        List<JudgedRing> rings, Background background, Func<RingCandidate, JudgedRing?> judge)
    {
        var open = rings.Where(r => r.Verdict != Verdict.Automation).ToList();
        while (Best(open, background, judge) is var (a, b, whole))
        {
            open.Remove(a);
            open.Remove(b);
            open.Add(whole);
        }

        return [.. open.OrderByDescending(r => r.Weight).ThenBy(r => r.Ring.Members[0].Index), .. rings.Where(r => r.Verdict == Verdict.Automation)];
    }

    static (JudgedRing A, JudgedRing B, JudgedRing Whole)? Best(
        List<JudgedRing> rings, Background background, Func<RingCandidate, JudgedRing?> judge)
    {
        for (var i = 0; i < rings.Count; i++)
        {
            for (var j = i + 1; j < rings.Count; j++)
            {
                var (a, b) = (rings[i].Ring, rings[j].Ring);
                var shared = a.Exits.Count(b.Exits.Contains);
                if (shared >= MinShared && shared >= MinContainment * Math.Min(a.Exits.Count, b.Exits.Count)
                    && OverlapTest.LogRatio(shared, (double)a.Exits.Count * b.Exits.Count / Math.Max(1, background.Networks)) >= OverlapTest.Significant
                    && judge(Union(a, b, rings)) is { Verdict: not Verdict.Automation } whole
                    && whole.Weight > Math.Max(rings[i].Weight, rings[j].Weight)
                    && whole.Ring.Members.Count > Math.Max(a.Members.Count, b.Members.Count)
                    && Explains(whole.Ring, a) && Explains(whole.Ring, b))
                {
                    return (rings[i], rings[j], whole);
                }
            }
        }

        return null;
    }

    /// <summary>Parts of one campaign gain by the whole, which knows more of its exits and cards; of two campaigns, each shares half as much with it.</summary>
    static bool Explains(RingView whole, RingView part) =>
        part.Members.Average(m => whole.GainOf(m.Index)) >= part.MeanGain - MaxLossNats;

    static RingCandidate Union(RingView a, RingView b, List<JudgedRing> rings)
    {
        var others = rings.Where(r => r.Ring != a && r.Ring != b).SelectMany(r => r.Ring.Members.Select(m => m.Index)).ToHashSet();
        var accounts = a.Members.Concat(b.Members).Select(m => m.Index).Distinct().Order().ToList();
        return new RingCandidate(
            [.. a.Candidate.Classes.Union(b.Candidate.Classes).Order()],
            [.. a.Candidate.Nodes.Concat(b.Candidate.Nodes).DistinctBy(n => (n.Kind, n.Id))],
            accounts, ByIdentity: true) { Taken = others };
    }
}
