using System.Runtime.CompilerServices;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Sketches;

/// <summary>The fixed-size, keyed, content-free summary of an exchange: all that detection keeps.</summary>
public struct ExchangeSketch
{
    /// <summary>Unix time, milliseconds.</summary>
    public long TimeMs;

    /// <summary>Keyed name of the account.</summary>
    public ulong Account;

    /// <summary>Keyed name of the organization the log states, 0 when none.</summary>
    public ulong Organization;

    /// <summary>Keyed hash of the exchange's id and content: orders exchanges of one millisecond, samples them without bias.</summary>
    public ulong Order;

    /// <summary>Keyed hash of the new user text as it stands, 0 when there is none: equal items are the same question.</summary>
    public ulong Item;

    /// <summary>Keyed hash of the conversation's first user text.</summary>
    public ulong Task;

    /// <summary>Index of the model in <see cref="ModelNames"/>.</summary>
    public int Model;

    public int NewUserTokens;

    /// <summary>Output tokens stated by the log, else estimated from the text; -1 when neither is known.</summary>
    public int OutputTokens;

    public ExchangeTraits Traits;

    public Capabilities Cues;

    /// <summary>Content keys: skeletons, shingles, system prompt, tool schema. <see cref="KeyCount"/> of them are set.</summary>
    public ContentKeys Keys;

    public int KeyCount;

    /// <summary>Network trait (/24 of IPv4, /48 of IPv6), 0 when unknown.</summary>
    public ulong Network;

    /// <summary>TLS fingerprint joint with the claimed client, 0 when neither is known.</summary>
    public ulong Tls;

    /// <summary>Fingerprints of what we said, for the own-output index. Zero slots are empty.</summary>
    public Fingerprints Said;

    /// <summary>Fingerprints of what the caller sent in, to be looked up there.</summary>
    public Fingerprints Heard;

    /// <summary>Keyed ids issued by us in the response.</summary>
    public IdKeys Issued;

    /// <summary>Keyed ids of ours the caller presents.</summary>
    public IdKeys Presented;

    /// <summary>Registered app the exchange claims, as index + 1 into the app register; 0 when none.</summary>
    public int App;
}

/// <summary>Facts of shape, one bit each.</summary>
[Flags]
public enum ExchangeTraits : ushort
{
    None = 0,

    /// <summary>First turn of a conversation: starts a task.</summary>
    StartsTask = 1,

    /// <summary>A person's next turn: an assistant turn before it, new user text, no tool result.</summary>
    FollowUp = 2,

    /// <summary>A turn of a tool loop.</summary>
    ToolLoop = 4,
    HasTools = 8,
    HasSystem = 16,
    Batch = 32,

    /// <summary>Status 400 or above.</summary>
    Failed = 64,
    Stream = 128,
}

/// <summary>Capabilities a request is shaped to extract, one bit each.</summary>
[Flags]
public enum Capabilities : byte
{
    None = 0,
    ReasoningElicitation = 1,
    RubricGrading = 2,
    SafeRewriting = 4,
    SyntheticData = 8,
    AgenticTrajectories = 16,
    AgenticCoding = 32,
}

[InlineArray(Capacity)]
public struct ContentKeys
{
    public const int Capacity = 22;
    ulong _first;
}

[InlineArray(Capacity)]
public struct Fingerprints
{
    public const int Capacity = 6;
    ulong _first;
}

[InlineArray(Capacity)]
public struct IdKeys
{
    public const int Capacity = 4;
    ulong _first;
}
