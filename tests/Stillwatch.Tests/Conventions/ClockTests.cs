using System.Text.RegularExpressions;

namespace Stillwatch.Tests.Conventions;

/// <summary>
/// Time is a parameter and randomness has a seed. The compiler refuses the symbols of BannedSymbols.txt; these tests keep that wiring in place,
/// keep anybody from switching it off, and keep the clocks that a host may use out of detection and simulation.
/// </summary>
public sealed partial class ClockTests
{
    static readonly string[] PureFolders = ["src/Stillwatch.Engine/", "src/Stillwatch.Simulator/"];

    /// <summary>
    /// A secret must not follow from a seed: the detection key, which is a parameter of everything else, and the seed of a hash table, which no
    /// result depends on and which nobody may know who could prepare colliding names.
    /// </summary>
    static readonly string[] MakeSecrets = ["src/Stillwatch.Engine/Sketches/DetectionKey.cs", "src/Stillwatch.Engine/Exchanges/OpenNames.cs"];

    [Fact]
    public void The_compiler_refuses_clocks()
    {
        Assert.Contains("BannedSymbols.txt", Repository.Read("Directory.Build.props"));
        Assert.Contains("dotnet_diagnostic.RS0030.severity = error", Repository.Read(".editorconfig"));
        var banned = Repository.Read("BannedSymbols.txt");
        Assert.All(
            ["System.DateTime.Now", "System.DateTime.UtcNow", "System.DateTimeOffset.Now", "System.DateTimeOffset.UtcNow", "System.Random.Shared", "System.Random.#ctor"],
            symbol => Assert.Contains($":{symbol};", banned));
    }

    [Fact]
    public void No_source_reads_a_clock()
        => Assert.Empty(Repository.Files("src", ".cs").Where(path => !MakeSecrets.Contains(path)).SelectMany(path => Faults(path, Repository.Read(path))));

    [Theory]
    [InlineData("src/Stillwatch/A.cs", "var now = DateTime.UtcNow;")]
    [InlineData("src/Stillwatch/A.cs", "var now = System.DateTimeOffset.Now;")]
    [InlineData("src/Stillwatch/A.cs", "#pragma warning disable RS0030 // just this once")]
    [InlineData("src/Stillwatch.Engine/A.cs", "var watch = Stopwatch.StartNew();")]
    [InlineData("src/Stillwatch.Engine/A.cs", "long Now(TimeProvider time) => time.GetTimestamp();")]
    [InlineData("src/Stillwatch.Simulator/A.cs", "var id = Guid.NewGuid();")]
    public void A_clock_is_noticed(string path, string line) => Assert.Single(Faults(path, line));

    [Fact]
    public void A_host_may_measure() => Assert.Empty(Faults("src/Stillwatch/A.cs", "var watch = Stopwatch.StartNew(); Run(TimeProvider.System);"));

    static IEnumerable<string> Faults(string path, string text)
        => text.Split('\n')
            .Where(line => Anywhere().IsMatch(line) || (PureFolders.Any(folder => path.StartsWith(folder, StringComparison.Ordinal)) && InPurePlaces().IsMatch(line)))
            .Select(line => $"{path}: {line.Trim()}");

    [GeneratedRegex(@"\bDateTime(Offset)?\.(Now|UtcNow|Today)\b|\bRandom\.Shared\b|\bnew Random\(|RS0030")]
    private static partial Regex Anywhere();

    [GeneratedRegex(@"\b(TimeProvider|Stopwatch|Environment\.TickCount(64)?|Guid\.NewGuid|RandomNumberGenerator)\b")]
    private static partial Regex InPurePlaces();
}
