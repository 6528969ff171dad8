namespace Stillwatch.Gateway.Configuration;

/// <summary>What was found while one configuration was read: faults and warnings, where each key stands, and which keys were asked for.</summary>
sealed class ConfigNotes(string file)
{
    readonly List<ConfigFault> _faults = [];
    readonly List<ConfigFault> _warnings = [];
    readonly Dictionary<string, (string File, int Line, string Key)> _places = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    readonly Dictionary<string, object?> _keys = new(StringComparer.Ordinal);

    public bool HasFaults => _faults.Count > 0;

    public IReadOnlyList<ConfigFault> Faults => Sorted(_faults);

    public IReadOnlyList<ConfigFault> Warnings => Sorted(_warnings);

    /// <summary>Every key the reader asked for, as the schema places it (<c>upstreams.*.api</c>, <c>models[].match</c>), with its default.</summary>
    public IReadOnlyDictionary<string, object?> Keys => _keys;

    /// <summary>The key stands in this line.</summary>
    public void Place(string path, int line) => _places[path] = (file, line, path);

    /// <summary>The key's value comes from the command line; call it after the file's section was opened.</summary>
    public void Override(string path, string option) => _places[path] = ("command line", 0, option);

    /// <summary>The key stands in the file.</summary>
    public bool Has(string path) => _places.ContainsKey(path);

    /// <summary>The key's value as it stands in the file, variables unresolved; never a secret's.</summary>
    public void Write(string path, string shown) => _values[path] = shown;

    /// <summary>The value of a key as a fault may show it; null for a list, a mapping and what the file does not have.</summary>
    public string? Written(string path) => _values.GetValueOrDefault(path);

    /// <summary>Whether the key, or something in it, is a fault already.</summary>
    public bool Blames(string path) => _faults.Any(fault => fault.Key.StartsWith(path, StringComparison.Ordinal));

    public void Ask(string schemaPath, object? fallback) => _keys[schemaPath] = fallback;

    public void Fault(int line, string path, string says) => _faults.Add(new ConfigFault(file, line, path, says));

    public void Fault(string path, string says) => _faults.Add(At(path, says));

    public void Warn(string path, string says) => _warnings.Add(At(path, says));

    // A key that is not there is missed where its nearest parent stands.
    ConfigFault At(string path, string says)
    {
        for (var at = path; at.Length > 0; at = at[..Math.Max(0, at.LastIndexOfAny(['.', '[']))])
        {
            if (_places.TryGetValue(at, out var place))
            {
                return at == path ? new ConfigFault(place.File, place.Line, place.Key, says) : new ConfigFault(place.File, place.Line, path, says);
            }
        }

        return new ConfigFault(file, 0, path, says);
    }

    // An alias brings a node, and so its faults, to several places; each is told once per place.
    static IReadOnlyList<ConfigFault> Sorted(List<ConfigFault> faults) => [.. faults.Distinct().OrderBy(fault => fault.Line)];
}
