using System.Text;
using Stillwatch.Simulator.Randomness;

namespace Stillwatch.Simulator.Words;

/// <summary>Says an instruction in other words, as strongly as a language model would: sentences and clauses in another order, function words and the
/// words of instructions by synonyms, connectives dropped and put in, other content words exchanged.</summary>
/// <remarks>
/// No thesaurus is at hand for content words: half of those that no group knows are exchanged for words of the vocabulary, which stand in for synonyms.
/// What looks like notation stays, as a reworded request must still be parsed: digits, tags, braces, capitals, whole words of code.
/// Two rewordings of one frame share few runs of four words; a test bounds how few. Immutable: the same seed and text give the same words.
/// </remarks>
sealed class Rewording(Synonyms synonyms, IReadOnlyList<string> vocabulary, ulong seed)
{
    static readonly string[] s_openings =
        ["Please", "Now", "Here", "In this case,", "For this purpose,", "As a rule,", "Note:", "Also,", "Furthermore,", "To be plain,", "At this point,", "In short,", "Once more,", "To that end,"];

    static readonly string[] s_fillers = ["indeed", "in fact", "again", "if you will", "overall", "at hand", "accordingly", "of course", "in turn", "here", "as such", "rather", "in effect"];

    /// <summary>Articles and fillers that a sentence can do without.</summary>
    static readonly string[] s_spare = ["the", "a", "an", "please", "very", "also", "just", "own", "then", "there", "really", "only"];

    /// <summary>The text in other words; white space around it and blank lines stay.</summary>
    public string Of(string text)
    {
        var random = new SeededRandom(SeededRandom.Derive(seed, SeededRandom.Name(text)));
        var core = text.AsSpan().Trim();
        if (core.IsEmpty)
        {
            return text;
        }

        var start = text.AsSpan().IndexOf(core);
        var result = new StringBuilder(text.Length + 80).Append(text, 0, start);
        var lines = core.ToString().Split('\n');
        Neighbours(lines, random);
        for (var line = 0; line < lines.Length; line++)
        {
            result.Append(line > 0 ? "\n" : "");
            Line(lines[line], random, result);
        }

        return result.Append(text, start + core.Length, text.Length - start - core.Length).ToString();
    }

    // Lines that follow each other change places now and then; blank ones and the last, which leads over to the item, stay.
    static void Neighbours(string[] lines, SeededRandom random)
    {
        for (var line = 0; line + 2 < lines.Length; line++)
        {
            if (lines[line].Length > 0 && lines[line + 1].Length > 0 && random.Chance(0.35))
            {
                (lines[line], lines[line + 1]) = (lines[line + 1], lines[line]);
                line++;
            }
        }
    }

    void Line(string line, SeededRandom random, StringBuilder result)
    {
        var sentences = Cut(line);
        for (var last = sentences.Count - 1; last > 0; last--)
        {
            var other = random.Below(last + 1);
            (sentences[last], sentences[other]) = (sentences[other], sentences[last]);
        }

        for (var sentence = 0; sentence < sentences.Count; sentence++)
        {
            result.Append(sentence > 0 ? " " : "");
            Sentence(sentences[sentence], random, result);
        }
    }

    // A sentence ends with its mark and a space; "e.g. this" is cut too, which does no harm.
    static List<string> Cut(string line)
    {
        var sentences = new List<string>();
        var start = 0;
        for (var position = 0; position + 1 < line.Length; position++)
        {
            if (line[position] is '.' or '!' or '?' or ';' && line[position + 1] == ' ')
            {
                sentences.Add(line[start..(position + 1)]);
                start = position + 2;
            }
        }

        if (start < line.Length)
        {
            sentences.Add(line[start..]);
        }

        return sentences;
    }

    void Sentence(string sentence, SeededRandom random, StringBuilder result)
    {
        var mark = sentence.Length > 0 && sentence[^1] is '.' or '!' or '?' or ';' or ':' ? 1 : 0;
        var clauses = sentence[..^mark].Split(", ");
        if (clauses.Length > 1)
        {
            var turn = random.Below(clauses.Length);
            clauses = [.. clauses[turn..], .. clauses[..turn]];
        }

        var words = clauses[0].Count(' ') + 1;
        if (words >= 3 && random.Chance(0.45))
        {
            result.Append(random.Pick(s_openings)).Append(' ');
        }

        for (var clause = 0; clause < clauses.Length; clause++)
        {
            result.Append(clause == 0 ? "" : random.Chance(0.3) ? " - " : ", ");
            Clause(clauses[clause], random, result);
        }

        result.Append(sentence, sentence.Length - mark, mark);
    }

    void Clause(string clause, SeededRandom random, StringBuilder result)
    {
        var first = true;
        foreach (var part in clause.Split(' '))
        {
            var word = part.AsSpan();
            if (word.Length > 0 && s_spare.AsSpan().Contains(part) && random.Chance(0.4))
            {
                continue;
            }

            result.Append(first ? "" : " ");
            first = false;
            if (random.Chance(0.1) && word.Length > 2)
            {
                result.Append(random.Pick(s_fillers)).Append(' ');
            }

            Word(word, random, result);
        }
    }

    void Word(ReadOnlySpan<char> word, SeededRandom random, StringBuilder result)
    {
        var (from, to) = (0, word.Length);
        while (from < to && word[from] is '(' or '"' or '\'' or '*')
        {
            from++;
        }

        while (to > from && word[to - 1] is ')' or '"' or '\'' or '*' or ':' or '.' or '!' or '?' or ',')
        {
            to--;
        }

        var core = word[from..to];
        if (core.IsEmpty || core.Length > 24 || !Plain(core))
        {
            result.Append(word);
            return;
        }

        Span<char> lower = stackalloc char[core.Length];
        core.ToLowerInvariant(lower);
        var other = synonyms.Of(lower) is { } group ? random.Pick(group)
            : core.Length >= 4 && random.Chance(0.5) ? random.Pick(vocabulary)
            : null;
        if (other is null)
        {
            result.Append(word);
            return;
        }

        result.Append(word[..from]).Append(char.IsUpper(core[0]) ? char.ToUpperInvariant(other[0]) : other[0]).Append(other, 1, other.Length - 1).Append(word[to..]);
    }

    // Letters only, and no capital but the first: FINAL, </answer> and max_len are notation.
    static bool Plain(ReadOnlySpan<char> word)
    {
        for (var place = 0; place < word.Length; place++)
        {
            if (!char.IsAsciiLetter(word[place]) || (place > 0 && char.IsAsciiLetterUpper(word[place])))
            {
                return false;
            }
        }

        return true;
    }
}
