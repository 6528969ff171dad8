using Stillwatch.Engine.Judgement;
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

    /// <summary>What was learned of the operator's own traffic; null: the map that comes with the engine.</summary>
    public LearnedCalibration? Learned { get; init; }

    /// <summary>From the sum of a ring's evidence to the confidence that is stated.</summary>
    public CalibrationMap Calibration => Learned?.Map ?? CalibrationMap.Shipped;

    /// <summary>Evidence families or traits to leave out: for ablation, never in production.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];
}

/// <summary>How the memory ceiling is shared out. Sizes hang on the budget alone, never on the number of shards.</summary>
/// <remarks>
/// Eighths: the doorkeeper 1, own outputs 1, traits 2, accounts and their samples 3; the last is for what comes and goes: epochs that wait, and
/// the arrays of a judgement. Tables are charged by what they hold; at its share a table gives up the least it has and counts it.
/// </remarks>
internal sealed class MemoryShare(long budgetBytes)
{
    /// <summary>Partitions of accounts and of traits: the grain in which shards can own them.</summary>
    public const int Partitions = 64;

    const long MinBytes = 64L << 20;
    const int DoorkeeperSlotBytes = 24;
    const int OutputSlotBytes = 40;

    readonly long _bytes = Math.Max(budgetBytes, MinBytes);

    public int DoorkeeperSlots => FloorPowerOfTwo(_bytes / 8 / Partitions / DoorkeeperSlotBytes);

    /// <summary>Bytes of the traits of a partition.</summary>
    public long TraitBytes => _bytes / 4 / Partitions;

    public int OutputSlots => FloorPowerOfTwo(_bytes / 8 / Partitions / OutputSlotBytes);

    /// <summary>Bytes of the accounts of a partition and of their samples.</summary>
    public long AccountBytes => _bytes / 8 * 3 / Partitions;

    static int FloorPowerOfTwo(long value) => 1 << System.Numerics.BitOperations.Log2((ulong)Math.Max(1, value));
}
