using System.Text;
using Stillwatch.Simulator.Randomness;

namespace Stillwatch.Simulator.Words;

/// <summary>Makes a new text of an old one by exchanging words and numbers, so that a few thousand texts serve millions of exchanges.</summary>
/// <remarks>
/// Shape, length and function words stay, content words change: at a ratio of 0.4 about one in eight runs of four content words survives.
/// Scripts without spaces get chunks of <c>donor</c> instead of words.
/// </remarks>
static class TextVariation
{
    /// <param name="ratio">Share of the words of four letters or more that are exchanged, 0 to 1.</param>
    public static string Vary(string text, string donor, IReadOnlyList<string> vocabulary, SeededRandom random, double ratio)
    {
        var result = new StringBuilder(text.Length + 32);
        var position = 0;
        while (position < text.Length)
        {
            var letter = text[position];
            var end = position + 1;
            if (char.IsAsciiLetter(letter))
            {
                while (end < text.Length && char.IsAsciiLetter(text[end]))
                {
                    end++;
                }

                AppendWord(result, text.AsSpan(position, end - position), vocabulary, random, ratio);
            }
            else if (char.IsAsciiDigit(letter))
            {
                result.Append(random.Chance(0.6) ? (char)('1' + random.Below(9)) : letter);
            }
            else if (letter is >= '\u3040' and < '\uAC00' && donor.Length > 4 && random.Chance(ratio * 0.3))
            {
                end = Math.Min(text.Length, position + 3);
                AppendWhole(result, donor.AsSpan(random.Below(donor.Length - 3), 3));
            }
            else
            {
                result.Append(letter);
            }

            position = end;
        }

        return result.ToString();
    }

    /// <summary>Two texts as one: the first up to a sentence end, then a part of the second.</summary>
    public static string Splice(string first, string second, SeededRandom random)
        => $"{Part(first, random)} {Part(second, random)}";

    static string Part(string text, SeededRandom random)
    {
        var sentences = text.Split(['.', '?', '!', '\n', '。', '？'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (sentences.Length < 2)
        {
            return text;
        }

        var start = random.Below(sentences.Length);
        return string.Join(". ", sentences.Skip(start).Take(random.Between(1, 3))) + ".";
    }

    static void AppendWord(StringBuilder result, ReadOnlySpan<char> word, IReadOnlyList<string> vocabulary, SeededRandom random, double ratio)
    {
        if (word.Length < 4 || !random.Chance(ratio))
        {
            result.Append(word);
            return;
        }

        var start = result.Length;
        result.Append(random.Pick(vocabulary));
        if (char.IsAsciiLetterUpper(word[0]))
        {
            result[start] = char.ToUpperInvariant(result[start]);
        }
    }

    // Half a surrogate pair would not be text any more.
    static void AppendWhole(StringBuilder result, ReadOnlySpan<char> chunk)
    {
        foreach (var unit in chunk)
        {
            if (!char.IsSurrogate(unit) && unit != '\n')
            {
                result.Append(unit);
            }
        }
    }
}
