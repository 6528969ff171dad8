namespace Stillwatch.Simulator.Words;

/// <summary>Groups of words that may stand for each other (<c>Lexicon/synonyms.words</c>), by their first word.</summary>
/// <remarks>A word may head a group and stand in others. Immutable.</remarks>
sealed class Synonyms
{
    readonly Dictionary<string, string[]> _groups = [];
    readonly Dictionary<string, string[]>.AlternateLookup<ReadOnlySpan<char>> _bySpan;

    Synonyms() => _bySpan = _groups.GetAlternateLookup<ReadOnlySpan<char>>();

    public static Synonyms Load()
    {
        var synonyms = new Synonyms();
        foreach (var line in BuiltInWords.Embedded(".words").SelectMany(file => file.Text.Split('\n')).Select(line => line.Trim()).Where(line => line is not ("" or ['#', ..])))
        {
            var words = line.Split('|', StringSplitOptions.TrimEntries);
            synonyms._groups.TryAdd(words[0], words);
        }

        return synonyms;
    }

    /// <summary>The group that a lower-case word heads, the word itself first; null when it heads none.</summary>
    public string[]? Of(ReadOnlySpan<char> word) => _bySpan.TryGetValue(word, out var group) ? group : null;
}
