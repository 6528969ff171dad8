using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>Members come through the same networks more than those networks' own crowds explain.</summary>
/// <remarks>
/// Sees: members on a /24 or /48 that holds more of the ring than chance (Poisson, 5 nats); a network most of the ring uses is left out, being a
/// campus, an office or an app's backend. Why extraction shows it: exits are rented in blocks. Statistic: share of members. Unit: share.
/// Where a handful of exits serves everybody, twenty heads each or more, it speaks for innocence: so classes that share kinds of things, but no thing.
/// Cost: at most twelve look-ups a member. False positives: carrier NAT, VPN, campus; hence the exclusion and the crowd correction.
/// Evasion: a residential exit for each account. Source: disclosures (proxy networks); CGNAT study of October 2025 for the correction.
/// </remarks>
internal sealed class SharedNetwork : IEvidence
{
    const double Crowded = -2; // a campus, an office: many heads an exit; a pool spreads its accounts
    static readonly Curve ByCrowd = new((20, 0), (40, Crowded));
    static readonly Curve ByNetworks = new((2, 0.1), (5, 0.6), (8, 1)); // an office, a class, an event has one to four exits, a pool many
    static readonly Curve ByShare = new((0.05, 0), (0.25, 1.5), (0.6, 4));

    public string Family => Families.Infrastructure;

    public string Trait => "network";

    public Finding? Weigh(RingView ring, BenignReference reference)
    {
        var known = ring.Members.Count(m => m.Account.Networks.Count > 0);
        if (known < TraitGate.MinActors)
        {
            return null;
        }

        var sharing = ring.Count(RingTraits.SharedNetwork);
        var share = (double)sharing / known;
        var heads = ring.SharedNetworks == 0 ? 0 : (double)sharing / ring.SharedNetworks;
        var nats = ByShare.At(share) * Math.Min(1, known / 10.0) * ByNetworks.At(ring.SharedNetworks);
        return new Finding(
            share, ByCrowd.At(heads) is < 0 and var crowded ? crowded : Linkage.Discount(nats, ring), 1 - ring.Coverage.InRest(RingTraits.SharedNetwork), sharing,
            $"{sharing} of {known} members come through {ring.SharedNetworks} networks that hold far more of this ring than their own crowd explains.");
    }
}
