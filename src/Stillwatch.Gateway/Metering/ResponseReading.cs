using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Metering;

/// <summary>What the side parser has read of one response so far: usage, how it ended, and what the sketch needs of the output.</summary>
/// <remarks>Fed with the upstream's own bytes, before any translation. Reading never fails: what cannot be read is left unknown. Not thread-safe.</remarks>
sealed class ResponseReading(Dialect dialect) : IDisposable
{
    public Dialect Dialect { get; } = dialect;

    /// <summary>Counts the upstream stated so far; null is unknown. In a stream a later statement replaces an earlier one, field by field.</summary>
    public int? InputTokens { get; private set; }

    public int? CacheReadTokens { get; private set; }

    public int? CacheWriteTokens { get; private set; }

    public int? OutputTokens { get; private set; }

    /// <summary>Whether <see cref="OutputTokens"/> is the final count: a last <c>message_delta</c> or usage chunk, or a whole body.</summary>
    public bool OutputIsFinal { get; private set; }

    /// <summary>The upstream's own usage object, its last statement, for the ledger; empty when none or over 4 KiB.</summary>
    public ReadOnlySpan<byte> RawUsage => default;

    /// <summary>The stream's own end was seen (<c>message_stop</c>; <c>[DONE]</c>, or a finish reason on every choice), or a whole body was read.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The upstream stated an error inside the stream.</summary>
    public bool HasError { get; private set; }

    /// <summary>Characters of generated text, reasoning and tool arguments seen so far, in UTF-8 bytes: what an estimate is made from.</summary>
    public long GeneratedBytes { get; private set; }

    /// <summary>Text the model said and ids it was issued, for the sketch.</summary>
    public OutputText Output { get; } = new();

    /// <summary>Reads one event of a stream.</summary>
    public void ReadEvent(in SseFrame frame) => throw new NotImplementedException();

    /// <summary>Reads a whole response body.</summary>
    public void ReadBody(ReadOnlySpan<byte> json) => throw new NotImplementedException();

    public void Dispose() => Output.Dispose();
}
