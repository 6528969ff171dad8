namespace Stillwatch.Gateway.Metering;

/// <summary>Our own count of tokens: o200k_base (Microsoft.ML.Tokenizers), bounded. Thread-safe; one per process, it holds some 90 MB once used.</summary>
/// <remarks>
/// A run without word breaks costs the tokenizer quadratic time (16 KB of one letter: 84 ms), so text is fed in pieces and a long
/// run is cut; beyond a budget per call the rest is extrapolated from bytes.
/// </remarks>
sealed class TokenCounter
{
    /// <summary>Tokens of a text in UTF-8.</summary>
    public int Count(ReadOnlySpan<byte> text) => throw new NotImplementedException();

    /// <summary>Input tokens of a whole request body of either dialect: system, tools, messages and their framing; images by a flat rate.</summary>
    public int CountRequest(ReadOnlySpan<byte> body) => throw new NotImplementedException();
}
