namespace Stillwatch.Engine.Traits;

/// <summary>What sort of thing accounts can share. The value is the top four bits of a <see cref="TraitKey"/>.</summary>
public enum TraitKind : byte
{
    /// <summary>No trait; as a domain, the name of an account.</summary>
    None = 0,
    Payment = 1,
    Device = 2,
    TlsFingerprint = 3,
    Network = 4,
    SignupCohort = 5,

    /// <summary>The first 8, 16 or 24 tokens of the new user text.</summary>
    HeadSkeleton = 6,

    /// <summary>The last 4, 8 or 16 tokens of the new user text.</summary>
    TailSkeleton = 7,

    /// <summary>A sampled shingle of four tokens of the new user text.</summary>
    Shingle = 8,
    SystemPrompt = 9,

    /// <summary>A sampled shingle of the system prompt: survives a date or a name in it.</summary>
    SystemShingle = 10,
    ToolSchema = 11,
    EmailDomain = 12,
    PaymentBin = 13,
    Referral = 14,

    /// <summary>Text or ids we made for another account.</summary>
    OwnOutput = 15,
}

/// <summary>Kinds that are asked for together.</summary>
internal static class TraitKinds
{
    /// <summary>A part of what a user writes: its head, its tail, or something of it.</summary>
    public static bool IsUserText(this TraitKind kind) => kind is >= TraitKind.HeadSkeleton and <= TraitKind.Shingle;

    /// <summary>Something of what is sent: the user's text, the system prompt, the tools.</summary>
    public static bool IsContent(this TraitKind kind) => kind is >= TraitKind.HeadSkeleton and <= TraitKind.ToolSchema;
}

/// <summary>A trait as (kind, keyed hash): four bits of kind, sixty of hash.</summary>
public readonly record struct TraitKey(ulong Value)
{
    const int KindShift = 60;

    public TraitKind Kind => (TraitKind)(Value >> KindShift);

    /// <summary>The first 32 bits of the hash with the kind: what account digests keep.</summary>
    public uint Short => (uint)(Value >> 32);

    public static TraitKey Of(TraitKind kind, ulong hash) => new(((ulong)kind << KindShift) | (hash >> 4));
}

/// <summary>The names of kinds and families as reports spell them.</summary>
public static class TraitNames
{
    public static string Of(TraitKind kind) => kind switch
    {
        _ when kind.IsUserText() => "prompt-template",
        TraitKind.Payment => "shared-payment",
        TraitKind.Device => "shared-device",
        TraitKind.TlsFingerprint => "tls-fingerprint",
        TraitKind.Network => "network",
        TraitKind.SignupCohort => "signup-cohort",
        TraitKind.SystemPrompt or TraitKind.SystemShingle => "system-prompt",
        TraitKind.ToolSchema => "tool-schema",
        TraitKind.EmailDomain => "email-domain",
        TraitKind.PaymentBin => "payment-bin",
        TraitKind.Referral => "referral",
        TraitKind.OwnOutput => "own-output",
        _ => "account",
    };
}
