using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Recording;

namespace Stillwatch.Gateway.Enforcement.Withholding;

/// <summary>
/// What withholding shares between exchanges: the seal, the memory for callers who cannot carry a token, and the way back into
/// requests. One per gateway. Thread-safe.
/// </summary>
sealed class ReasoningVault
{
    /// <param name="secret">The data directory's pepper.</param>
    /// <param name="previous">The pepper before, after a rotation; empty: none.</param>
    /// <param name="time">Ages the memory and spaces the pings.</param>
    public ReasoningVault(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> previous, TimeProvider time)
    {
        (Seal, Memory, Time) = (new ReasoningSeal(secret, previous), new ReasoningMemory(time), time);
        Restore = new ReasoningRestore(Seal, Memory);
    }

    public ReasoningSeal Seal { get; }

    public ReasoningMemory Memory { get; }

    public TimeProvider Time { get; }

    /// <summary>For every request of every account: an account that is no longer withheld still sends its tokens.</summary>
    public ReasoningRestore Restore { get; }

    /// <summary>Reasoning that will not come back: <c>oversized</c>, beyond what a token carries.</summary>
    public ReasonTally Lost { get; } = new();

    /// <summary>The withholding of one response.</summary>
    public Withholding For(Dialect face, string account, string requestId, bool statesThinkingTokens = false, bool textBeginsInside = false) =>
        new(this, face, account, requestId) { StatesThinkingTokens = statesThinkingTokens, TextBeginsInside = textBeginsInside };
}
