using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>Members' cards come from few issuers, their mail from few domains, beyond what the cohort shows.</summary>
/// <remarks>
/// Sees: the commonest card issuer range and mail domain among members. Why extraction shows it: identities are bought by the hundred from one vendor.
/// Statistic: ln of the top value's share over its share in the cohort, the larger of the two. Unit: nats, capped low because a country's banks or
/// one university do the same. Cost: one pass over members. False positives: classes (one university's domain), regional apps.
/// Evasion: mixed vendors. Source: reference list of identity objects; an issuer range is a coarse object only.
/// </remarks>
internal sealed class BatchIdentity : IEvidence
{
    const double Cap = 1;

    public string Family => Families.Identity;

    public string Trait => "payment-bin";

    public Finding? Weigh(RingView ring, BenignReference reference)
    {
        var bins = Top(ring, m => m.Account.Facts?.PaymentBin ?? 0, reference.BinShare);
        var mail = Top(ring, m => m.Account.Facts?.EmailDomain ?? 0, reference.MailShare);
        var best = mail.Nats > bins.Nats ? mail : bins;
        if (best.Known < TraitGate.MinActors)
        {
            return null;
        }

        return new Finding(
            best.Share, Math.Clamp(best.Nats, 0, Cap), 1 - best.Expected, best.Count,
            $"{best.Count} of {best.Known} members share one {(mail.Nats > bins.Nats ? "mail domain" : "card issuer range")}; of the reference cohort {best.Expected:P1} do.");
    }

    static (double Nats, double Share, double Expected, int Count, int Known) Top(RingView ring, Func<RingMember, ulong> value, Func<ulong, double> expected)
    {
        // A token counts once: the accounts of one payer have one issuer by necessity.
        var known = ring.Members.Where(m => value(m) != 0).DistinctBy(m => (value(m), m.Account.Facts!.Payment == 0 ? m.Account.Name : m.Account.Facts.Payment)).ToList();
        if (known.Count < TraitGate.MinActors)
        {
            return default;
        }

        var top = known.GroupBy(value).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).First();
        var share = (double)top.Count() / known.Count;

        // Half the ratio: a top value is chosen from many, so some excess is expected of any group.
        return (share < 0.3 ? 0 : Math.Log(share / expected(top.Key)) / 2, share, expected(top.Key), top.Count(), known.Count);
    }
}
