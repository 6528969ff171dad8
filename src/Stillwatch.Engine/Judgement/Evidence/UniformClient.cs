using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>Members present one client, TLS fingerprint and user agent together, beyond its popularity; or each his own, as people do.</summary>
/// <remarks>
/// Sees: the commonest (JA4, user agent) among members. Why extraction shows it: one program drives every account.
/// Statistic: its share in the ring; from a half up, ln of that over its share in the population. Unit: nats, capped low both ways: an app's users share a
/// client too, and clients can be imitated. Cost: one pass over members. False positives: apps, SDK defaults (corrected by their popularity).
/// Evasion: the official client's fingerprint, which then weighs nothing; a client for each account. Source: public relay threads on fingerprint imitation.
/// </remarks>
internal sealed class UniformClient : IEvidence
{
    const double Cap = 1.5;
    const double ManyMembers = 20;
    static readonly Curve ByDiversity = new((0.15, -1.5), (0.3, -0.5), (0.5, 0)); // a class of thirty brings a dozen browsers and tools

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
            share, NatsOf(share, rest, ring.Members.Count), 1 - rest, count,
            $"{count} of {ring.Members.Count} members present one and the same client; of all others {rest:P1} do.");
    }

    /// <param name="share">Of the ring's members, 0 to 1, that present its commonest client; <paramref name="rest"/> of everybody else.</param>
    internal static double NatsOf(double share, double rest, int members) => share < 0.5
        ? ByDiversity.At(share) * Math.Min(1, members / ManyMembers)
        : Math.Clamp(Math.Log(share / rest) / 2, 0, Cap);
}
