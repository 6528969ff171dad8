namespace Stillwatch.Tests.Conventions;

/// <summary>No file names a package registry or a path of the machine it was written on: a clone must build anywhere, behind any mirror.</summary>
public sealed class RepositoryTextTests
{
    // Written in two halves, so that this file does not name them either.
    static readonly string[] NotToBeNamed =
    [
        "nuget" + ".org", "npmjs" + ".com", "npmjs" + ".org", "pypi" + ".org", "crates" + ".io", "proxy.golang" + ".org", "rubygems" + ".org",
        "repo.maven" + ".apache", "docker" + ".io", "ghcr" + ".io", "/wo" + "rk/",
    ];

    [Fact]
    public void No_file_names_a_registry_or_a_path_of_one_machine()
        => Assert.Empty(Repository.Files().SelectMany(path => Named(path, Repository.Read(path))));

    [Fact]
    public void A_name_is_noticed()
        => Assert.Equal(
            ["a.md names " + NotToBeNamed[0], "a.md names " + NotToBeNamed[^1]],
            Named("a.md", $"see https://API.{NotToBeNamed[0].ToUpperInvariant()}/v3 and {NotToBeNamed[^1]}main"));

    static IEnumerable<string> Named(string path, string text)
        => NotToBeNamed.Where(name => text.Contains(name, StringComparison.OrdinalIgnoreCase)).Select(name => $"{path} names {name}");
}
