using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>Accounts that claim to be unrelated pay with the same tokens.</summary>
/// <remarks>
/// Sees: members whose payment token another actor of the ring uses. Why extraction shows it: cards are the scarcest thing a pool buys.
/// Statistic: share of members, against the share among everybody else; ln of the ratio, per member, capped. Unit: nats. Cost: one look-up a member.
/// False positives: households, procurement cards, a sponsor's credit; where there is but one shared token, or one pays for most of the ring, it
/// speaks for innocence, because one payer says openly who he is. Evasion: a virtual card for each account; then the absence weighs against, but never much.
/// Source: February 2026 disclosure (shared payment methods).
/// </remarks>
internal sealed class SharedPayment : IEvidence
{
    const double Cap = 4;
    const double OnePlaceShare = 0.6;
    const int MinPlace = 4;
    static readonly Curve ByLargest = new((0.59, 0), (0.6, -1), (0.9, -3)); // whoever pays openly for all hides nobody
    const double Unlinked = -1.5; // pools with a card for each account exist, groups of strangers without shared cards are the rule
    static readonly Curve ByTokens = new((1, 0), (2, 0.3), (3, 0.6), (5, 1)); // a pool has a drawer full of cards
    static readonly Curve ByShare = new((0.0, Unlinked), (0.05, -1), (0.15, 0), (0.3, 2), (0.5, Cap));

    public string Family => Families.Identity;

    public string Trait => "shared-payment";

    public Finding? Weigh(RingView ring, BenignReference reference)
    {
        var payers = ring.Members.Where(m => m.Account.Facts?.Payment > 0).ToList();
        if (payers.Count < TraitGate.MinActors)
        {
            return null;
        }

        var groups = payers.GroupBy(m => m.Account.Facts!.Payment)
            .Where(g => g.Select(m => m.Account.Actor).Distinct().Count() >= 2).ToList();
        var sharing = groups.Sum(g => g.Count());
        var share = (double)sharing / payers.Count;
        var largest = groups.Count == 0 ? 0 : groups.Max(g => g.Count());
        var open = ByLargest.At(largest / (double)payers.Count);
        var hidden = groups.Where(g => !IsOnePlace(g)).ToList();
        var weight = ByShare.At((double)hidden.Sum(g => g.Count()) / payers.Count) * Math.Min(1, payers.Count / 10.0);
        weight = weight > 0 ? weight * ByTokens.At(hidden.Count) : weight;
        var onePayer = open < 0;
        var rest = ring.Coverage.InRest(RingTraits.SharedPayment);
        return new Finding(
            share, onePayer ? Math.Min(weight, open) : weight, 1 - rest, sharing,
            sharing == 0
                ? $"Each of the {payers.Count} members pays with an instrument of its own."
                : onePayer
                    ? $"One payment token pays for {largest} of {payers.Count} members: an open payer, as a sponsor or a household is."
                    : $"{sharing} of {payers.Count} members pay with a token that another unrelated member uses ({groups.Count} tokens).");
    }

    /// <summary>Whether most of who uses a token is met in one network: a school, an office, an event pays openly for its people.</summary>
    static bool IsOnePlace(IEnumerable<RingMember> holders)
    {
        var known = holders.Where(m => m.Account.Networks.Count > 0).ToList();
        return known.Count > 0
            && known.SelectMany(m => m.Account.Networks.Select(n => n.Value)).CountBy(n => n).Max(n => n.Value) >= Math.Max(MinPlace, OnePlaceShare * known.Count);
    }
}
