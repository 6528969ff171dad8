using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement.Evidence;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement;

/// <summary>One account of a judged ring: its own balance and the rung that follows, never above the ring's.</summary>
/// <param name="Licence">The one it held then, null for none.</param>
internal sealed record JudgedAccount(RingMember Member, JudgedRing Ring, Licence? Licence, double Logit, Rung Rung)
{
    /// <summary>Made when it is asked for: a judgement needs the sums alone, and has accounts by the ten thousand.</summary>
    public Balance Balance => AccountJudge.BalanceOf(Member, Ring, Licence);

    public double Confidence => 1 / (1 + Math.Exp(-Logit));
}

/// <summary>Whether an account belongs to its ring, from the base rate up by what it has of its own; no surer than the ring is a campaign.</summary>
/// <remarks>
/// Own items are the weights of <see cref="CoverageWeights"/>. Any rung above observe needs ties of the account's own that are neither what it asks,
/// nor when, if the ring has such links at all, and a restriction needs <see cref="TiesToRestrict"/>: an ordinary user of a ring's template who met one of its exits is left alone.
/// </remarks>
internal sealed class AccountJudge(Policy policy)
{
    const double LicensedPrior = -3; // a registered purpose makes the innocent reading likelier; it never ends detection
    const double Worth = 0.02;

    // How many ties a restriction needs: one exit, or one hour of sign-up, may be met by chance.
    const double TiesToRestrict = 2.5;
    const double SureTies = 3;

    static readonly IReadOnlyList<(RingTraits Trait, string Family, string Name, string Has, string Lacks)> Own =
    [
        (RingTraits.MostlyTemplate, Families.Content, "prompt-template", "Most of its exchanges follow the ring's templates.", "Less than half of its exchanges follow the ring's templates."),
        (RingTraits.FollowsUp, Families.Content, "follow-ups", "A person continues its conversations.", "Nobody continues its conversations."),
        (RingTraits.SharedPayment, Families.Identity, "shared-payment", "It pays with a token that other members use.", "It shares no payment token with the ring."),
        (RingTraits.SignupWave, Families.Identity, "signup-cohort", "It signed up in one of the ring's waves.", "It did not sign up in the ring's waves."),
        (RingTraits.InOrganization, Families.Identity, "organization", "It belongs to an organization that says so.", "It names no organization."),
        (RingTraits.WellVerified, Families.Identity, "verification", "It is verified as a person or an organization.", "Nobody verified who it is."),
        (RingTraits.ReferenceCohort, Families.Identity, "reference-cohort", "It is aged, verified and unlinked.", "It is not an aged, verified, unlinked account."),
        (RingTraits.SharedDevice, Families.Infrastructure, "shared-device", "It signed up on a device that other members use.", "It shares no device with the ring."),
        (RingTraits.SharedNetwork, Families.Infrastructure, "network", "It comes through the ring's networks.", "It does not come through the ring's networks."),
        (RingTraits.RingClient, Families.Infrastructure, "tls-fingerprint", "It presents the ring's client.", "It presents another client than the ring."),
        (RingTraits.MachineRhythm, Families.Time, "activity-rhythm", "Its gaps are as even as a scheduler's.", "Its gaps are not a scheduler's."),
        (RingTraits.ManyUsers, Families.Content, "many-users", "It serves several conversations at once.", "It holds one conversation at a time."),
        (RingTraits.OwnOutput, Families.OwnOutput, "own-output", "It sent in what we said to another member, again and again or in a circle of members.", ""),
        (RingTraits.SomeOutput, Families.OwnOutput, "own-output-once", "It sent in what we said to another member, once.", ""),
    ];

