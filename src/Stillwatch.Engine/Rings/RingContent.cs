using Stillwatch.Engine.Sketches;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Rings;

/// <summary>What a ring asks, pooled over its members' sampled exchanges that follow its templates (all of them where it has none).</summary>
internal sealed class RingContent
{
    const int MaxPerMember = 32;
    const int LeastPerMember = 4;
    const int MaxSampled = 1 << 17; // proportions of so many are known to a quarter of a point; a ring of twenty thousand need not give half a million
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
        var most = Math.Clamp(MaxSampled / Math.Max(1, members.Count), LeastPerMember, MaxPerMember);
        var wanted = new bool[classes.Classes];
        foreach (var c in candidate.Classes)
        {
            wanted[c] = true;
        }

        var (hasTemplates, sampled) = (candidate.Classes.Count > 0, 0);
        foreach (var member in members)
        {
            sampled += Math.Min(most, hasTemplates ? member.Hits : member.Account.Digests.Length);
        }

        using var items = new ItemCounts(sampled);
        using var outputs = new OutputCounts();
        foreach (var member in members)
        {
            var ofDigest = hasTemplates ? classes.ClassesOf(member.Index) : null;
            var digests = member.Account.Digests;
            for (int d = 0, taken = 0; d < digests.Length && taken < most; d++)
            {
                if (!hasTemplates || (ofDigest is not null && ofDigest[d] is >= 0 and var c && wanted[c]))
                {
                    taken++;
                    content.Take(digests[d], member.Index, items, outputs);
                }
            }
        }

        content.DistinctItems = items.Count;
        content.CommonItems = items.AskedBy(Math.Max(MinCommon, CommonShare * members.Count));
        content.MedianOutputTokens = outputs.Median;
        for (var c = 0; c < content.CueShares.Length; c++)
        {
            content.CueShares[c] /= Math.Max(1, content.Items);
        }

        return content;
    }

    void Take(in AccountDigest digest, int member, ItemCounts items, OutputCounts outputs)
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
        items.Add(digest.Item, member);
        for (var c = 0; c < CueShares.Length; c++)
        {
            CueShares[c] += ((int)digest.Cues >> c) & 1;
        }
    }
}
