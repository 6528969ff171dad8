using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>Members present one client: TLS fingerprint and user agent together, beyond its popularity.</summary>
/// <remarks>
/// Sees: the commonest (JA4, user agent) among members. Why extraction shows it: one program drives every account.
/// Statistic: ln of its share in the ring over its share in the population. Unit: nats, capped low: an app's users share a client too.
/// Cost: one pass over members. False positives: apps, SDK defaults (corrected by their popularity). Evasion: the official client's fingerprint,
/// which then weighs nothing. Source: public relay threads on fingerprint imitation.
/// </remarks>
internal sealed class UniformClient : IEvidence
{
    const double Cap = 1.5;

    public string Family => Families.Infrastructure;

    public string Trait => "tls-fingerprint";

    public Finding? Weigh(RingView ring, BenignReference reference)
    {
        var share = ring.Share(RingTraits.RingClient);
        if (reference.Background.WithClient < TraitGate.MinActors || share == 0)
        {
            return null;
        }

        var rest = ring.Coverage.InRest(RingTraits.RingClient);
        var count = ring.Count(RingTraits.RingClient);
        return new Finding(
            share, share < 0.5 ? 0 : Math.Clamp(Math.Log(share / rest) / 2, 0, Cap), 1 - rest, count,
            $"{count} of {ring.Members.Count} members present one and the same client; of all others {rest:P1} do.");
    }
}
