using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>Members move about in one pool of exits: each uses several of the networks that the others use.</summary>
/// <remarks>
/// Sees: how many of the ring's own networks a member came through. Why extraction shows it: a rented pool rotates its exits among all accounts.
/// Statistic: mean number of such networks a member. Unit: count; an office or a campus 1, a rotating pool 2 to 10. Cost: from the network evidence.
/// False positives: people who commute between one company's sites; hence four networks at least. Evasion: one exit an account for ever.
/// Source: relay documentation (an account, a proxy) and disclosures of rotating proxy networks.
/// </remarks>
internal sealed class ExitPool : IEvidence
{
    const int MinNetworks = 4;
    static readonly Curve ByExits = new((1.1, 0), (2, 2), (3, 3));

    public string Family => Families.Infrastructure;

    public string Trait => "exit-pool";

    public Finding? Weigh(RingView ring, BenignReference reference)
    {
        if (ring.SharedNetworks < MinNetworks)
        {
            return null;
        }

        var mean = ring.Members.Average(m => m.Exits);
        var moving = ring.Members.Count(m => m.Exits >= 2);
        return new Finding(
            mean, ByExits.At(mean) * Math.Min(1, ring.Members.Count / 10.0), 1 - ring.Coverage.InRest(RingTraits.SharedNetwork), moving,
            $"{moving} of {ring.Members.Count} members came through two or more of the ring's {ring.SharedNetworks} networks, {mean:0.0} on average.");
    }
}
