using Stillwatch.Engine.Responses;

namespace Stillwatch.Engine;

/// <summary>What a detector is told before the first exchange; it never changes afterwards.</summary>
public sealed record DetectorSettings
{
    public Policy Policy { get; init; } = new();

    /// <summary>Ceiling of the detector's tables, bytes; at least 64 MiB.</summary>
    public long MemoryBytes { get; init; } = 768L << 20;

    /// <summary>How many shards share the work; any number gives the same report. 1 to 64.</summary>
    public int Shards { get; init; } = 2;

    /// <summary>Evidence families or traits to leave out: for ablation, never in production.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];
}

/// <summary>How the memory ceiling is shared out. Sizes hang on the budget alone, never on the number of shards.</summary>
internal sealed class MemoryShare(long budgetBytes)
{
    /// <summary>Partitions of accounts and of traits: the grain in which shards can own them.</summary>
    public const int Partitions = 64;

    const long MinBytes = 64L << 20;
    const int DoorkeeperSlotBytes = 24;
    const int OutputSlotBytes = 40;
    const int TraitBytes = 420;     // record, dictionary entry and a sample that is mostly short; measured
    const int AccountBytes = 1_600; // record, lists, dictionary entry, without the sample; measured
    const int DigestBytes = 128;

    readonly long _bytes = Math.Max(budgetBytes, MinBytes);

    // Shares in eighths: doorkeeper 1, traits 2, own outputs 1, accounts and their samples 4.
    public int DoorkeeperSlots => FloorPowerOfTwo(_bytes / 8 / Partitions / DoorkeeperSlotBytes);

    public int MaxTraits => (int)(_bytes / 4 / Partitions / TraitBytes);

    public int OutputSlots => FloorPowerOfTwo(_bytes / 8 / Partitions / OutputSlotBytes);

    public int MaxAccounts => (int)(_bytes / 2 / Partitions / (AccountBytes + (SampleSize * DigestBytes / 8)));

    /// <summary>Exchanges kept of one account, 16 to 64: most accounts never fill their sample.</summary>
    public int SampleSize => _bytes >= 512L << 20 ? 64 : _bytes >= 256L << 20 ? 48 : _bytes >= 128L << 20 ? 32 : 16;

    static int FloorPowerOfTwo(long value) => 1 << System.Numerics.BitOperations.Log2((ulong)Math.Max(1, value));
}
