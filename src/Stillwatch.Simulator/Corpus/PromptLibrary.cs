using System.Text;
using Stillwatch.Simulator.Randomness;
using Stillwatch.Simulator.Words;

namespace Stillwatch.Simulator.Corpus;

/// <summary>All texts of a simulation: those of a corpus where it has some, the built-in grammar for the rest.</summary>
/// <remarks>Immutable after construction. What is asked for with the same generator state is the same text.</remarks>
sealed class PromptLibrary
{
    readonly Dictionary<PromptKind, string[]> _pools;
    readonly Dictionary<string, string[]> _foreign;
    readonly Synonyms _synonyms;
    readonly string[] _vocabulary;
    readonly double _pasteRatio;

    /// <param name="pasteRatio">Share of texts and items with material of their own behind them, 0 to 1.</param>
    public PromptLibrary(Grammar grammar, IReadOnlyList<CorpusRecord> records, double pasteRatio = 0)
    {
        _pasteRatio = pasteRatio;
        Grammar = grammar;
        Outputs = new OutputTexts(grammar);
        _pools = records
            .Select(record => (Kind: PromptKinds.Of(record.Kind!, record.Text!.Length), record.Text, record.Campaign))
            .Where(item => item.Kind is not null && item.Campaign is null)
            .GroupBy(item => item.Kind!.Value, item => item.Text!)
            .ToDictionary(group => group.Key, group => group.Distinct().ToArray());
        _foreign = records.Where(record => record.Campaign is null && record.Text!.Length < 3000 && Languages.Of(record.Lang) is not null)
            .GroupBy(record => Languages.Of(record.Lang)!, record => record.Text!)
            .ToDictionary(group => group.Key, group => group.Distinct().ToArray());
        _synonyms = Synonyms.Load();
        _vocabulary = _pools.Count == 0 ? GrammarWords(grammar) : CorpusWords(_pools);
    }

    public Grammar Grammar { get; }

    public OutputTexts Outputs { get; }

    /// <summary>Whether a corpus gave texts of this kind.</summary>
    public bool HasPool(PromptKind kind) => _pools.ContainsKey(kind);

    /// <summary>A text as one of many people would write it: some known word for word, most new.</summary>
    public string Text(PromptKind kind, SeededRandom random) => Paste(Bare(kind, random), random);

    string Bare(PromptKind kind, SeededRandom random)
    {
        var style = random.NextRatio();
        if (!_pools.TryGetValue(kind, out var pool) || style < 0.25)
        {
            return Built(kind, random);
        }

        var text = random.Pick(pool);
        if (style < 0.37)
        {
            return text;
        }

        var other = random.Pick(pool);
        if (style < 0.6 && text.Length < 1500 && other.Length < 1500)
        {
            text = TextVariation.Splice(text, other, random);
        }

        return TextVariation.Vary(text, other, _vocabulary, random, random.Between(0.3, 0.6));
    }

    /// <summary>Item number <paramref name="index"/> of the list that <paramref name="seed"/> names: each of a list's items is different.</summary>
    public string Item(PromptKind kind, ulong seed, long index)
    {
        var random = new SeededRandom(SeededRandom.Derive(seed, (ulong)index));
        return Paste(BareItem(kind, seed, index, random), random);
    }

    string BareItem(PromptKind kind, ulong seed, long index, SeededRandom random)
    {
        if (!_pools.TryGetValue(kind, out var pool))
        {
            return Built(kind, random);
        }

        // A step prime to the length walks the whole pool once before anything comes again, then in new words.
        var start = (long)(seed % (ulong)pool.Length);
        var step = Step(pool.Length);
        var text = pool[(int)((start + (index % pool.Length * step)) % pool.Length)];
        return index < pool.Length ? text : TextVariation.Vary(text, random.Pick(pool), _vocabulary, random, 0.45);
    }

