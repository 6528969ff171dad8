using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement;

/// <summary>One account, one campaign: chooses among overlapping rings, and gives each account to the ring it belongs to most.</summary>
/// <remarks>
/// The same campaign is found from its cards, its templates and its client, and two campaigns that use one published template are found as one as well.
/// The strongest ring takes its members first, but for those that belong more to another; what is left of a ring is judged anew. Rings that are benign,
/// or mostly another's, or small, go.
/// </remarks>
internal static class RingSelection
{
    /// <summary>Benign rings are reported from this many actors on; smaller ones are of no interest.</summary>
    const int MinBenignActors = 10;

    const double MaxCommon = 0.5;
    const double MaxTaken = 0.2; // what is left of a template's users when a ring took its own is mostly its lawful users
    const double HomeNats = 0.5; // by how much an account must belong more to another ring to change
    const double ElsewhereShare = 0.3;

    public static List<JudgedRing> Choose(IEnumerable<JudgedRing> judged, Func<RingCandidate, JudgedRing?> judge) =>
        Settled(Distinct(judged, judge), judge);

    static List<JudgedRing> Distinct(IEnumerable<JudgedRing> judged, Func<RingCandidate, JudgedRing?> judge)
    {
        var kept = new List<JudgedRing>();
        var taken = new HashSet<int>();
        var open = judged.OrderBy(r => r.IsBenign).ThenByDescending(r => r.Weight).ThenBy(r => r.Ring.Members[0].Index).ToList();
        open = [.. open.DistinctBy(r => r.Ring.MembersHash)];
        while (open.Count > 0)
        {
            var ring = open[0];
            open.RemoveAt(0);
            var leaving = Leaving(ring, open);
            var common = ring.Ring.Members.Count(m => taken.Contains(m.Index)) / (double)ring.Ring.Members.Count;
            var mine = common == 0 && leaving.Count == 0 ? ring
                : ring.IsBenign ? (common < MaxCommon ? ring : null)
                : common > MaxTaken && !ring.Ring.Candidate.ByIdentity ? null
                : judge(ring.Ring.Candidate.Without(leaving.Concat(taken).ToHashSet()));
            if (mine is not null && (!mine.IsBenign || mine.Ring.Actors >= MinBenignActors))
            {
                kept.Add(mine);
                taken.UnionWith(mine.Ring.Members.Select(m => m.Index));
            }
        }

        return kept;
    }

    /// <summary>Members that belong more to another ring still open, one that lies well outside and so is no fragment of this one.</summary>
    static HashSet<int> Leaving(JudgedRing ring, List<JudgedRing> open)
    {
        var rivals = ring.IsBenign ? [] : open.Where(r => r.Rung > Rung.Observe && IsElsewhere(r.Ring, ring.Ring)).ToList();
        return rivals.Count == 0 ? [] : [.. ring.Ring.Members.Select(m => m.Index).Where(a =>
        {
            var here = ring.Ring.MembershipOf(a) + HomeNats;
            return rivals.Exists(r => r.Ring.Contains(a) && r.Ring.MembershipOf(a) > here);
        })];
    }

    static bool IsElsewhere(RingView rival, RingView ring) =>
        rival.Members.Count(m => !ring.Contains(m.Index)) is var outside && outside >= ElsewhereShare * rival.Members.Count && outside < rival.Members.Count;

    /// <summary>Accounts that a stronger ring took although they belong more to another go there, and both are judged anew.</summary>
    static List<JudgedRing> Settled(List<JudgedRing> kept, Func<RingCandidate, JudgedRing?> judge)
    {
        var accused = kept.Where(k => !k.IsBenign).ToList();
        var homes = new Dictionary<int, int>();
        for (var r = 0; r < accused.Count; r++)
        {
            foreach (var member in accused[r].Ring.Members)
            {
                var best = Enumerable.Range(0, accused.Count).MaxBy(o => accused[o].Ring.MembershipOf(member.Index) + (o == r ? HomeNats : 0));
                if (best != r)
                {
                    homes[member.Index] = best;
                }
            }
        }

        JudgedRing? Anew(JudgedRing ring)
        {
            var r = accused.IndexOf(ring);
            if (r < 0 || !(homes.ContainsValue(r) || ring.Ring.Members.Any(m => homes.ContainsKey(m.Index))))
            {
                return ring;
            }

            var others = accused.Where(o => o != ring).SelectMany(o => o.Ring.Members.Select(m => m.Index)).Where(a => homes.GetValueOrDefault(a, -1) != r);
            var gone = homes.Where(h => h.Value != r).Select(h => h.Key);
            return judge(ring.Ring.Candidate.Without(others.Concat(gone).ToHashSet()));
        }

        return homes.Count == 0 ? kept : [.. kept.Select(Anew).OfType<JudgedRing>()];
    }
}
