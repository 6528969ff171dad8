using System.Text;
using System.Text.RegularExpressions;
using Stillwatch.Simulator.Randomness;
using Stillwatch.Simulator.Words;

namespace Stillwatch.Simulator.Corpus;

/// <summary>A template known only by requests composed from it: a common head and tail, and between them material that can be refilled.</summary>
/// <remarks>The recorded requests are used up first, in an order of the campaign's own; what follows keeps head, tail and recurring lines.</remarks>
sealed partial class RecordTemplate : HarvestTemplate
{
    readonly IReadOnlyList<CorpusRecord> _records;
    readonly int _head;
    readonly int _tail;
    readonly HashSet<string> _frame;
    readonly PromptKind _slot;

    public RecordTemplate(IReadOnlyList<CorpusRecord> records, int head, int tail)
    {
        _records = records;
        _head = head;
        _tail = tail;
        _slot = Capabilities.Of(records[0].Kind!) switch
        {
            Capability.Reasoning => PromptKind.Problem,
            Capability.Coding => PromptKind.Code,
            Capability.Agentic => PromptKind.OfficeGoal,
            Capability.Rewriting => PromptKind.Sensitive,
            _ => PromptKind.Seed,
        };
        // A line that recurs in a third of the requests belongs to the template, e.g. a separator between two slots.
        _frame = records.Take(300)
            .SelectMany(record => Middle(record.Text!).Split('\n').Select(line => line.Trim()).Distinct())
            .GroupBy(line => line)
            .Where(group => group.Count() * 3 >= Math.Min(300, records.Count) && records.Count > 3)
            .Select(group => group.Key)
            .ToHashSet();
    }

    /// <summary>Characters that every request of the template begins and ends with.</summary>
    public int FixedCharacters => _head + _tail;

    public override HarvestItem Compose(PromptLibrary library, ulong seed, long index, Rewording? words = null)
    {
        var random = new SeededRandom(SeededRandom.Derive(seed, (ulong)index));
        var record = _records[(int)((seed + (ulong)index) % (ulong)_records.Count)];
        var recorded = index < _records.Count;
        if (recorded && words is null)
        {
            return new HarvestItem(record.System, record.Text!);
        }

        var text = record.Text!;
        var result = new StringBuilder(text.Length + 200);
        Frame(text.AsSpan(0, _head), words, result);
        var lines = Middle(text).Split('\n');
        for (var line = 0; line < lines.Length; line++)
        {
            result.Append(line > 0 ? "\n" : "");
            if (_frame.Contains(lines[line].Trim()))
            {
                Frame(lines[line], words, result);
            }
            else
            {
                result.Append(recorded ? lines[line] : Refill(lines[line], lines.Length, library, random, seed, index + line));
            }
        }

        Frame(text.AsSpan(text.Length - _tail), words, result);
        return new HarvestItem(record.System is { } system && words is not null ? words.Of(system) : record.System, result.ToString());
    }

    static void Frame(ReadOnlySpan<char> text, Rewording? words, StringBuilder result)
    {
        if (words is null)
        {
            result.Append(text);
        }
        else
        {
            result.Append(words.Of(text.ToString()));
        }
    }

    string Refill(string line, int lines, PromptLibrary library, SeededRandom random, ulong seed, long index)
    {
        if (line.Trim() is "")
        {
            return line;
        }

        // A slot that stands alone takes a new item; one of many keeps its numbering and its manner, in other words.
        var label = Label().Match(line).Value;
        return line.Length - label.Length > 24 && (lines == 1 || random.Chance(0.3))
            ? label + library.Item(_slot, seed, index).ReplaceLineEndings(" ")
            : label + library.Vary(line[label.Length..], random, 0.5);
    }

    string Middle(string text) => text.Length > _head + _tail ? text[_head..^_tail] : "";

    [GeneratedRegex(@"^\s*(\d+[.)]\s*)?(\p{L}{1,20}:\s*)?")]
    private static partial Regex Label();
}
