using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement;

/// <summary>One account, one campaign: chooses among overlapping rings, and gives each account to the ring it belongs to most.</summary>
/// <remarks>
/// The same campaign is found from its cards, its templates and its client, and two campaigns that use one published template are found as one as well.
/// The strongest ring takes its members first, unless one inside it explains what its members share better (<see cref="RingLens.GainOf"/>) and the rest is suspect by
/// itself: then the large one is a mixture, and the pure one comes first. Whom a neighbour explains better is left to it. What is left of a ring is judged anew. Rings
/// that are benign, or mostly another's, or small, go.
/// </remarks>
internal static class RingSelection
{
    /// <summary>Benign rings are reported from this many actors on; smaller ones are of no interest.</summary>
    const int MinBenignActors = 10;

    const double MaxCommon = 0.5;
    const double MaxTaken = 0.2; // what is left of a template's users when a ring took its own is mostly its lawful users
    const double PurerNats = 1.5; // ln 2 for each of two or three values: the other half of the mixture is as large as this one
    const double HomeNats = 1; // by how much another ring must explain an account better for it to change
    const double InsideShare = 0.8;
    const double MinShare = 0.1;
    const int MaxSecondLook = 2000; // members; to judge tens of thousands anew for every part costs a judgement's time and memory, and so large a campaign is found from many sides
    const double NearlyAll = 0.9;
    const double AboutAsSure = 1; // nats

    public static List<JudgedRing> Choose(IEnumerable<JudgedRing> judged, Func<RingCandidate, JudgedRing?> judge) =>
        Settled(Distinct(judged, judge), judge);

    static List<JudgedRing> Distinct(IEnumerable<JudgedRing> judged, Func<RingCandidate, JudgedRing?> judge)
    {
        var kept = new List<JudgedRing>();
        var taken = new HashSet<int>();
        var all = judged.OrderBy(r => r.IsBenign).ThenByDescending(r => r.Weight).ThenBy(r => r.Ring.Members[0].Index).ToList();
        var open = all.DistinctBy(r => r.Ring.MembersHash).ToList();
        void Keep(JudgedRing ring)
        {
            kept.Add(ring);
            taken.UnionWith(ring.Ring.Members.Select(m => m.Index));
        }

        while (open.Count > 0)
        {
            var ring = Purest(open, judge);
            if (Common(ring, taken) <= MaxTaken) // else it is about to go
            {
                ring = Whole(ring, open, judge);
            }

            open.Remove(ring);
            var common = Common(ring, taken);
            var theirs = ring.IsBenign ? [] : Theirs(ring, open);
            var mine = common == 0 && theirs.Count == 0 ? ring
                : ring.IsBenign ? (common < MaxCommon ? ring : null)
                : (common > MaxTaken && !ring.Ring.Candidate.ByIdentity) || theirs.Count > MaxCommon * ring.Ring.Members.Count ? null
                : Left(ring, theirs.Count == 0 ? taken : [.. taken, .. theirs], judge);
            if (mine is not null && (!mine.IsBenign || mine.Ring.Actors >= MinBenignActors))
            {
                Keep(mine);
            }
        }

        foreach (var candidate in all.Where(r => HasDrifted(r, taken)).Select(r => r.Ring.Candidate).DistinctBy(c => RingView.HashOf(c.Accounts)))
        {
            if (candidate.Accounts.Count(taken.Contains) <= MaxTaken * candidate.Accounts.Count && judge(candidate.Without(taken)) is { IsBenign: false } own)
            {
                Keep(own);
            }
        }

        return kept;
    }

    /// <summary>Share of a ring's members that stronger rings took, 0 to 1.</summary>
    static double Common(JudgedRing ring, HashSet<int> taken) => ring.Ring.Members.Count(m => taken.Contains(m.Index)) / (double)ring.Ring.Members.Count;

    /// <summary>Whether a candidate was drawn into others: its members became an accused ring's that mostly others belong to, or it was taken together with a campaign's accounts
    /// for something lawful. Of campaigns that use one task list the one that holds together best draws the others in, and lets go of them for want of its cards, or they even out
    /// each other's volumes. What the candidate was made of is looked at again without the campaigns.</summary>
    static bool HasDrifted(JudgedRing ring, HashSet<int> taken) => ring.IsBenign
        ? ring.Ring.Members.Count <= MaxSecondLook && Common(ring, taken) > MaxTaken
        : ring.Ring.Candidate.Accounts.Count(ring.Ring.Contains) < MaxCommon * ring.Ring.Candidate.Accounts.Count;

    /// <summary>The first ring, or one inside it that explains its members better while the rest is suspect by itself, and so on inwards: of two campaigns found as one
    /// each stands alone; a campaign without its core falls apart.</summary>
    static JudgedRing Purest(List<JudgedRing> open, Func<RingCandidate, JudgedRing?> judge)
    {
        var best = open[0];
        while (!best.IsBenign && open.Find(r => IsPurer(r, best) && IsMixture(best, r, judge)) is { } purer)
        {
            best = purer;
        }

        return best;
    }

