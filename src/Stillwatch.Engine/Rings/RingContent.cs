using System.Runtime.InteropServices;
using Stillwatch.Engine.Sketches;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Rings;

/// <summary>What a ring asks, pooled over its members' sampled exchanges that follow its templates (all of them where it has none).</summary>
internal sealed class RingContent
{
    const int MaxPerMember = 32;
    const int LeastPerMember = 4;
    const int MaxSampled = 1 << 17; // proportions of so many are known to a quarter of a point; a ring of twenty thousand need not give half a million
    const int LikelyItems = 4; // a member's share of the different ones, of which there is room from the start
    const int MinCommon = 6; // public harvesting tools sample one prompt up to four times
    const double CommonShare = 0.1;

    RingContent()
    {
    }

    public int Exchanges { get; private set; }

    /// <summary>Exchanges with user text of their own: they ask something.</summary>
    public int Items { get; private set; }

    public int DistinctItems { get; private set; }

    /// <summary>Items that a tenth of the members asked, and six at least: an assignment, not a prompt sampled a few times.</summary>
    public int CommonItems { get; private set; }

    public int FollowUps { get; private set; }

    public int ToolLoops { get; private set; }

    public double MedianOutputTokens { get; private set; } = double.NaN;

    /// <summary>Share of exchanges that cue each capability, 0 to 1.</summary>
    public double[] CueShares { get; } = new double[CueLexicon.Count];

    public static RingContent Of(RingCandidate candidate, IReadOnlyList<RingMember> members, ClassMembers classes)
    {
        var content = new RingContent();
        var wanted = candidate.Classes.ToHashSet();
        var items = new Dictionary<uint, (int Last, int Members)>(LikelyItems * members.Count);
        var outputs = new List<int>();
        var most = Math.Clamp(MaxSampled / Math.Max(1, members.Count), LeastPerMember, MaxPerMember);
        foreach (var member in members)
        {
            var ofDigest = wanted.Count == 0 ? null : classes.ClassesOf(member.Index);
            var digests = member.Account.Digests;
            for (int d = 0, taken = 0; d < digests.Length && taken < most; d++)
            {
                if (wanted.Count == 0 || (ofDigest is not null && wanted.Contains(ofDigest[d])))
                {
                    taken++;
                    content.Take(digests[d], member.Index, items, outputs);
                }
            }
        }

        content.DistinctItems = items.Count;
        content.CommonItems = items.Values.Count(i => i.Members >= Math.Max(MinCommon, CommonShare * members.Count));
        outputs.Sort();
        content.MedianOutputTokens = outputs.Count == 0 ? double.NaN : outputs[outputs.Count / 2];
        for (var c = 0; c < content.CueShares.Length; c++)
        {
            content.CueShares[c] /= Math.Max(1, content.Items);
        }

        return content;
    }

    void Take(in AccountDigest digest, int member, Dictionary<uint, (int Last, int Members)> items, List<int> outputs)
    {
        Exchanges++;
        FollowUps += (digest.Traits & ExchangeTraits.FollowUp) != 0 ? 1 : 0;
        ToolLoops += (digest.Traits & ExchangeTraits.ToolLoop) != 0 ? 1 : 0;
        if (digest.OutputTokens != AccountDigest.UnknownTokens)
        {
            outputs.Add(digest.OutputTokens);
        }

        if (digest.Item == 0)
        {
            return;
        }

        Items++;
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(items, digest.Item, out var isKnown);
        known = (member, known.Members + (isKnown && known.Last == member ? 0 : 1));
        for (var c = 0; c < CueShares.Length; c++)
        {
            CueShares[c] += ((int)digest.Cues >> c) & 1;
        }
    }
}
