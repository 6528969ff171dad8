using Stillwatch.Gateway.Batches;
using Stillwatch.Gateway.Enforcement.Withholding;
using Stillwatch.Gateway.Forwarding;
using Stillwatch.Gateway.Keys;
using Stillwatch.Gateway.Metering;
using Stillwatch.Gateway.Recording;
using Stillwatch.Gateway.Telemetry;
using Stillwatch.Storage.Ownership;

namespace Stillwatch.Gateway;

/// <summary>What every exchange shares. Thread-safe, but for the state, which is swapped as a whole.</summary>
sealed class GatewayParts
{
    GatewayState _state = null!;

    /// <summary>The configuration in force; read once per exchange.</summary>
    public required GatewayState State
    {
        get => Volatile.Read(ref _state);
        set => Volatile.Write(ref _state, value);
    }

    /// <summary>Says when exchanges happen; a demonstration gives simulated days.</summary>
    public required TimeProvider EventTime { get; init; }

    /// <summary>Runs timeouts and measures durations.</summary>
    public required TimeProvider Time { get; init; }

    public required KeyRing Keys { get; init; }

    public required SketchDesks Desks { get; init; }

    public required ExchangeRecorder Recorder { get; init; }

    /// <summary>Takes texts; null unless the operator logs content.</summary>
    public ContentLog? Content { get; init; }

    public required TokenCounter Tokens { get; init; }

    public required BufferBudget Buffers { get; init; }

    /// <summary>Who made which batch and which file.</summary>
    public required OwnershipStore Owners { get; init; }

    /// <summary>Sketches of batches' requests, until their results are fetched.</summary>
    public BatchSketches BatchSketches { get; } = new();

    /// <summary>Withholds reasoning, and puts it back into requests.</summary>
    public required ReasoningVault Reasoning { get; init; }

    /// <summary>Whose reasoning is withheld, asked once for each exchange when its request was read; null withholds nobody's.</summary>
    public Func<InferenceExchange, Withholding?>? Withhold { get; set; }

    public required DataPlaneEvents Events { get; init; }
}