    public JudgedAccount Judge(RingMember member, JudgedRing ring, Rung held, long nowMs)
    {
        var licence = LicenceOf(member, nowMs);
        var logit = Sum(ItemsOf(member, ring, licence, out var own));
        var decisive = Math.Min(logit, own + Doubt(own, ring.DecisiveLogit)); // calibration may state more; it raises no rung
        var rung = policy.Decide(ring.Verdict, decisive, ring.Balance.ByFamily, held, ring.IsConclusive && member.Has(RingTraits.OwnOutput));
        rung = rung < ring.Rung ? rung : ring.Rung;
        var most = member.TieCount >= TiesToRestrict ? Rung.Suspend : member.IsTied || !ring.Ring.Coverage.IsTied ? Rung.Verify : Rung.Observe;
        rung = rung < most ? rung : most;
        if (ring.Verdict == Verdict.Resale && member.Account.LaterTurns >= AccountFeatures.MinLaterTurns && !member.Has(RingTraits.ManyUsers) && member.TieCount < SureTies)
        {
            rung = Rung.Observe; // who holds one conversation at a time resells nothing
        }

        return new JudgedAccount(member, ring, licence, logit, Allows(licence, ring.Verdict) ? Rung.Observe : rung);
    }

    public static Balance BalanceOf(RingMember member, JudgedRing ring, Licence? licence) => Balance.Of(ItemsOf(member, ring, licence, out _), uncapped: "campaign");

    /// <param name="own">The sum before the ring's uncertainty, nats.</param>
    static List<EvidenceItem> ItemsOf(RingMember member, JudgedRing ring, Licence? licence, out double own)
    {
        var items = new List<EvidenceItem>(Own.Count + 4) { Inherited("account-prior", ring.Ring.Prior, "Most accounts belong to no campaign.") };
        if (licence is not null)
        {
            items.Add(Inherited("licence", LicensedPrior, $"A licence for {licence.Purpose} is registered."));
        }

        items.AddRange(OwnItems(member, ring.Ring.Coverage));
        own = Sum(items);
        items.Add(Inherited("campaign", Doubt(own, ring.Verdict == Verdict.Automation ? -ring.Logit : ring.Logit), "An account is no surer a part of a campaign than its ring is one."));
        if (Calibration.Ceiling(Sum(items)) is not 0 and var offset)
        {
            items.Add(Inherited("calibration", offset, "No confidence beyond one in a million is claimed."));
        }

        return items;
    }

    /// <summary>The licence an account holds on the day of <paramref name="nowMs"/>, null when none or expired.</summary>
    public static Licence? LicenceOf(RingMember member, long nowMs)
    {
        var licence = member.Account.Facts?.Licence;
        return licence?.Until is { } until && until < DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(nowMs).UtcDateTime) ? null : licence;
    }

    /// <summary>Whether a licence's purpose is what the verdict says happens.</summary>
    public static bool Allows(Licence? licence, Verdict verdict) =>
        licence is not null && licence.Purpose == (verdict == Verdict.Resale ? "resale" : "distillation");

    /// <summary>Items of family campaign are taken as they are; the account's own go through discount and cap.</summary>
    static double Sum(List<EvidenceItem> items) => Balance.SumOf(items, uncapped: "campaign");

    static EvidenceItem Inherited(string trait, double nats, string says) =>
        new("campaign", trait, nats, "individual", 0, nats, nats, 1, 0, 0, says);

    static IEnumerable<EvidenceItem> OwnItems(RingMember member, CoverageWeights coverage)
    {
        foreach (var (trait, family, name, has, lacks) in Own)
        {
            var present = member.Has(trait);
            var nats = coverage.Of(trait, member.Likeness);
            if (Math.Abs(nats) >= Worth && (present || lacks.Length > 0))
            {
                yield return new EvidenceItem(
                    family, name, present ? 1 : 0, "individual", 1 - coverage.InRest(trait), nats, 0, 1, 0,
                    Math.Log(coverage.InRing(trait) / coverage.InRest(trait)), present ? has : lacks);
            }
        }
    }

    /// <summary>What the ring's own uncertainty takes from a membership of <paramref name="member"/> nats, so that the two probabilities multiply.</summary>
    static double Doubt(double member, double campaign)
    {
        var both = 1 / ((1 + Math.Exp(-member)) * (1 + Math.Exp(-campaign)));
        return Policy.Logit(Math.Clamp(both, 1e-9, 1 - 1e-9)) - member;
    }
}
