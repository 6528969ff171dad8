using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>Accounts that claim to be unrelated pay with the same tokens.</summary>
/// <remarks>
/// Sees: members whose payment token another actor of the ring uses. Why extraction shows it: cards are the scarcest thing a pool buys.
/// Statistic: share of members, against the share among everybody else; ln of the ratio, per member, capped. Unit: nats. Cost: one look-up a member.
/// False positives: households, procurement cards, a sponsor's credit; where one token pays for most of the ring it speaks for innocence, because one payer
/// says openly who he is, and a token whose users are met in one network (a school, an office) links nobody, nor do tokens
/// that leave the ring in little pieces (<see cref="Linkage"/>). Evasion: a virtual card for each account; then
/// the absence weighs against, but never much; one card and one exit for each few accounts, who then share exits.
/// Source: February 2026 disclosure (shared payment methods).
/// </remarks>
internal sealed class SharedPayment : IEvidence
{
    const double Cap = 4;
    const double Unlinked = -1.5; // pools with a card for each account exist, groups of strangers without shared cards are the rule
    static readonly Curve ByLargest = new((0.59, 0), (0.6, -1), (0.9, -3)); // whoever pays openly for all hides nobody
    static readonly Curve ByTokens = new((1, 0), (2, 0.3), (3, 0.6), (5, 1)); // a pool has a drawer full of cards
    static readonly Curve ByShare = new((0.0, Unlinked), (0.05, -1), (0.15, 0), (0.3, 2), (0.5, Cap));

    public string Family => Families.Identity;

    public string Trait => "shared-payment";

    public Finding? Weigh(RingView ring, BenignReference reference)
    {
        var payers = Payers.Of(ring.Members);
        if (payers.Known < TraitGate.MinActors)
        {
            return null;
        }

        var open = ByLargest.At((double)payers.Largest / payers.Known);
        var nats = Linkage.Discount(WeightOf(payers), ring);
        return new Finding(
            (double)payers.Sharing / payers.Known, open < 0 ? Math.Min(nats, open) : nats, 1 - ring.Coverage.InRest(RingTraits.SharedPayment),
            payers.Sharing, Says(payers, open < 0));
    }

    /// <summary>What the tokens say that no one place explains, nats.</summary>
    static double WeightOf(Payers payers)
    {
        var nats = ByShare.At((double)payers.Hidden / payers.Known) * Math.Min(1, payers.Known / 10.0);
        return nats > 0 ? nats * ByTokens.At(payers.HiddenTokens) : nats;
    }

    static string Says(Payers payers, bool isOpen) =>
        payers.Sharing == 0 ? $"Each of the {payers.Known} members pays with an instrument of its own."
        : isOpen ? $"One payment token pays for {payers.Largest} of {payers.Known} members: an open payer, as a sponsor or a household is."
        : payers.Hidden < payers.Sharing
            ? $"{payers.Hidden} of {payers.Known} members pay with a token that unrelated members elsewhere use; {payers.Sharing - payers.Hidden} with that of one place."
        : $"{payers.Sharing} of {payers.Known} members pay with a token that another unrelated member uses ({payers.Tokens} tokens).";
}
