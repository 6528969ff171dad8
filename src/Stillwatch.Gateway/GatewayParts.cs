using Stillwatch.Gateway.Access;
using Stillwatch.Gateway.Appeals;
using Stillwatch.Gateway.Batches;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Enforcement;
using Stillwatch.Gateway.Enforcement.Withholding;
using Stillwatch.Gateway.Forwarding;
using Stillwatch.Gateway.Keys;
using Stillwatch.Gateway.Metering;
using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Recording;
using Stillwatch.Gateway.Telemetry;
using Stillwatch.Gateway.Verification;
using Stillwatch.Storage.Ownership;

namespace Stillwatch.Gateway;

/// <summary>What every exchange shares. Thread-safe, but for the state, which is swapped as a whole.</summary>
sealed class GatewayParts
{
    GatewayState _state = null!;
    PolicyInForce _policy = null!;

    /// <summary>The configuration in force; read once per exchange.</summary>
    public required GatewayState State
    {
        get => Volatile.Read(ref _state);
        set => Volatile.Write(ref _state, value);
    }

    /// <summary>The policy in force; read once per request.</summary>
    public required PolicyInForce Policy
    {
        get => Volatile.Read(ref _policy);
        set => Volatile.Write(ref _policy, value);
    }

    /// <summary>Who may call at all.</summary>
    public required AccessDesk Access { get; init; }

    /// <summary>Whether this request may go on, and what it takes out of budgets.</summary>
    public required Admission Admission { get; init; }

    public required Ladder Ladder { get; init; }

    /// <summary>What is done to whom now.</summary>
    public ResponseMap Responses => Ladder.Map;

    /// <summary>An account's own view of itself, and its appeals.</summary>
    public required StandingEndpoint Standing { get; init; }

    public required VerificationWebhook Webhook { get; init; }

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

    public required DataPlaneEvents Events { get; init; }

    /// <summary>Cancelled when a stopping gateway has waited long enough for its streams: each then ends in an error event instead of a broken connection.</summary>
    public CancellationToken Stopping { get; init; }

    /// <summary>Counts and logs a request that was refused before it became an exchange.</summary>
    public void Refuse(string requestId, GatewayError error)
    {
        Recorder.CountRefused(error.Code);
        Events.Refused(requestId, error.Code, error.Status);
    }
}
