using System.Buffers;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace Stillwatch.Gateway.Metering;

/// <summary>Our own count of tokens: o200k_base (Microsoft.ML.Tokenizers), bounded. Thread-safe; one per process, it holds some 90 MB once used.</summary>
/// <remarks>
/// The first call starts the loading (about half a second) in the background; until it is done, and for ever if it fails, counts come
/// from bytes alone. A run without word breaks costs the tokenizer quadratic time (16,000 Chinese characters: a second), so text is
/// fed in pieces and a long run is cut; of a text over <see cref="BudgetBytes"/> evenly spaced windows are counted and the rest is taken in proportion.
/// </remarks>
sealed class TokenCounter
{
    /// <summary>Bytes of one text that are looked at: about 1 ms of prose, some 20 ms of the worst we know (random base64).</summary>
    public const int BudgetBytes = 32 * 1024;

    const int WindowBytes = 4 * 1024;
    const int Windows = BudgetBytes / WindowBytes;

    // The weight of a run is about its bytes. Cutting every 128 adds at most one token to some fifteen.
    const int MaxRunWeight = 128;
    const int NonAsciiWeight = 3;
    const int MaxPieceChars = 2048;

    // Bytes to a token of ordinary text, for the time before the tokenizer is there: English prose and code, and everything beyond ASCII.
    const double AsciiBytesPerToken = 4.2;
    const double OtherBytesPerToken = 1.5;

    readonly Lazy<Task<TiktokenTokenizer>> _tokenizer;

    public TokenCounter()
        : this(() => TiktokenTokenizer.CreateForEncoding("o200k_base"))
    {
    }

    internal TokenCounter(Func<TiktokenTokenizer> load)
    {
        _tokenizer = new(() => Task.Run(load));
    }

    /// <summary>Begins the loading, if nobody has; done when counts are exact. Faulted when the tokenizer could not be loaded: for the host to log.</summary>
    public Task Loading => _tokenizer.Value;

    /// <summary>Tokens of a text in UTF-8.</summary>
    public int Count(ReadOnlySpan<byte> text)
    {
        if (_tokenizer.Value is not { IsCompletedSuccessfully: true } loaded)
        {
            var other = CountOther(text);
            return FromBytes(text.Length - other, other);
        }

        if (text.Length <= BudgetBytes)
        {
            return CountAll(loaded.Result, text);
        }

        long tokens = 0, bytes = 0;
        for (var i = 0; i < Windows; i++)
        {
            var start = (int)((text.Length - WindowBytes) * (long)i / (Windows - 1));
            var window = WholeCodePoints(text.Slice(start, WindowBytes));
            tokens += CountAll(loaded.Result, window);
            bytes += window.Length;
        }

        return Scaled(tokens, text.Length, bytes);
    }

    /// <summary>Input tokens of a whole request body of either dialect: system, tools, messages and their framing; images by a flat rate.</summary>
    public int CountRequest(ReadOnlySpan<byte> body)
    {
        using var request = new RequestText(body);
        var kept = request.Kept;
        var tokens = kept.IsEmpty ? 0 : Scaled(Count(kept), request.TextBytes, kept.Length);
        return (int)Math.Clamp((long)tokens + request.FlatTokens, 1, int.MaxValue);
    }

    /// <summary>A count from the number of bytes alone.</summary>
    public static int FromBytes(long asciiBytes, long otherBytes)
        => (int)Math.Min(int.MaxValue, Math.Ceiling((asciiBytes / AsciiBytesPerToken) + (otherBytes / OtherBytesPerToken)));

    /// <summary>What <paramref name="tokens"/> in a part of <paramref name="partBytes"/> come to in the whole.</summary>
    public static int Scaled(long tokens, long wholeBytes, long partBytes)
        => (int)Math.Min(int.MaxValue, Math.Ceiling(tokens * ((double)wholeBytes / Math.Max(1, partBytes))));

    /// <summary>Bytes that are not ASCII.</summary>
    public static int CountOther(ReadOnlySpan<byte> text)
    {
        var count = 0;
        foreach (var b in text)
        {
            count += b >> 7;
        }

        return count;
    }

    static int CountAll(TiktokenTokenizer tokenizer, ReadOnlySpan<byte> text)
    {
        var buffer = ArrayPool<char>.Shared.Rent(text.Length);
        var tokens = 0;
        for (var rest = buffer.AsSpan(0, Encoding.UTF8.GetChars(text, buffer)); !rest.IsEmpty;)
        {
            var piece = rest[..PieceLength(rest)];
            tokens += tokenizer.CountTokens(piece, considerPreTokenization: true, considerNormalization: false);
            rest = rest[piece.Length..];
        }

        ArrayPool<char>.Shared.Return(buffer);
        return tokens;
    }

    // Up to the first white space after enough text, or in the middle of a run that is too long.
    static int PieceLength(ReadOnlySpan<char> text)
    {
        var weight = 0;
        var inSpace = false;
        for (var i = 0; i < text.Length; i++)
        {
            var isSpace = char.IsWhiteSpace(text[i]);
            if (isSpace != inSpace)
            {
                if (isSpace && i >= MaxPieceChars)
                {
                    return i;
                }

                inSpace = isSpace;
                weight = 0;
            }

            weight += char.IsAscii(text[i]) ? 1 : NonAsciiWeight;
            if (weight > MaxRunWeight && !char.IsLowSurrogate(text[i]))
            {
                return i;
            }
        }

        return text.Length;
    }

    static ReadOnlySpan<byte> WholeCodePoints(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty && (text[0] & 0xC0) == 0x80)
        {
            text = text[1..];
        }

        for (var end = text.Length - 1; end >= Math.Max(0, text.Length - 4); end--)
        {
            if ((text[end] & 0xC0) != 0x80)
            {
                return text[end] < 0x80 ? text : text[..end];
            }
        }

        return text;
    }
}
