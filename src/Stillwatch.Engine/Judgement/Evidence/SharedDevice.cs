using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>Accounts that claim to be unrelated signed up on the same devices.</summary>
/// <remarks>
/// Sees: members whose device token another actor of the ring shows. Why extraction shows it: one operator opens many accounts.
/// Statistic: share of members. Unit: share. Cost: one look-up a member. False positives: households, school computers (capped with the family).
/// Evasion: a device profile for each account, public in relay software. Source: public relay issue threads.
/// </remarks>
internal sealed class SharedDevice : IEvidence
{
    static readonly Curve ByShare = new((0.05, 0), (0.2, 1.5), (0.5, 4));

    public string Family => Families.Infrastructure;

    public string Trait => "shared-device";

    public Finding? Weigh(RingView ring, BenignReference reference)
    {
        var known = ring.Members.Where(m => m.Account.Facts?.Device > 0).ToList();
        if (known.Count < TraitGate.MinActors)
        {
            return null;
        }

        var sharing = known.GroupBy(m => m.Account.Facts!.Device)
            .Where(g => g.Select(m => m.Account.Actor).Distinct().Count() >= 2).Sum(g => g.Count());
        var share = (double)sharing / known.Count;
        return new Finding(
            share, Linkage.Discount(ByShare.At(share) * Math.Min(1, known.Count / 10.0), ring), 1 - ring.Coverage.InRest(RingTraits.SharedDevice), sharing,
            $"{sharing} of {known.Count} members signed up on a device that another unrelated member uses.");
    }
}
