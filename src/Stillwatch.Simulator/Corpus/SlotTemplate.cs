using System.Text;
using Stillwatch.Simulator.Randomness;
using Stillwatch.Simulator.Words;

namespace Stillwatch.Simulator.Corpus;

/// <summary>A text with named slots such as <c>{%problem}</c>, filled anew for every item.</summary>
sealed class SlotTemplate(string text, string? system = null) : HarvestTemplate
{
    readonly string[] _pieces = Cut(text);

    public string? System => system;

    public override HarvestItem Compose(PromptLibrary library, ulong seed, long index, Rewording? words = null)
        => new(system is not null && words is not null ? words.Of(system) : system, Fill(library, seed, index, null, words: words));

    /// <summary>The text with <paramref name="given"/> in its first slot called <paramref name="slot"/>, or in its very first when that is null, and made-up material in the others.</summary>
    public string Fill(PromptLibrary library, ulong seed, long index, string? given, string? slot = "answer", Rewording? words = null)
    {
        var result = new StringBuilder();
        for (var piece = 0; piece < _pieces.Length; piece++)
        {
            if (piece % 2 == 0)
            {
                result.Append(words?.Of(_pieces[piece]) ?? _pieces[piece]);
                continue;
            }

            if (given is not null && (slot is null || _pieces[piece] == slot))
            {
                result.Append(given);
                given = null;
                continue;
            }

            result.Append(Slot(_pieces[piece], library, SeededRandom.Derive(seed, (ulong)piece), index));
        }

        return result.ToString();
    }

    static string Slot(string name, PromptLibrary library, ulong seed, long index)
    {
        var random = new SeededRandom(SeededRandom.Derive(seed, (ulong)index));
        return name switch
        {
            "problem" => library.Item(PromptKind.Problem, seed, index),
            "code" => library.Item(PromptKind.Code, seed, index),
            "goal" => library.Item(index % 2 == 0 ? PromptKind.AgentGoal : PromptKind.OfficeGoal, seed, index),
            "sensitive" => library.Item(PromptKind.Sensitive, seed, index),
            "support" => library.Item(PromptKind.Support, seed, index),
            "question" => library.Item(PromptKind.Question, seed, index),
            "user" => library.Text(PromptKind.Chat, random),
            "document" => library.Document(random, random.Between(250, 1100)),
            "short" => random.Between(2, 9999).ToString(),
            "answer" => library.Outputs.Write(random.NextUInt64(), random.Between(60, 260), OutputStyle.Prose),
            _ => library.Item(PromptKind.Seed, seed, index),
        };
    }

    static string[] Cut(string text)
    {
        var pieces = new List<string>();
        var position = 0;
        for (var open = text.IndexOf("{%", StringComparison.Ordinal); open >= 0; open = text.IndexOf("{%", position, StringComparison.Ordinal))
        {
            var close = text.IndexOf('}', open);
            pieces.Add(text[position..open]);
            pieces.Add(text[(open + 2)..close]);
            position = close + 1;
        }

        pieces.Add(text[position..]);
        return [.. pieces];
    }
}