    /// <summary>A text that many share word for word: the <paramref name="index"/>th of its kind in this simulation.</summary>
    public string Shared(PromptKind kind, ulong seed, int index)
    {
        var random = new SeededRandom(SeededRandom.Derive(seed ^ 0x5A5A, (ulong)index));
        return _pools.TryGetValue(kind, out var pool) ? pool[random.Below(pool.Length)] : Built(kind, random);
    }

    /// <summary>About <paramref name="characters"/> characters of material nobody else has.</summary>
    public string Document(SeededRandom random, int characters)
    {
        var text = new StringBuilder(characters + 400);
        while (text.Length < characters)
        {
            text.Append(text.Length > 0 ? "\n" : "").Append(Bare(random.Chance(0.7) ? PromptKind.Document : PromptKind.Chat, random));
        }

        return text.Length > characters ? text.ToString(0, Whole(text, characters)) : text.ToString();
    }

    /// <summary>Item number <paramref name="index"/> in <paramref name="language"/>, one of <see cref="Languages.Foreign"/>: of the corpus where it has that language.</summary>
    public string ForeignItem(string language, ulong seed, long index)
    {
        var random = new SeededRandom(SeededRandom.Derive(seed, (ulong)index));
        if (_foreign.TryGetValue(language, out var pool) && pool.Length >= 20 && random.Chance(0.75))
        {
            return TextVariation.Vary(random.Pick(pool), random.Pick(pool), _vocabulary, random, 0.2);
        }

        var text = new StringBuilder();
        for (var sentence = random.Between(1, 4); sentence > 0; sentence--)
        {
            Grammar.Expand($"chat_{language}", random, text.Append(text.Length > 0 ? " " : ""));
        }

        return text.ToString();
    }

    string Paste(string text, SeededRandom random)
        => _pasteRatio > 0 && random.Chance(_pasteRatio) ? $"{text}\n\n{Document(random, (int)Math.Clamp(random.LogNormal(850, 0.8), 150, 6000))}" : text;

    /// <summary>The rewording that <paramref name="seed"/> names.</summary>
    public Rewording Reword(ulong seed) => new(_synonyms, _vocabulary, seed);

    public string Vary(string text, SeededRandom random, double ratio) => TextVariation.Vary(text, text, _vocabulary, random, ratio);

    public string Word(SeededRandom random) => random.Pick(_vocabulary);

    string Built(PromptKind kind, SeededRandom random)
        => Grammar.Expand(kind == PromptKind.Chat && random.Chance(0.1) ? "chat_foreign" : PromptKinds.Rule(kind), random);

    static int Whole(StringBuilder text, int length) => char.IsHighSurrogate(text[length - 1]) ? length - 1 : length;

    static long Step(int length)
    {
        var step = Math.Max(1, (long)(length * 0.618));
        while (Gcd(step, length) != 1)
        {
            step++;
        }

        return step;
    }

    static long Gcd(long a, long b) => b == 0 ? a : Gcd(b, a % b);

    static string[] GrammarWords(Grammar grammar)
    {
        var random = new SeededRandom(1);
        return [.. new[] { "noun", "adj", "verb", "field" }
            .SelectMany(rule => Enumerable.Range(0, grammar.Alternatives(rule) * 4).Select(_ => grammar.Expand(rule, random)))
            .Distinct().Order(StringComparer.Ordinal)];
    }

    static string[] CorpusWords(Dictionary<PromptKind, string[]> pools)
    {
        var counts = new Dictionary<string, int>();
        foreach (var text in pools.OrderBy(pool => pool.Key).SelectMany(pool => pool.Value.Take(2000)))
        {
            foreach (var word in text.Split([' ', '\n', ',', '.', '?', '"', '\'', '(', ')'], StringSplitOptions.RemoveEmptyEntries).Take(200))
            {
                if (word.Length is >= 4 and <= 12 && word.All(char.IsAsciiLetterLower))
                {
                    counts[word] = counts.GetValueOrDefault(word) + 1;
                }
            }
        }

        // Without the most common ones, which are function words, and without the misspelt tail.
        return [.. counts.Where(pair => pair.Value >= 2).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Skip(60).Take(8000).Select(pair => pair.Key).DefaultIfEmpty("thing")];
    }
}
