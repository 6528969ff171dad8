using System.Text.RegularExpressions;

namespace Stillwatch.Tests.Conventions;

/// <summary>
/// Every error code of the gateway and of its admin API stands in docs/errors.md, and nothing else does. Codes are read from the text of src:
/// the second argument after a status, the first of an AdminFault, and what the three places that choose one by a case can choose.
/// </summary>
public sealed partial class ErrorCodeTests
{
    /// <summary>Files in which a code is chosen first and put into an error afterwards.</summary>
    static readonly string[] Choosers = ["src/Stillwatch.Gateway/Forwarding/RequestReading.cs", "src/Stillwatch.Gateway/Dialects/Translation/UpstreamError.cs"];

    [Fact]
    public void Codes_and_their_document_agree() => Assert.Equal(InSource(), InDocument(Repository.Read("docs/errors.md")));

    [Theory]
    [InlineData("src/A.cs", "=> new GatewayError(404, \"no_such_thing\", \"There is none.\");", "no_such_thing")]
    [InlineData("src/A.cs", "static GatewayError Gone() => new(\n    410, \"gone_away\",\n    \"Gone.\");", "gone_away")]
    [InlineData("src/A.cs", "new GatewayError(e.StatusCode, \"bad_thing\", text)", "bad_thing")]
    [InlineData("src/A.cs", "new AdminFault(\n    \"bad_order\", \"Order.\")", "bad_order")]
    [InlineData("src/A.cs", "_ => Refuse(409, \"too_late\", $\"Late.\")", "too_late")]
    [InlineData("src/Stillwatch.Gateway/Forwarding/RequestReading.cs", "RejectReason.Odd => \"odd_thing\",", "odd_thing")]
    [InlineData("src/Stillwatch.Gateway/Dialects/Translation/UpstreamError.cs", "in (ReadOnlySpan<string>)[\"one_code\"])", "one_code")]
    public void A_code_is_noticed(string path, string text, string code) => Assert.Equal([code], Codes(path, text));

    [Fact]
    public void What_is_no_code_is_not_taken_for_one() => Assert.Empty(Codes("src/A.cs", "404 => \"not_found_error\"u8, Log(500, \"Something failed\")"));

    static SortedSet<string> InSource()
        => [.. Repository.Files("src", ".cs").SelectMany(path => Codes(path, Repository.Read(path)))];

    static IEnumerable<string> Codes(string path, string text)
    {
        var patterns = Choosers.Contains(path) ? new[] { Stated(), Fault(), Chosen() } : [Stated(), Fault()];
        return patterns.SelectMany(pattern => pattern.Matches(text)).Select(match => match.Groups[1].Value);
    }

    /// <summary>Codes stand in the first column of the tables, and in the sentence on the development upstream.</summary>
    static SortedSet<string> InDocument(string text)
    {
        var places = text.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('|')[1])
            .Concat(text.Split('\n').Where(line => line.StartsWith("The [development upstream]", StringComparison.Ordinal)));
        return [.. places.SelectMany(place => Quoted().Matches(place)).Select(match => match.Groups[1].Value)];
    }

    [GeneratedRegex(@"\b(?:new(?: GatewayError)?|Refuse)\(\s*(?:\d{3}|[\w.]*[sS]tatus\w*),\s*""([a-z][a-z0-9_]*)""")]
    private static partial Regex Stated();

    [GeneratedRegex(@"\bnew AdminFault\(\s*""([a-z][a-z0-9_]*)""")]
    private static partial Regex Fault();

    [GeneratedRegex(@"(?:=> |return |[\[ ])""([a-z]+_[a-z0-9_]+)""(?=[,;\]])")]
    private static partial Regex Chosen();

    [GeneratedRegex("`([a-z][a-z0-9_]*)`")]
    private static partial Regex Quoted();
}
