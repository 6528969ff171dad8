using System.Runtime.CompilerServices;

namespace Stillwatch.Engine.Sketches;

/// <summary>Turns UTF-8 text into keyed token hashes in one pass: lower case, digit runs, quotations, code and URLs masked.</summary>
/// <remarks>
/// Masking is what makes two fillings of one template look alike. A CJK character is a token by itself; other scripts split at spaces and
/// punctuation. Invalid bytes are punctuation. Never allocates; reads at most <see cref="MaxTokens"/> tokens.
/// </remarks>
internal ref struct TokenReader
{
    public const int MaxTokens = 16 * 1024;

    const ulong Prime = 0x9E3779B97F4A7C15; // 2^64 / golden ratio (Knuth, TAOCP 6.4): odd, well spread
    const int MaxQuoteBytes = 240;          // a longer quotation is a text of its own and is read

    readonly ReadOnlySpan<byte> _text;
    readonly ulong _seed;
    int _at;

    public TokenReader(ReadOnlySpan<byte> text, ulong seed)
    {
        _text = text;
        _seed = seed;
    }

    /// <summary>Whether the last token was a CJK character, for which cue words are pairs of tokens.</summary>
    public bool LastWasIdeograph { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong h)
    {
        h ^= h >> 32;
        h *= Prime;
        return h ^ (h >> 29);
    }

    /// <summary>Reads all tokens into <paramref name="into"/> and returns how many there are.</summary>
    public int ReadAll(Span<ulong> into)
    {
        var n = 0;
        while (n < into.Length && Next(out var token))
        {
            into[n++] = token;
        }

        return n;
    }

    /// <summary>The next token; false at the end of the text.</summary>
    public bool Next(out ulong token)
    {
        var text = _text;
        var i = _at;
        LastWasIdeograph = false;
        while (i < text.Length)
        {
            var b = text[i];
            if (IsLetter(b))
            {
                if (b == 'h' && StartsUrl(text[i..]))
                {
                    _at = SkipToSpace(text, i);
                    token = Mask(1);
                    return true;
                }

                token = Word(ref i);
                _at = i;
                return true;
            }

            if (IsDigit(b))
            {
                while (i < text.Length && (IsDigit(text[i]) || text[i] is (byte)'.' or (byte)','))
                {
                    i++;
                }

                _at = i;
                token = Mask(2);
                return true;
            }

            if (b >= 0x80)
            {
                if (b >= 0xE3 && b < 0xF8)
                {
                    _at = Math.Min(text.Length, i + (b >= 0xF0 ? 4 : 3));
                    token = HashOf(text[i.._at]);
                    LastWasIdeograph = true;
                    return true;
                }

                token = Word(ref i);
                _at = i;
                return true;
            }

            if (b == '"' && QuoteEnd(text, i) is var end and > 0)
            {
                _at = end;
                token = Mask(3);
                return true;
            }

            if (b == '`' && i + 2 < text.Length && text[i + 1] == '`' && text[i + 2] == '`')
            {
                var close = text[(i + 3)..].IndexOf("```"u8);
                _at = close < 0 ? text.Length : i + 3 + close + 3;
                token = Mask(4);
                return true;
            }

            i++;
        }

        _at = i;
        token = 0;
        return false;
    }

    /// <summary>The hash a word has in text: what a lexicon must hold.</summary>
    public readonly ulong HashOf(ReadOnlySpan<byte> word)
    {
        var h = _seed;
        foreach (var b in word)
        {
            h = (h ^ b) * Prime;
        }

        return Mix(h);
    }

    readonly ulong Mask(ulong kind) => Mix(_seed + (kind * Prime));

    readonly ulong Word(ref int i)
    {
        var text = _text;
        var h = _seed;
        while (i < text.Length)
        {
            var b = text[i];
            var lower = (byte)(b | 0x20);
            if (lower is >= (byte)'a' and <= (byte)'z')
            {
                h = (h ^ lower) * Prime;
            }
            else if (b is >= 0x80 and < 0xE3)
            {
                h = (h ^ b) * Prime;
            }
            else
            {
                break;
            }

            i++;
        }

        return Mix(h);
    }

    static bool IsLetter(byte b) => (byte)(b | 0x20) is >= (byte)'a' and <= (byte)'z';

    static bool IsDigit(byte b) => b is >= (byte)'0' and <= (byte)'9';

    static bool StartsUrl(ReadOnlySpan<byte> text) => text.StartsWith("http://"u8) || text.StartsWith("https://"u8);

    static int SkipToSpace(ReadOnlySpan<byte> text, int from)
    {
        var space = text[from..].IndexOfAny(" \t\r\n"u8);
        return space < 0 ? text.Length : from + space;
    }

    static int QuoteEnd(ReadOnlySpan<byte> text, int from)
    {
        var window = text.Slice(from + 1, Math.Min(MaxQuoteBytes, text.Length - from - 1));
        var end = window.IndexOfAny((byte)'"', (byte)'\n');
        return end >= 0 && window[end] == '"' ? from + end + 2 : -1;
    }
}
