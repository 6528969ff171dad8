using Stillwatch.Engine.Sketches;

namespace Stillwatch.Engine.Tests.Sketches;

/// <summary>What <see cref="TokenReader"/> promises, said byte by byte: the oracle of its tests.</summary>
internal static class PlainTokenReader
{
    public static List<ulong> Read(ReadOnlySpan<byte> text, ulong seed)
    {
        var tokens = new List<ulong>();
        var at = 0;
        while (at < text.Length && tokens.Count < TokenReader.MaxTokens)
        {
            var b = text[at];
            if (b == 'h' && (text[at..].StartsWith("http://"u8) || text[at..].StartsWith("https://"u8)))
            {
                while (at < text.Length && !" \t\r\n"u8.Contains(text[at]))
                {
                    at++;
                }

                tokens.Add(TokenHash.Mask(seed, 1));
            }
            else if (IsWord(b))
            {
                var word = new List<byte>();
                for (; at < text.Length && IsWord(text[at]); at++)
                {
                    word.Add(text[at] is >= (byte)'A' and <= (byte)'Z' ? (byte)(text[at] + 32) : text[at]);
                }

                tokens.Add(TokenHash.Of(word.ToArray(), seed));
            }
            else if (b is >= (byte)'0' and <= (byte)'9')
            {
                while (at < text.Length && "0123456789.,"u8.Contains(text[at]))
                {
                    at++;
                }

                tokens.Add(TokenHash.Mask(seed, 2));
            }
            else if (b is >= 0xE3 and < 0xF8)
            {
                var end = Math.Min(text.Length, at + (b >= 0xF0 ? 4 : 3));
                tokens.Add(TokenHash.Of(text[at..end], seed));
                at = end;
            }
            else if (b == '"' && QuoteEnd(text, at) is var quoteEnd and > 0)
            {
                tokens.Add(TokenHash.Mask(seed, 3));
                at = quoteEnd;
            }
            else if (text[at..].StartsWith("```"u8))
            {
                var close = text[(at + 3)..].IndexOf("```"u8);
                tokens.Add(TokenHash.Mask(seed, 4));
                at = close < 0 ? text.Length : at + 3 + close + 3;
            }
            else
            {
                at++;
            }
        }

        return tokens;
    }

    static bool IsWord(byte b) => b is (>= (byte)'a' and <= (byte)'z') or (>= (byte)'A' and <= (byte)'Z') or (>= 0x80 and < 0xE3);

    static int QuoteEnd(ReadOnlySpan<byte> text, int from)
    {
        for (var at = from + 1; at < text.Length && at <= from + 240 && text[at] != '\n'; at++)
        {
            if (text[at] == '"')
            {
                return at + 1;
            }
        }

        return -1;
    }
}
