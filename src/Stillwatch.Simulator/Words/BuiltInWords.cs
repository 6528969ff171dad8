namespace Stillwatch.Simulator.Words;

/// <summary>The grammar that ships with the simulator: every <c>Lexicon/*.grammar</c> file.</summary>
static class BuiltInWords
{
    public static Grammar Load() => new(Embedded(".grammar").Select(item => item.Text));

    /// <summary>The embedded files whose name ends in <paramref name="suffix"/>, in the order of their names.</summary>
    public static IEnumerable<(string Name, string Text)> Embedded(string suffix)
    {
        var assembly = typeof(BuiltInWords).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.EndsWith(suffix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return (name, reader.ReadToEnd());
        }
    }
}
