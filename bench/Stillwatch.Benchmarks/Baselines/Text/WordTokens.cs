using System.Text;

namespace Stillwatch.Benchmarks.Baselines.Text;

/// <summary>
/// Word tokens of UTF-8 text as hashes: lower case, a run of digits is one token, a character of Chinese, Japanese or Korean is a token by
/// itself.
/// </summary>
internal static class WordTokens
{
    const ulong Basis = 0xCBF29CE484222325;
    const ulong Prime = 0x100000001B3;
    const ulong Digits = 0xD161751; // what every run of digits becomes

    /// <summary>Reads tokens until the text or <paramref name="into"/> ends; returns how many.</summary>
    public static int Read(ReadOnlySpan<byte> text, Span<ulong> into)
    {
        var count = 0;
        for (var at = 0; at < text.Length && count < into.Length;)
        {
            var first = text[at];
            if (first is >= 0xE3 and < 0xF8)
            {
                var end = Math.Min(text.Length, at + (first >= 0xF0 ? 4 : 3));
                into[count++] = Hash64.Of(text[at..end]);
                at = end;
            }
            else if (IsWord(first))
            {
                var hash = Basis;
                for (; at < text.Length && IsWord(text[at]); at++)
                {
                    hash = (hash ^ Lower(text[at])) * Prime;
                }

                into[count++] = Hash64.Mix(hash) | 1;
            }
            else if (IsDigit(first))
            {
                while (at < text.Length && IsDigit(text[at]))
                {
                    at++;
                }

                into[count++] = Digits;
            }
            else
            {
                at++;
            }
        }

        return count;
    }

    /// <summary>The token a lower-case word has.</summary>
    public static ulong Of(string word)
    {
        Span<ulong> one = stackalloc ulong[1];
        return Read(Encoding.UTF8.GetBytes(word), one) == 1 ? one[0] : 0;
    }

    static bool IsWord(byte b) => (byte)(b | 0x20) is >= (byte)'a' and <= (byte)'z' || b is >= 0x80 and < 0xE3;

    static bool IsDigit(byte b) => b is >= (byte)'0' and <= (byte)'9';

    static byte Lower(byte b) => b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b;
}
