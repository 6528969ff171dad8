using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>Aged, verified, unlinked accounts among the members speak for innocence.</summary>
/// <remarks>
/// Sees: members that belong to the reference cohort. Why extraction does not show it: such accounts are few and dear.
/// Statistic: the cohort's share of the ring over its share of the population. Unit: ratio. Cost: one look-up a member.
/// False positives: none, it never accuses. Evasion: rented or aged accounts (a limit: named in the evaluation). Source: cohort lift.
/// </remarks>
internal sealed class AgedMembers : IEvidence
{
    static readonly Curve ByRatio = new((0.1, 0), (0.3, -1), (0.6, -2), (0.9, -2.5)); // keys are rented and accounts aged: a twelfth of campaigns may look so

    public string Family => Families.Identity;

    public string Trait => "reference-cohort";

    public Finding? Weigh(RingView ring, BenignReference reference)
    {
        if (!reference.Cohort.ByRecord)
        {
            return null;
        }

        var inside = ring.Count(RingTraits.ReferenceCohort);
        var expected = reference.Cohort.Count / (double)reference.Population.Count;
        var ratio = (double)inside / ring.Members.Count / Math.Max(0.01, expected);
        return new Finding(
            ratio, ByRatio.At(ratio), Math.Min(1, ratio), inside,
            $"{inside} of {ring.Members.Count} members are aged, verified and unlinked, as {expected:P0} of all accounts are.", inside);
    }
}
