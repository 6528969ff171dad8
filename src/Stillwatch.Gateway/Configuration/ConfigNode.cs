namespace Stillwatch.Gateway.Configuration;

/// <summary>A piece of a configuration file, with the line it begins in.</summary>
abstract record ConfigNode(int Line);

/// <param name="Raw">As written, references not yet resolved.</param>
/// <param name="IsNothing">An empty value, <c>~</c> or <c>null</c>, unquoted.</param>
sealed record ConfigScalar(string Raw, bool IsNothing, int Line) : ConfigNode(Line);

sealed record ConfigList(IReadOnlyList<ConfigNode> Items, int Line) : ConfigNode(Line);

sealed record ConfigMapping(IReadOnlyList<ConfigEntry> Entries, int Line) : ConfigNode(Line)
{
    public ConfigNode? this[string key] => Entries.FirstOrDefault(entry => entry.Key == key)?.Value;
}

sealed record ConfigEntry(string Key, int Line, ConfigNode Value);
