using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>Members signed up in the same few hours, in excess of everybody's sign-ups.</summary>
/// <remarks>
/// Sees: members in sign-up buckets (6 h) that hold more of the ring than its size explains. Why extraction shows it: identities are made in batches.
/// Statistic: share of members in such buckets, and the size of the smallest set of buckets they fill. Unit: share. Cost: one look-up a member.
/// False positives: a viral app's first days, classes, hackathons, which is why the cap is low. Evasion: sign-ups spread over months.
/// Source: Factory's report of 20,000 organizations made in three days (2025).
/// </remarks>
internal sealed class SignupWave : IEvidence
{
    static readonly Curve ByShare = new((0.0, -1), (0.2, 0), (0.6, 1), (0.9, 1.5));

    public string Family => Families.Identity;

    public string Trait => "signup-cohort";

    public Finding? Weigh(RingView ring, BenignReference reference)
    {
        var known = ring.Members.Count(m => m.Account.Facts?.CreatedMs is not null);
        if (known < TraitGate.MinActors)
        {
            return null;
        }

        var inWave = ring.Count(RingTraits.SignupWave);
        var share = (double)inWave / known;
        return new Finding(
            share, ByShare.At(share), 1 - ring.Coverage.InRest(RingTraits.SignupWave), inWave,
            $"{inWave} of {known} members signed up in waves of hours that hold far more of this ring than its size explains.");
    }
}
