using System.Collections.Immutable;
using Stillwatch.Gateway.Configuration;

namespace Stillwatch.Gateway.Policies;

/// <summary>The words a policy file has for the values of a type: one table for reading and for writing. Immutable.</summary>
sealed class WordList<T>(params (string Word, T Value)[] words)
    where T : struct
{
    readonly ImmutableArray<(string Word, T Value)> _words = [.. words];

    public ConfigParser<T> Parse { get; } = ConfigScalars.Choice(words);

    public string Of(T value) => _words.First(word => EqualityComparer<T>.Default.Equals(word.Value, value)).Word;
}
