using System.Text.RegularExpressions;

namespace Stillwatch.Tests.Conventions;

/// <summary>Each kind of evidence says, in its own file, what it sees, what it costs, whom it hurts and how it is evaded.</summary>
public sealed partial class EvidenceHeaderTests
{
    const string Folder = "src/Stillwatch.Engine/Judgement/Evidence";

    static readonly string[] Fields = ["Sees", "Why extraction shows it", "Statistic", "Unit", "Cost", "False positives", "Evasion", "Source"];

    [Fact]
    public void Every_kind_of_evidence_has_the_whole_header()
    {
        var kinds = Repository.Files(Folder, ".cs").Where(path => IsEvidence().IsMatch(Repository.Read(path))).ToList();
        Assert.NotEmpty(kinds);
        Assert.Empty(kinds.SelectMany(path => Missing(Repository.Read(path)).Select(field => $"{path} lacks '{field}:'")));
    }

    [Fact]
    public void A_field_that_is_missing_or_empty_is_noticed()
        => Assert.Equal(
            ["Evasion", "Source"],
            Missing(
                """
                /// <remarks>
                /// Sees: a. Why extraction shows it: b. Statistic: c.
                /// Unit: nats. Cost: d. False positives: e.
                /// Evasion: Source:
                /// </remarks>
                sealed class Planted : IEvidence
                """));

    static IEnumerable<string> Missing(string text)
    {
        var remarks = string.Concat(Remarks().Matches(text).Select(match => match.Value.Replace("///", "")));
        var names = string.Join('|', Fields);
        return Fields.Where(field => !Regex.IsMatch(remarks, $@"\b{field}:\s+(?!({names}):)[^\s<]"));
    }

    [GeneratedRegex(@"class\s+\w+(\([^)]*\))?\s*:[^{]*\bIEvidence\b")]
    private static partial Regex IsEvidence();

    [GeneratedRegex(@"<remarks>.*?</remarks>", RegexOptions.Singleline)]
    private static partial Regex Remarks();
}
