using System.Text.RegularExpressions;
using Stillwatch.Gateway.Configuration;

namespace Stillwatch.Gateway.Tests.Configuration;

/// <summary>docs/configuration.md can be copied from, and leaves no key out.</summary>
public sealed partial class ConfigDocumentTests
{
    [Fact]
    public void Every_example_reads_without_fault_or_needless_warning()
    {
        var examples = Blocks().Matches(Document()).Select(match => match.Groups[1].Value).ToList();
        Assert.True(examples.Count >= 4, $"{examples.Count} examples");
        foreach (var example in examples)
        {
            Assert.StartsWith("# yaml-language-server: $schema=", example);
            var reading = ConfigReader.Read(example, "stillwatch.yaml", new ConfigOverrides(), _ => "secret-of-sixteen-or-more", out _);
            Assert.Empty(reading.Faults);
            Assert.DoesNotContain(reading.Warnings, warning => !warning.Says.Contains("reached from outside", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Every_key_is_explained_with_its_default()
    {
        ConfigReader.Read(ConfigSamples.Full, "stillwatch.yaml", new ConfigOverrides(), _ => "secret-of-sixteen-or-more", out var notes);
        var document = Document();
        foreach (var (path, fallback) in notes.Keys)
        {
            var key = path.Replace("upstreams.*.", "").Replace("models[].", "");
            var row = Rows().Matches(document).Select(match => match.Value).FirstOrDefault(row => row.Split('|')[1].Contains($"`{key}`"));
            var isSection = notes.Keys.Keys.Any(other => other.StartsWith($"{path}.", StringComparison.Ordinal));
            Assert.True(row is not null || isSection, $"{path} is not explained");
            if (fallback is int or TimeSpan or long or Uri)
            {
                Assert.Equal((path, $"`{Say(fallback)}`"), (path, row!.Split('|')[2].Trim()));
            }
        }
    }

    static string Say(object value) => value switch
    {
        TimeSpan time => ConfigScalars.Say(time),
        long bytes => ConfigScalars.SaySize(bytes),
        Uri address => address.ToString().TrimEnd('/'),
        _ => value.ToString()!,
    };

    static string Document() => RepositoryFile.Read("docs/configuration.md");

    [GeneratedRegex("^```yaml\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex(@"^\| `.*$", RegexOptions.Multiline)]
    private static partial Regex Rows();
}
