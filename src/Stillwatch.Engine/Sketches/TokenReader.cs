using System.Buffers.Binary;
using System.Numerics;

namespace Stillwatch.Engine.Sketches;

/// <summary>Turns UTF-8 text into keyed token hashes in one pass: lower case, digit runs, quotations, code and URLs masked.</summary>
/// <remarks>
/// Masking is what makes two fillings of one template look alike. A CJK character is a token by itself; other scripts split at spaces and
/// punctuation. Invalid bytes are punctuation. Never allocates; reads at most <see cref="MaxTokens"/> tokens. Thread-safe.
/// </remarks>
internal sealed class TokenReader(ulong seed)
{
    public const int MaxTokens = 16 * 1024;

    /// <summary>Length of a buffer for tokens: room for one block more, which is read before its tokens are counted.</summary>
    public const int BufferTokens = MaxTokens + ByteClasses.Bytes;

    const int WindowBytes = ByteClasses.Bytes + sizeof(ulong); // eight bytes can be read wherever a token starts
    const uint Http = 0x70747468;                              // "http" in little endian
    const int MaxQuoteBytes = 240;                             // a longer quotation is a text of its own and is read

    readonly ulong _url = TokenHash.Mask(seed, 1);
    readonly ulong _number = TokenHash.Mask(seed, 2);
    readonly ulong _quote = TokenHash.Mask(seed, 3);
    readonly ulong _code = TokenHash.Mask(seed, 4);
    readonly WideWords _wide = new(seed, TokenHash.Mask(seed, 2)); // the same number

    /// <summary>Reads the tokens of <paramref name="text"/> and returns how many there are.</summary>
    /// <param name="into">Of length <see cref="BufferTokens"/>; what is in it after the tokens is of no meaning.</param>
    /// <param name="ideographs">Whether some were CJK characters, for which cue words are pairs of tokens.</param>
    public int ReadAll(ReadOnlySpan<byte> text, Span<ulong> into, out bool ideographs)
    {
        ideographs = false;
        Span<byte> padded = stackalloc byte[WindowBytes];
        var (n, at) = (0, 0);
        while (at < text.Length && n < MaxTokens)
        {
            scoped var window = text[at..];
            if (window.Length < WindowBytes)
            {
                padded.Fill((byte)' ');
                window.CopyTo(padded);
                window = padded;
            }

            var classes = ByteClasses.Of(window);
            var stop = classes.Unfinished;
            var specialEnd = -1;
            for (var special = Below(classes.Special, stop); special != 0 && specialEnd < 0; special &= special - 1)
            {
                var start = BitOperations.TrailingZeroCount(special);
                specialEnd = SpecialEnd(text, at + start);
                stop = specialEnd < 0 ? stop : start;
            }

            var starts = Below(classes.TokenStarts, stop);
            if ((!WideWords.IsSupported || !_wide.TryRead(window, classes.Word, starts, into, ref n)) && ReadPlain(window, classes.Word, starts, into, ref n) is var url and >= 0)
            {
                into[n++] = _url;
                at = SkipToSpace(text, at + url);
            }
            else if (specialEnd >= 0)
            {
                at += stop;
                if (IsIdeograph(text[at]))
                {
                    at = ReadIdeographs(text, at, into, ref n);
                    ideographs = true;
                }
                else
                {
                    into[n++] = text[at] == '"' ? _quote : _code;
                    at = specialEnd;
                }
            }
            else if (stop == 0)
            {
                into[n++] = LongToken(text, ref at);
            }
            else
            {
                at += stop;
            }
        }

        return Math.Min(n, MaxTokens);
    }

