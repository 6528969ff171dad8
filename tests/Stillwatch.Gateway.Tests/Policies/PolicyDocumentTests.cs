using System.Text.RegularExpressions;
using Stillwatch.Gateway.Policies;

namespace Stillwatch.Gateway.Tests.Policies;

/// <summary>docs/access.md explains every key with its default, and what it and docs/policies show can be copied.</summary>
public sealed partial class PolicyDocumentTests
{
    static readonly string[] Rungs = ["verify", "shape", "withhold", "suspend"];

    [Fact]
    public void Every_key_is_explained_with_its_default()
    {
        var sections = Sections();
        foreach (var (path, fallback) in PolicySchemaTests.Read())
        {
            if (PolicySchemaTests.Read().Keys.Any(other => other.StartsWith($"{path}.", StringComparison.Ordinal) || other.StartsWith($"{path}[]", StringComparison.Ordinal)))
            {
                continue; // a section, explained by its keys
            }

            var heading = sections.Keys.Where(name => path.StartsWith($"{name}.", StringComparison.Ordinal)).MaxBy(name => name.Length) ?? "";
            var key = heading.Length == 0 ? path : path[(heading.Length + 1)..];
            var rung = heading == "ladder" && key.Contains('.') ? key[..key.IndexOf('.')] : null;
            key = rung is null ? key : key[(rung.Length + 1)..];
            var row = Rows().Matches(sections[heading]).Select(match => match.Value.Split('|')).FirstOrDefault(row => row[1].Contains($"`{key}`"));
            Assert.True(row is not null, $"{path} is not explained");
            var cell = row[rung is null ? 2 : 2 + Array.IndexOf(Rungs, rung)].Trim();
            if (PolicySchemaTests.Say(path, fallback) is { } said)
            {
                Assert.Equal((path, $"`{said}`"), (path, cell));
            }
            else
            {
                Assert.Contains(cell, (string[])["none", "all", "required", "as input"]);
            }
        }
    }

    [Fact]
    public void Every_example_reads_without_fault_or_warning()
    {
        var examples = Blocks().Matches(Document()).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(examples);
        Assert.All(examples, example =>
        {
            Assert.StartsWith("# yaml-language-server: $schema=", example);
            var reading = PolicySamples.Read(example);
            Assert.Empty(reading.Faults.Concat(reading.Warnings));
        });
    }

    [Theory]
    [InlineData("start.yaml", false)]
    [InlineData("strict.yaml", true)]
    public void Published_policies_read_without_fault_or_warning(string name, bool bites)
    {
        var reading = PolicyReader.Read(RepositoryFile.Read($"docs/policies/{name}"), "policy.yaml", _ => null, out _); // no file beside it
        Assert.Empty(reading.Faults.Concat(reading.Warnings));
        var policy = reading.Policy!;
        Assert.Equal(bites ? PolicyMode.Enforce : PolicyMode.Observe, policy.Mode);
        var ownRules = policy.Limits.Rules.Where(rule => rule.Per != Stillwatch.Gateway.Limits.LimitScope.Ring).ToList();
        Assert.NotEmpty(ownRules);
        Assert.All(ownRules, rule => Assert.Equal(bites ? RuleMode.Enforce : RuleMode.Shadow, rule.Mode));
        Assert.Equal(["supported", "organization", "ownership"], policy.Regions.Rules.Select(rule => rule.Name)); // docs/regions.md
        Assert.All(policy.Regions.Rules, rule => Assert.Equal(bites ? RuleMode.Enforce : RuleMode.Shadow, rule.Mode));
        Assert.Equal(bites, policy.Levels.Rules.Count > 0);
    }

    [Theory]
    [InlineData("start.yaml")]
    [InlineData("strict.yaml")]
    public void What_published_policies_show_as_comments_reads_once_its_files_are_there(string name)
    {
        using var folder = new PolicyFolder();
        folder.Write("tor-exits.txt", "192.0.2.1\n");
        var reading = folder.Read(Commented().Replace(RepositoryFile.Read($"docs/policies/{name}"), "$1$2"));
        Assert.Empty(reading.Faults.Concat(reading.Warnings));
        Assert.Equal(["supported", "organization", "ownership", "network", "anonymous"], reading.Policy!.Regions.Rules.Select(rule => rule.Name));
        Assert.All(reading.Policy.Regions.Rules.Skip(3), rule => Assert.Equal(RuleMode.Shadow, rule.Mode));
    }

    [Fact]
    public void The_ring_budget_is_told_as_it_is()
    {
        var (requests, output) = (DefaultRingBudget.Rules[0], DefaultRingBudget.Rules[1]);
        Assert.Equal((20, 60, 2_000_000, 250_000), (requests.Amount, requests.Burst, output.Amount, output.Burst));
        Assert.Contains("20 requests a minute (60 at once) and 2 million output tokens a day (250,000 at once)", Document().ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    static string Document() => RepositoryFile.Read("docs/access.md");

    static Dictionary<string, string> Sections() => Headings().Split(Document()).Skip(1).Chunk(2)
        .ToDictionary(pair => pair[0] == "Top level" ? "" : pair[0].Trim('`'), pair => pair[1], StringComparer.Ordinal);

    [GeneratedRegex("^### (Top level|`[^`\n]+`)$", RegexOptions.Multiline)]
    private static partial Regex Headings();

    [GeneratedRegex("^```yaml\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();

    // Comments that are YAML: a key with a value or a list, or an item.
    [GeneratedRegex(@"^( *)# ( *(?:databases:|networks:|- \{))", RegexOptions.Multiline)]
    private static partial Regex Commented();

    [GeneratedRegex(@"^\| `.*$", RegexOptions.Multiline)]
    private static partial Regex Rows();
}
