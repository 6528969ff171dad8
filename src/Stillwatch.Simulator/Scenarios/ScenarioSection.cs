using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Stillwatch.Simulator.Scenarios;

/// <summary>One mapping of a scenario file. Every fault is noted with its key, value and cure, and reading goes on, so all come at once.</summary>
sealed class ScenarioSection
{
    readonly YamlMappingNode _node;
    readonly string _path;
    readonly string _section;
    readonly List<string> _errors;
    readonly HashSet<(string Section, string Key)> _asked;
    readonly HashSet<string> _keys = [];

    public ScenarioSection(YamlMappingNode node, string path, string section, List<string> errors, HashSet<(string Section, string Key)> asked)
    {
        _node = node;
        _path = path;
        _section = section;
        _errors = errors;
        _asked = asked;
    }

    public string Text(string key, string? fallback = null)
    {
        if (Value(key) is not { } value)
        {
            return fallback ?? Missing(key, "a text");
        }

        return value;
    }

    public double Number(string key, double lowest, double highest, double? fallback = null)
    {
        if (Value(key) is not { } value)
        {
            return fallback ?? double.Parse(Missing(key, $"a number from {lowest} to {highest}", "0"));
        }

        if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= lowest && number <= highest)
        {
            return number;
        }

        _errors.Add($"{_path}{key}: '{value}' is no number from {lowest} to {highest}.");
        return lowest;
    }

    public int Whole(string key, int lowest, int highest, int? fallback = null)
    {
        var number = Number(key, lowest, highest, fallback);
        if (number == Math.Floor(number))
        {
            return (int)number;
        }

        _errors.Add($"{_path}{key}: {number} is no whole number; write {Math.Round(number)}.");
        return lowest;
    }

    public DateTimeOffset Time(string key)
    {
        var value = Text(key);
        if (DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return time.ToUniversalTime();
        }

        _errors.Add($"{_path}{key}: '{value}' is no time; write it like 2026-02-02T00:00:00Z.");
        return DateTimeOffset.UnixEpoch;
    }

    public string Choice(string key, IReadOnlyList<string> allowed, string? fallback = null)
    {
        var value = Text(key, fallback);
        if (!allowed.Contains(value))
        {
            _errors.Add($"{_path}{key}: '{value}' is unknown; use one of {string.Join(", ", allowed)}.");
        }

        return value;
    }

    public IReadOnlyList<string> Choices(string key, IReadOnlyList<string> allowed)
    {
        Note(key);
        if (Child(key) is not { } child)
        {
            return [];
        }

        if (child is not YamlSequenceNode list)
        {
            _errors.Add($"{_path}{key}: must be a list, e.g. [{allowed[0]}].");
            return [];
        }

        var values = list.Children.Select(item => (item as YamlScalarNode)?.Value ?? "").ToList();
        foreach (var value in values.Where(value => !allowed.Contains(value)))
        {
            _errors.Add($"{_path}{key}: '{value}' is unknown; use some of {string.Join(", ", allowed)}.");
        }

        return values;
    }

    public bool Flag(string key)
    {
        var value = Value(key);
        if (value is null or "true" or "false")
        {
            return value == "true";
        }

        _errors.Add($"{_path}{key}: '{value}' is neither true nor false.");
        return false;
    }

    /// <summary>The mapping below <paramref name="key"/>; empty, and a fault unless <paramref name="optional"/>, when there is none.</summary>
    public ScenarioSection Section(string key, bool optional = false)
    {
        Note(key);
        var child = Child(key);
        if (child is not YamlMappingNode && !(optional && child is null))
        {
            _errors.Add($"{_path}{key}: is missing or no mapping; write its keys below it.");
        }

        return new ScenarioSection(child as YamlMappingNode ?? [], $"{_path}{key}.", key, _errors, _asked);
    }

    public IReadOnlyList<ScenarioSection> Sections(string key)
    {
        Note(key);
        if (Child(key) is not YamlSequenceNode list)
        {
            _errors.Add($"{_path}{key}: is missing or no list; write a list of mappings, or [].");
            return [];
        }

        var sections = new List<ScenarioSection>();
        foreach (var child in list.Children)
        {
            var path = $"{_path}{key}[{sections.Count}].";
            if (child is not YamlMappingNode)
            {
                _errors.Add($"{path} is no mapping.");
            }

            sections.Add(new ScenarioSection(child as YamlMappingNode ?? [], path, key, _errors, _asked));
        }

        return sections;
    }

    public void Fault(string key, string text) => _errors.Add($"{_path}{key}: {text}");

    /// <summary>Call last: what nobody asked for is a fault.</summary>
    public void RefuseOthers()
    {
        foreach (var key in _node.Children.Keys.Select(node => (node as YamlScalarNode)?.Value ?? "?").Where(key => !_keys.Contains(key)))
        {
            _errors.Add($"{_path}{key}: unknown key; allowed here are {string.Join(", ", _keys.Order(StringComparer.Ordinal))}.");
        }
    }

    string? Value(string key)
    {
        Note(key);
        if (Child(key) is YamlScalarNode { Value.Length: > 0 } scalar)
        {
            return scalar.Value;
        }

        return null;
    }

    YamlNode? Child(string key) => _node.Children.TryGetValue(new YamlScalarNode(key), out var child) ? child : null;

    void Note(string key)
    {
        _keys.Add(key);
        _asked.Add((_section, key));
    }

    string Missing(string key, string wanted, string value = "")
    {
        _errors.Add($"{_path}{key}: is missing; give {wanted}.");
        return value;
    }
}