    /// <summary>Reads the words and numbers that start at <paramref name="starts"/>, up to a URL; says where that starts, or -1.</summary>
    int ReadPlain(ReadOnlySpan<byte> window, ulong word, ulong starts, Span<ulong> into, ref int read)
    {
        var n = read;
        var url = -1;
        for (; starts != 0; starts &= starts - 1)
        {
            var start = BitOperations.TrailingZeroCount(starts);
            var rest = word >> start;
            if ((rest & 1) == 0)
            {
                into[n++] = _number;
                continue;
            }

            var eight = BinaryPrimitives.ReadUInt64LittleEndian(window[start..]);
            if ((uint)eight == Http && StartsUrl(window[start..]))
            {
                url = start;
                break;
            }

            var h = seed;
            var bytes = BitOperations.TrailingZeroCount(~rest);
            for (; bytes > sizeof(ulong); bytes -= sizeof(ulong))
            {
                h = TokenHash.Eight(h, Lower(eight));
                start += sizeof(ulong);
                eight = BinaryPrimitives.ReadUInt64LittleEndian(window[start..]);
            }

            into[n++] = TokenHash.Mix(TokenHash.Last(h, Lower(eight), bytes));
        }

        read = n;
        return url;
    }

    /// <summary>Reads CJK characters in a row, each a token, and returns where they end.</summary>
    int ReadIdeographs(ReadOnlySpan<byte> text, int at, Span<ulong> into, ref int read)
    {
        var n = read;
        while (at < text.Length && n < MaxTokens && IsIdeograph(text[at]))
        {
            var bytes = text[at] >= 0xF0 ? 4 : 3;
            if (bytes == 3 && at + 3 <= text.Length)
            {
                into[n++] = TokenHash.Mix(TokenHash.Step(TokenHash.Step(TokenHash.Step(seed, text[at]), text[at + 1]), text[at + 2]));
            }
            else
            {
                into[n++] = TokenHash.Of(text[at..Math.Min(text.Length, at + bytes)], seed);
            }

            at += bytes;
        }

        read = n;
        return at;
    }

    /// <summary>A word or number that is longer than what is classified at once.</summary>
    ulong LongToken(ReadOnlySpan<byte> text, ref int at)
    {
        if (IsNumber(text[at]))
        {
            for (; at < text.Length && IsNumber(text[at]); at++)
            {
            }

            return _number;
        }

        var h = seed;
        for (; at < text.Length && (IsLetter(text[at]) || text[at] is >= 0x80 and < 0xE3); at++)
        {
            h = TokenHash.Step(h, IsLetter(text[at]) ? (byte)(text[at] | 0x20) : text[at]);
        }

        return TokenHash.Mix(h);
    }

    /// <summary>Where the quotation or code ends that starts here, or after a CJK character's first byte; -1 when none starts.</summary>
    static int SpecialEnd(ReadOnlySpan<byte> text, int from) => text[from] switch
    {
        (byte)'"' => QuoteEnd(text, from),
        (byte)'`' => CodeEnd(text, from),
        _ => IsIdeograph(text[from]) ? from + 1 : -1,
    };

    static int QuoteEnd(ReadOnlySpan<byte> text, int from)
    {
        var window = text.Slice(from + 1, Math.Min(MaxQuoteBytes, text.Length - from - 1));
        var end = window.IndexOfAny((byte)'"', (byte)'\n');
        return end >= 0 && window[end] == '"' ? from + end + 2 : -1;
    }

    static int CodeEnd(ReadOnlySpan<byte> text, int from)
    {
        if (!text[from..].StartsWith("```"u8))
        {
            return -1;
        }

        var close = text[(from + 3)..].IndexOf("```"u8);
        return close < 0 ? text.Length : from + 3 + close + 3;
    }

    static bool StartsUrl(ReadOnlySpan<byte> text) => text.StartsWith("http://"u8) || text.StartsWith("https://"u8);

    static int SkipToSpace(ReadOnlySpan<byte> text, int from)
    {
        var space = text[from..].IndexOfAny(" \t\r\n"u8);
        return space < 0 ? text.Length : from + space;
    }

    /// <summary>Lower case of eight bytes that are letters or at least 0x80.</summary>
    static ulong Lower(ulong bytes) => bytes | ((~bytes >> 2) & 0x2020202020202020);

    static ulong Below(ulong set, int end) => end == ByteClasses.Bytes ? set : set & ((1UL << end) - 1);

    static bool IsLetter(byte b) => (byte)(b | 0x20) is >= (byte)'a' and <= (byte)'z';

    static bool IsIdeograph(byte b) => b is >= 0xE3 and < 0xF8;

    static bool IsNumber(byte b) => b is (>= (byte)'0' and <= (byte)'9') or (byte)'.' or (byte)',';
}
