namespace Stillwatch.Gateway.Configuration;

/// <summary>Makes a value of a text.</summary>
/// <returns>Null when it did; otherwise what is legal and the cure, as the end of a sentence that begins with the value.</returns>
delegate string? ConfigParser<T>(string text, out T value);

/// <summary>One mapping of the file. Every fault is noted and reading goes on with the default, so that all faults come at once.</summary>
sealed class ConfigSection
{
    const int LongestShown = 80;

    readonly ConfigMapping _node;
    readonly string _path;
    readonly string _schemaPath;
    readonly ConfigNotes _notes;
    readonly Func<string, string?> _environment;
    readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public ConfigSection(ConfigMapping node, ConfigNotes notes, Func<string, string?> environment)
        : this(node, "", "", notes, environment)
    {
    }

    ConfigSection(ConfigMapping node, string path, string schemaPath, ConfigNotes notes, Func<string, string?> environment)
    {
        (_node, _path, _schemaPath, _notes, _environment) = (node, path, schemaPath, notes, environment);
        foreach (var entry in node.Entries)
        {
            notes.Place(Path(entry.Key), entry.Line);
        }
    }

    /// <summary>The value, or the fallback when the key is absent or faulty.</summary>
    public T Read<T>(string key, ConfigParser<T> parse, T fallback)
    {
        Ask(key, fallback);
        return _node[key] is { } node && TryRead(node, Path(key), parse, false, out var value) ? value : fallback;
    }

    /// <summary>The value; its absence is a fault.</summary>
    /// <param name="wanted">What to write, as the end of "is missing; ".</param>
    public T? Require<T>(string key, ConfigParser<T> parse, string wanted)
    {
        Ask(key, null);
        if (_node[key] is not { } node)
        {
            _notes.Fault(Path(key), $"is missing; {wanted}");
            return default;
        }

        return TryRead(node, Path(key), parse, false, out var value) ? value : default;
    }

    /// <summary>A value that no fault may show. A literal one is taken, with a warning.</summary>
    public string? Secret(string key, ConfigParser<string> parse)
    {
        Ask(key, null);
        if (_node[key] is not { } node || !TryRead(node, Path(key), parse, true, out var value))
        {
            return null;
        }

        if (node is ConfigScalar scalar && !EnvironmentReferences.Has(scalar.Raw))
        {
            _notes.Warn(Path(key), "a secret stands in the file; keep it in the environment and write ${NAME} here.");
        }

        return value;
    }

    /// <summary>A list of values that no fault may show. A literal one is taken, with a warning.</summary>
    public IReadOnlyList<string> Secrets(string key, ConfigParser<string> parse)
    {
        var values = List(key, parse, areSecret: true);
        if (((_node[key] as ConfigList)?.Items.AsEnumerable<ConfigNode?>() ?? [_node[key]]).Any(item => item is ConfigScalar scalar && !EnvironmentReferences.Has(scalar.Raw)))
        {
            _notes.Warn(Path(key), "a secret stands in the file; keep it in the environment and write ${NAME} here.");
        }

        return values;
    }

    /// <summary>A list; a single value is a list of one.</summary>
    public IReadOnlyList<T> List<T>(string key, ConfigParser<T> parse) => List(key, parse, areSecret: false);

    IReadOnlyList<T> List<T>(string key, ConfigParser<T> parse, bool areSecret)
    {
        Ask(key, null);
        var values = new List<T>();
        var items = _node[key] switch
        {
            null => [],
            ConfigList list => list.Items,
            var single => [single],
        };
        for (var i = 0; i < items.Count; i++)
        {
            var path = _node[key] is ConfigList ? $"{Path(key)}[{i}]" : Path(key);
            _notes.Place(path, items[i].Line);
            if (TryRead(items[i], path, parse, areSecret, out var value))
            {
                values.Add(value);
            }
        }

        return values;
    }

    /// <summary>The mapping below a key; an empty one when the key is absent.</summary>
    public ConfigSection Section(string key)
    {
        Ask(key, null);
        return Child(_node[key], Path(key), Schema(key));
    }

    /// <summary>The mappings below a key, by name.</summary>
    public IReadOnlyList<(string Name, ConfigSection Section)> Named(string key)
    {
        Ask(key, null);
        var names = _node[key] is null ? [] : Mapping(_node[key], Path(key)).Entries;
        return [.. names.Select(entry =>
        {
            _notes.Place($"{Path(key)}.{entry.Key}", entry.Line);
            return (entry.Key, Child(entry.Value, $"{Path(key)}.{entry.Key}", $"{Schema(key)}.*"));
        })];
    }

