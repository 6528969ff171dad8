using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>Our answers go round among the members: most have theirs taken by others and present others' themselves.</summary>
/// <remarks>
/// Sees: members whose outputs at least two others sent in, and who sent in those of at least two others, or deal so with such accounts.
/// Why extraction shows it: a pool grades, refines and rewrites answers on whichever account is free. Statistic: share of members. Unit: share.
/// Cost: linear in the crossings seen. False positives: none of the look-alikes circulates: an author is only presented, readers only present, an agency is
/// two or three accounts. Evasion: paraphrase of our output before it is graded, or each answer graded on the account that got it.
/// Source: own-output proposals of the abuse-engine survey, section 3.4.
/// </remarks>
internal sealed class OutputCirculation : IEvidence
{
    const int MinMembers = 5;
    static readonly Curve ByShare = new((0.02, 0), (0.1, 2), (0.3, 4));

    public string Family => Families.OwnOutput;

    public string Trait => "output-circulation";

    public Finding? Weigh(RingView ring, BenignReference reference)
    {
        var circling = ring.Members.Count(m => ring.Circle.Contains(m.Account.Name));
        if (circling < MinMembers)
        {
            return null;
        }

        var share = (double)circling / ring.Members.Count;
        return new Finding(
            share, ByShare.At(share), 1, circling,
            $"{circling} of {ring.Members.Count} members both sent in what we had said to others and had their own answers sent in by others.");
    }
}
