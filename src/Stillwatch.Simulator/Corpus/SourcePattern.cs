using System.IO.Enumeration;

namespace Stillwatch.Simulator.Corpus;

/// <summary>A wildcard pattern (<c>*</c> any run, <c>?</c> one letter, case ignored) over the source or the campaign of a corpus record.</summary>
public sealed class SourcePattern(string pattern)
{
    public string Text { get; } = pattern;

    /// <summary>True when the campaign matches, or the source, or the source's part before the colon (the repository).</summary>
    public bool Matches(CorpusRecord record)
        => Matches(record.Campaign) || Matches(record.Source) || Matches(record.Source?.Split(':')[0]);

    bool Matches(string? value) => value is not null && FileSystemName.MatchesSimpleExpression(Text, value);
}
