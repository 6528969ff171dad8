using System.Text;
using Stillwatch.Simulator.Randomness;

namespace Stillwatch.Simulator.Words;

/// <summary>Rules with alternatives, expanded at random: the simulator's own words where no corpus is given.</summary>
/// <remarks>
/// A file holds <c>rule = alternative | alternative</c>; a line that starts with <c>|</c> continues the rule above; <c>#</c> starts a comment.
/// Inside an alternative: <c>{rule}</c> expands, <c>{^rule}</c> with a capital, <c>{@rule}</c> keeps one value within a text,
/// <c>{2-90}</c> is a whole number, <c>\n</c> a line break, and <c>{%name}</c> stays as a slot for the caller to fill.
/// Immutable once made, so safe to share between threads.
/// </remarks>
sealed class Grammar
{
    readonly Dictionary<string, int> _numbers = [];
    readonly List<Piece[][]> _rules = [];

    /// <exception cref="FormatException">A rule is used but nowhere defined, or a line is no rule.</exception>
    public Grammar(IEnumerable<string> files)
    {
        var texts = new Dictionary<string, List<string>>();
        foreach (var file in files)
        {
            Collect(file, texts);
        }

        foreach (var name in texts.Keys)
        {
            _numbers[name] = _numbers.Count;
        }

        foreach (var (name, alternatives) in texts)
        {
            _rules.Add([.. alternatives.Select(text => Compile(name, text))]);
        }
    }

    public IEnumerable<string> Rules => _numbers.Keys;

    public bool Has(string rule) => _numbers.ContainsKey(rule);

    public int Alternatives(string rule) => _rules[_numbers[rule]].Length;

    public string Expand(string rule, SeededRandom random)
    {
        var text = new StringBuilder(256);
        Expand(rule, random, text);
        return text.ToString();
    }

    public void Expand(string rule, SeededRandom random, StringBuilder text)
        => Expand(_numbers[rule], random, text, new Dictionary<int, string>());

    void Expand(int rule, SeededRandom random, StringBuilder text, Dictionary<int, string> kept)
    {
        var alternatives = _rules[rule];
        foreach (var piece in alternatives[random.Below(alternatives.Length)])
        {
            var start = text.Length;
            switch (piece.Kind)
            {
                case PieceKind.Literal:
                    text.Append(piece.Text);
                    break;
                case PieceKind.Number:
                    text.Append(random.Between(piece.A, piece.B));
                    break;
                case PieceKind.Kept when kept.TryGetValue(piece.A, out var value):
                    text.Append(value);
                    break;
                default:
                    Expand(piece.A, random, text, kept);
                    break;
            }

            if (piece.Kind == PieceKind.Capital && text.Length > start)
            {
                text[start] = char.ToUpperInvariant(text[start]);
            }
            else if (piece.Kind == PieceKind.Kept)
            {
                kept.TryAdd(piece.A, text.ToString(start, text.Length - start));
            }
        }
    }

    static void Collect(string file, Dictionary<string, List<string>> texts)
    {
        List<string>? current = null;
        foreach (var line in file.Split('\n').Select(line => line.TrimEnd('\r')))
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var body = line.TrimStart();
            if (!body.StartsWith('|'))
            {
                var sign = body.IndexOf('=', StringComparison.Ordinal);
                var name = sign > 0 ? body[..sign].Trim() : throw new FormatException($"Grammar line '{line}' is no rule; write name = text.");
                if (!texts.TryGetValue(name, out current))
                {
                    texts[name] = current = [];
                }

                body = body[(sign + 1)..];
            }
            else
            {
                body = body[1..];
            }

            current!.AddRange(body.Split('|').Select(text => text.Trim().Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\_", " ", StringComparison.Ordinal)));
        }
    }

    Piece[] Compile(string rule, string text)
    {
        var pieces = new List<Piece>();
        var position = 0;
        while (position < text.Length)
        {
            var open = text.IndexOf('{', position);
            var close = open < 0 ? -1 : text.IndexOf('}', open);
            if (close < 0)
            {
                pieces.Add(new Piece(PieceKind.Literal, 0, 0, text[position..]));
                break;
            }

            var name = text[(open + 1)..close];
            var slot = Slot(rule, name);
            if (slot is null)
            {
                // A brace of the text itself: a slot may still follow right behind it.
                pieces.Add(new Piece(PieceKind.Literal, 0, 0, text[position..(open + 1)]));
                position = open + 1;
            }
            else
            {
                pieces.Add(new Piece(PieceKind.Literal, 0, 0, text[position..open]));
                pieces.Add(slot.Value);
                position = close + 1;
            }
        }

        return [.. pieces.Where(piece => piece.Kind != PieceKind.Literal || piece.Text.Length > 0)];
    }

    Piece? Slot(string rule, string name)
    {
        if (name.Length == 0 || name[0] == '%' || !(char.IsAsciiLetterOrDigit(name[0]) || name[0] is '^' or '@'))
        {
            return null;
        }

        if (char.IsAsciiDigit(name[0]))
        {
            var ends = name.Split('-');
            return new Piece(PieceKind.Number, int.Parse(ends[0]), int.Parse(ends[^1]), "");
        }

        var kind = name[0] switch { '^' => PieceKind.Capital, '@' => PieceKind.Kept, _ => PieceKind.Rule };
        var target = kind == PieceKind.Rule ? name : name[1..];
        return _numbers.TryGetValue(target, out var number)
            ? new Piece(kind, number, 0, "")
            : throw new FormatException($"Grammar rule '{rule}' uses '{target}', which no file defines.");
    }

    enum PieceKind
    {
        Literal,
        Number,
        Rule,
        Capital,
        Kept,
    }

    readonly record struct Piece(PieceKind Kind, int A, int B, string Text);
}