    /// <summary>A list of mappings.</summary>
    public IReadOnlyList<ConfigSection> Sections(string key)
    {
        Ask(key, null);
        if (_node[key] is not null and not ConfigList)
        {
            _notes.Fault(Path(key), "must be a list; begin each of its lines with '- '.");
        }

        return [.. ((_node[key] as ConfigList)?.Items ?? []).Select((item, i) =>
        {
            _notes.Place($"{Path(key)}[{i}]", item.Line);
            return Child(item, $"{Path(key)}[{i}]", $"{Schema(key)}[]");
        })];
    }

    /// <summary>Call last: what nobody asked for is a fault.</summary>
    /// <param name="moved">Says where a key of an older form belongs now; null for a key it never had.</param>
    public void RefuseOthers(Func<string, string?>? moved = null)
    {
        foreach (var entry in _node.Entries.Where(entry => !_asked.Contains(entry.Key)))
        {
            if (moved?.Invoke(entry.Key) is { } cure)
            {
                _notes.Fault(entry.Line, Path(entry.Key), cure);
                continue;
            }

            var nearest = NearestIds.To(entry.Key, _asked, most: 1);
            var isTypo = NearestIds.Edits(NearestIds.Cut(entry.Key), nearest[0]) <= Math.Max(1, nearest[0].Length / 3);
            var allowed = $"allowed here: {string.Join(", ", _asked.Order(StringComparer.Ordinal))}.";
            _notes.Fault(entry.Line, Path(entry.Key), isTypo ? $"is no key; did you mean {nearest[0]}? ({allowed[..^1]})" : $"is no key; remove it ({allowed[..^1]}).");
        }
    }

    public bool Has(string key) => _node[key] is not null;

    public string Path(string key) => _path.Length == 0 ? key : $"{_path}.{key}";

    string Schema(string key) => _schemaPath.Length == 0 ? key : $"{_schemaPath}.{key}";

    bool TryRead<T>(ConfigNode node, string path, ConfigParser<T> parse, bool isSecret, out T value)
    {
        value = default!;
        if (node is not ConfigScalar scalar)
        {
            _notes.Fault(path, $"must be one value, not a {(node is ConfigList ? "list" : "mapping")}.");
            return false;
        }

        if (!isSecret)
        {
            _notes.Write(path, Shown(scalar.Raw));
        }

        if (!EnvironmentReferences.TryResolve(scalar.Raw, _environment, out var text, out var broken))
        {
            _notes.Fault(path, broken!);
            return false;
        }

        if (text.Length == 0 || scalar.IsNothing)
        {
            // ${NAME:-} says that it may be empty: then it is as if the key were not there.
            if (!scalar.Raw.Contains(":-", StringComparison.Ordinal))
            {
                _notes.Fault(path, "has no value; give it one or remove the line.");
            }

            return false;
        }

        if (parse(text, out value) is not { } wrong)
        {
            return true;
        }

        _notes.Fault(path, isSecret ? $"the value (not shown) {wrong}" : $"'{Shown(scalar.Raw)}' {wrong}");
        return false;
    }

    ConfigSection Child(ConfigNode? node, string path, string schemaPath) =>
        new(node is null ? new ConfigMapping([], 0) : Mapping(node, path), path, schemaPath, _notes, _environment);

    ConfigMapping Mapping(ConfigNode? node, string path)
    {
        if (node is ConfigMapping mapping)
        {
            return mapping;
        }

        _notes.Fault(path, "must be a mapping; write its keys below it, indented.");
        return new ConfigMapping([], node?.Line ?? 0);
    }

    void Ask(string key, object? fallback)
    {
        _asked.Add(key);
        _notes.Ask(Schema(key), fallback);
    }

    /// <summary>A value as a fault shows it: without the password an address may carry in front of its host, and not too long.</summary>
    public static string Shown(string raw)
    {
        var at = raw.LastIndexOf('@');
        var host = raw.IndexOf("//", StringComparison.Ordinal);
        var shown = host >= 0 && at > host ? $"{raw[..(host + 2)]}***{raw[at..]}" : raw;
        return shown.Length <= LongestShown ? shown : shown[..LongestShown] + "…";
    }
}
