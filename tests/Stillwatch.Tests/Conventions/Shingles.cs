using System.Text;

namespace Stillwatch.Tests.Conventions;

/// <summary>Runs of eight words of a text. A word is a run of letters and digits; case, punctuation and line breaks do not count.</summary>
static class Shingles
{
    const int Words = 8;

    /// <summary>A hash per run, with the stretch of text it covers. FNV-1a per word, combined in order; 64 bits, so a chance hit among 10^5 × 10^7 pairs has odds of 10^-7.</summary>
    public static IEnumerable<(ulong Hash, ReadOnlyMemory<char> Phrase)> Of(string text)
    {
        var hashes = new ulong[Words];
        var starts = new int[Words];
        var count = 0;
        for (var at = 0; at < text.Length;)
        {
            if (!char.IsLetterOrDigit(text[at]))
            {
                at++;
                continue;
            }

            var start = at;
            var hash = 14695981039346656037UL;
            for (; at < text.Length && char.IsLetterOrDigit(text[at]); at++)
            {
                hash = (hash ^ char.ToLowerInvariant(text[at])) * 1099511628211UL;
            }

            hashes[count % Words] = hash;
            starts[count % Words] = start;
            if (++count >= Words)
            {
                yield return (Combined(hashes, count), text.AsMemory(starts[count % Words], at - starts[count % Words]));
            }
        }
    }

    /// <summary>The phrase as a person compares it: words in lower case, one space between.</summary>
    public static string Readable(ReadOnlySpan<char> phrase)
    {
        var words = new StringBuilder();
        foreach (var c in phrase)
        {
            if (char.IsLetterOrDigit(c))
            {
                words.Append(char.ToLowerInvariant(c));
            }
            else if (words.Length > 0 && words[^1] != ' ')
            {
                words.Append(' ');
            }
        }

        return words.ToString().TrimEnd();
    }

    static ulong Combined(ulong[] hashes, int oldest)
    {
        var combined = 0UL;
        for (var i = 0; i < Words; i++)
        {
            combined = (combined * 0x9E3779B97F4A7C15UL) + hashes[(oldest + i) % Words];
            combined ^= combined >> 29;
        }

        return combined;
    }
}