    /// <summary>The ring, or a larger one that holds it and is about as sure, where the rest of that is suspect by itself and the ring explains its members no better: a
    /// campaign is not cut in two because those of its accounts that use one client look a little surer alone.</summary>
    static JudgedRing Whole(JudgedRing ring, List<JudgedRing> open, Func<RingCandidate, JudgedRing?> judge) =>
        ring.IsBenign ? ring : open.Find(o => IsWhole(o, ring) && IsMixture(o, ring, judge)) ?? ring;

    static bool IsWhole(JudgedRing whole, JudgedRing part) =>
        !whole.IsBenign && whole.Ring.Members.Count <= MaxSecondLook && whole.Verdict == part.Verdict && whole.Rung >= part.Rung
        && part.Ring.Members.Count <= (1 - MaxTaken) * whole.Ring.Members.Count // else what is left of it is looked at all the same
        && whole.DecisiveLogit > part.DecisiveLogit - AboutAsSure
        && part.Ring.Members.Count(m => whole.Ring.Contains(m.Index)) >= NearlyAll * part.Ring.Members.Count
        && !IsPurer(part, whole);

    /// <summary>Whether what is left of a ring without a part of it is suspect by itself.</summary>
    static bool IsMixture(JudgedRing whole, JudgedRing part, Func<RingCandidate, JudgedRing?> judge) =>
        judge(whole.Ring.Candidate.Without(part.Ring.Members.Select(m => m.Index).ToHashSet())) is { IsBenign: false, Rung: > Rung.Observe };

    /// <summary>What is left of a ring, judged anew. Where it lost few and what it was first found by does not lead to it any more, it is looked for from its own members.</summary>
    static JudgedRing? Left(JudgedRing ring, HashSet<int> without, Func<RingCandidate, JudgedRing?> judge)
    {
        var left = ring.Ring.Candidate.Without(without);
        var anew = judge(left);
        if (anew is { IsBenign: false })
        {
            return anew;
        }

        List<int> members = [.. ring.Ring.Members.Select(m => m.Index).Where(m => !without.Contains(m))];
        return members.Count >= (1 - MaxTaken) * ring.Ring.Members.Count && judge(left with { Accounts = members }) is { IsBenign: false } found ? found : anew;
    }

    static bool IsPurer(JudgedRing part, JudgedRing whole)
    {
        var (inner, outer) = (part.Ring, whole.Ring);
        return part != whole && part.Rung > Rung.Observe
            && inner.Members.Count < outer.Members.Count && inner.Members.Count >= MinShare * outer.Members.Count
            && inner.Members.Count(m => outer.Contains(m.Index)) >= InsideShare * inner.Members.Count
            && inner.MeanGain > PurerNats + inner.Members.Average(m => outer.GainOf(m.Index));
    }

    /// <summary>Members whom another suspect ring, that overlaps with this one and is no part of it, explains better: a strong campaign does not bite a piece out of
    /// its neighbour because both use one template or one exit.</summary>
    static HashSet<int> Theirs(JudgedRing ring, List<JudgedRing> open)
    {
        var theirs = new HashSet<int>();
        foreach (var other in open.Where(o => o.Rung > Rung.Observe && !o.IsBenign))
        {
            var common = ring.Ring.Members.Where(m => other.Ring.Contains(m.Index)).ToList();
            if (common.Count > 0 && common.Count < InsideShare * Math.Min(other.Ring.Members.Count, ring.Ring.Members.Count))
            {
                theirs.UnionWith(common.Where(m => other.Ring.GainOf(m.Index) > ring.Ring.GainOf(m.Index) + HomeNats).Select(m => m.Index));
            }
        }

        return theirs;
    }

    /// <summary>Accounts that a stronger ring took although they belong more to another, which would have them, go there, and both are judged anew.</summary>
    static List<JudgedRing> Settled(List<JudgedRing> kept, Func<RingCandidate, JudgedRing?> judge)
    {
        var accused = kept.Where(k => !k.IsBenign).ToList();
        var homes = new Dictionary<int, int>();
        for (var r = 0; r < accused.Count; r++)
        {
            foreach (var member in accused[r].Ring.Members)
            {
                var best = Enumerable.Range(0, accused.Count).MaxBy(o => accused[o].Ring.GainOf(member.Index) + (o == r ? HomeNats : 0));
                if (best != r && accused[best].Ring.Takes(member.Index))
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
            return Left(ring, others.Concat(gone).ToHashSet(), judge);
        }

        return homes.Count == 0 ? kept : [.. kept.Select(Anew).OfType<JudgedRing>()];
    }
}
