using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>What we said to one member came back from another.</summary>
/// <remarks>
/// Sees: fingerprints of our outputs and ids issued by us, presented by another member. Why extraction shows it: pools grade, refine and continue
/// outputs on whichever account is free. Statistic: members involved in crossings inside the ring. Unit: share, and the number of crossings.
/// Cost: at most sixteen probes an exchange. False positives: published outputs and boilerplate (discounted in the index), a transcript handed to
/// a client (two actors never are a ring). Evasion: paraphrase of our output, pinned conversations. Source: own-output proposals of the domain survey.
/// </remarks>
internal sealed class OutputCrossing : IEvidence
{
    const double Cap = 4;
    const int MinMembers = 3;

    public string Family => Families.OwnOutput;

    public string Trait => "own-output";

    public Finding? Weigh(RingView ring, BenignReference reference)
    {
        var involved = ring.Count(RingTraits.OwnOutput);
        if (involved < MinMembers)
        {
            return null;
        }

        var share = (double)involved / ring.Members.Count;
        var rest = ring.Coverage.InRest(RingTraits.OwnOutput);
        return new Finding(
            share, Math.Clamp(Math.Log(share / rest), 0, Cap), 1 - rest, involved,
            $"{involved} of {ring.Members.Count} members sent in what we had said to another member, again and again or in a circle of members.");
    }
}
