using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Stillwatch.Gateway.Configuration;

/// <summary>Builds the tree of a YAML file from the parser's events, so that a repeated key is one fault among others and not the end of reading.</summary>
/// <remarks>
/// One document; anchors and aliases are allowed, tags are not. <c>${NAME}</c> may stand unquoted inside <c>{ }</c>, where YAML itself
/// would take its brace for a mapping: references are hidden from the parser and put back into the scalars, column for column.
/// </remarks>
sealed partial class ConfigTree
{
    const int DeepestNesting = 16;

    // Private-use characters; a file that holds them already reads as if it held the reference.
    const char Dollar = '\uE000', Open = '\uE001', Close = '\uE002';

    readonly Parser _parser;
    readonly ConfigNotes _notes;
    readonly Dictionary<AnchorName, ConfigNode> _anchors = [];

    readonly string _least;

    ConfigTree(string text, ConfigNotes notes, string least)
    {
        _least = least;
        _parser = new Parser(new StringReader(Reference().Replace(text, match => $"{Dollar}{Open}{match.Groups[1].Value}{Close}")));
        _notes = notes;
    }

    /// <param name="least">What an empty file is told to hold.</param>
    /// <returns>The root mapping; null, with the fault noted, when the text is no YAML mapping.</returns>
    public static ConfigMapping? Parse(string text, ConfigNotes notes, string least = "upstreams and models (docs/configuration.md has examples)")
    {
        try
        {
            return new ConfigTree(text, notes, least).Document();
        }
        catch (YamlException e)
        {
            notes.Fault((int)e.Start.Line, "", $"is no YAML from here on: {Restored(e.Message).TrimEnd('.')}. Check indentation, colons and quotes around here; nothing below was read.");
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException)
        {
            // The parser's own way of giving up on some texts, such as a quote in the middle of a word.
            notes.Fault(0, "", "is no YAML, and the parser cannot say where. Check quotes, brackets and special characters.");
            return null;
        }
    }

    ConfigMapping? Document()
    {
        _parser.MoveNext();
        _parser.MoveNext();
        if (_parser.Current is not DocumentStart)
        {
            _notes.Fault(1, "", $"is empty; write at least {_least}.");
            return null;
        }

        _parser.MoveNext();
        var root = Node("", 0);
        _parser.MoveNext();
        if (_parser.Current is DocumentStart second)
        {
            _notes.Fault((int)second.Start.Line, "", "a second YAML document begins here; keep one, without ---.");
        }

        if (root is not ConfigMapping mapping)
        {
            _notes.Fault(root.Line, "", "must be a mapping of keys to values, such as 'name: value'.");
            return null;
        }

        return mapping;
    }

    // On return the parser stands behind the node.
    ConfigNode Node(string path, int depth)
    {
        var current = _parser.Current!;
        var line = (int)current.Start.Line;
        if (depth > DeepestNesting)
        {
            throw new YamlException(current.Start, current.End, $"nested more than {DeepestNesting} deep");
        }

        if (current is AnchorAlias alias)
        {
            _parser.MoveNext();
            return _anchors.TryGetValue(alias.Value, out var known) ? known : throw new YamlException(alias.Start, alias.End, $"*{alias.Value} names no anchor above it");
        }

        if (current is not NodeEvent opened)
        {
            // The parser gives up on some damaged texts with an end where a value should begin.
            throw new YamlException(current.Start, current.End, "a value is missing here");
        }

        if (!opened.Tag.IsEmpty && !opened.Tag.IsNonSpecific)
        {
            _notes.Fault(line, path, $"the tag {opened.Tag.Value} is not understood; remove it.");
        }

        _parser.MoveNext();
        ConfigNode node = opened switch
        {
            Scalar scalar => new ConfigScalar(Restored(scalar.Value), scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null", line),
            SequenceStart => List(path, depth, line),
            _ => Mapping(path, depth, line),
        };
        if (!opened.Anchor.IsEmpty)
        {
            _anchors[opened.Anchor] = node;
        }

        return node;
    }

    ConfigList List(string path, int depth, int line)
    {
        var items = new List<ConfigNode>();
        while (_parser.Current is not SequenceEnd)
        {
            items.Add(Node($"{path}[{items.Count}]", depth + 1));
        }

        _parser.MoveNext();
        return new ConfigList(items, line);
    }

    ConfigMapping Mapping(string path, int depth, int line)
    {
        var entries = new List<ConfigEntry>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        while (_parser.Current is not MappingEnd)
        {
            var key = Node(path, depth + 1);
            var name = key is ConfigScalar scalar ? scalar.Raw : "?";
            var full = path.Length == 0 ? name : $"{path}.{name}";
            var value = Node(full, depth + 1);
            if (key is not ConfigScalar)
            {
                _notes.Fault(key.Line, full, "a key must be a word.");
            }
            else if (!seen.TryAdd(name, key.Line))
            {
                _notes.Fault(key.Line, full, $"stands here a second time, first in line {seen[name]}; keep one of the two.");
            }
            else
            {
                entries.Add(new ConfigEntry(name, key.Line, value));
            }
        }

        _parser.MoveNext();
        return new ConfigMapping(entries, line);
    }

    static string Restored(string text) => text.Replace(Dollar, '$').Replace(Open, '{').Replace(Close, '}');

    [GeneratedRegex(@"\$\{([^{}""'\r\n]*)\}")]
    private static partial Regex Reference();
}
