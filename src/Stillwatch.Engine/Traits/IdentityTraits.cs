namespace Stillwatch.Engine.Traits;

/// <summary>Money, device and sign-up as traits, sighted once, at an account's first exchange.</summary>
/// <remarks>
/// Sees: payment tokens, card BINs, devices, mail domains, referrals and sign-up waves shared by accounts that claim to be unrelated.
/// Why extraction shows it: thousands of accounts need payers, and identities are bought in batches.
/// Unit: one sighting an account. Cost: at most six sightings in an account's life.
/// False positives: households, procurement cards, sponsor credits, classes; they are look-alikes with a count of their own.
/// Evasion: a card and a device for each account, sign-ups spread thin. Source: disclosures of February 2026 (shared payment methods).
/// </remarks>
internal static class IdentityTraits
{
    /// <summary>Width of a sign-up bucket. Waves of purchased sign-ups last hours; 6 h keeps the benign base rate of a bucket measurable.</summary>
    public const long SignupBucketMs = 6 * 3_600_000L;

    public static void Sight(AccountState account, List<Sighting> into)
    {
        if (account.Facts is not { } facts)
        {
            return;
        }

        void Add(TraitKind kind, ulong value)
        {
            if (value != 0)
            {
                into.Add(new Sighting(TraitKey.Of(kind, value), account.Name));
            }
        }

        Add(TraitKind.Payment, facts.Payment);
        Add(TraitKind.PaymentBin, facts.PaymentBin);
        Add(TraitKind.Device, facts.Device);
        Add(TraitKind.EmailDomain, facts.EmailDomain);
        Add(TraitKind.Referral, facts.Referral);
        if (facts.CreatedMs is { } created)
        {
            Add(TraitKind.SignupCohort, SignupValue(created / SignupBucketMs));
        }
    }

    /// <summary>A sign-up bucket spread over all bits, as the value of a trait.</summary>
    public static ulong SignupValue(long bucket) => (ulong)bucket * 0x9E3779B97F4A7C15;
}
