using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Stillwatch.Tests.Conventions;

/// <summary>The projects of the house and what each may use. A further project or a further reference needs an ADR, then a line here.</summary>
public sealed class ProjectTests
{
    static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Stillwatch.Engine"] = [],
        ["Stillwatch.Storage"] = ["Stillwatch.Engine"],
        ["Stillwatch.Gateway"] = ["Stillwatch.Engine", "Stillwatch.Storage"],
        ["Stillwatch.Console"] = ["Stillwatch.Engine", "Stillwatch.Storage"],
        ["Stillwatch.Simulator"] = ["Stillwatch.Engine"],
        ["Stillwatch"] = ["Stillwatch.Engine", "Stillwatch.Storage", "Stillwatch.Gateway", "Stillwatch.Console", "Stillwatch.Simulator"],
        ["Stillwatch.Lab"] = ["Stillwatch.Simulator", "Stillwatch.Engine"],
        ["Stillwatch.Cluster"] = ["Stillwatch.Engine", "Stillwatch.Storage", "Stillwatch.Gateway"],
    };

    [Fact]
    public void Only_the_agreed_projects_exist() => Assert.Empty(Strangers(Repository.Files("", ".csproj")));

    [Fact]
    public void A_project_of_another_name_or_place_is_noticed()
        => Assert.Equal(
            ["src/Stillwatch.Common/Stillwatch.Common.csproj", "tools/Stillwatch.Engine.csproj", "tests/Probe/Probe.csproj"],
            Strangers([
                "src/Stillwatch.Engine/Stillwatch.Engine.csproj", "src/Stillwatch.Common/Stillwatch.Common.csproj", "tools/Stillwatch.Engine.csproj",
                "tests/Stillwatch.Tests/Stillwatch.Tests.csproj", "tests/Probe/Probe.csproj",
            ]));

    [Fact]
    public void A_project_uses_only_what_it_may()
        => Assert.Empty(Repository.Files("src", ".csproj").SelectMany(path => Excess(Name(path), Repository.Read(path))));

    [Fact]
    public void A_reference_too_many_is_noticed()
        => Assert.Equal(
            ["Stillwatch.Simulator uses Stillwatch.Storage", "Stillwatch.Engine takes the package Spectre.Console"],
            [
                .. Excess("Stillwatch.Simulator", "<Project><ItemGroup><ProjectReference Include=\"../Stillwatch.Storage/Stillwatch.Storage.csproj\" /></ItemGroup></Project>"),
                .. Excess("Stillwatch.Engine", "<Project><ItemGroup><PackageReference Include=\"Spectre.Console\" /></ItemGroup></Project>"),
            ]);

    [Fact]
    public void The_solution_names_every_project_and_no_other()
        => Assert.Equal(
            Repository.Files("", ".csproj"),
            Regex.Matches(Repository.Read("Stillwatch.slnx"), "Path=\"([^\"]+)\"").Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_project_has_its_lock_file()
        => Assert.All(
            Repository.Files("", ".csproj"),
            path => Assert.True(File.Exists(Path.Combine(Repository.Root, Path.GetDirectoryName(path)!, "packages.lock.json")), $"{path} has no packages.lock.json: restore once and commit it"));

    static IEnumerable<string> Strangers(IEnumerable<string> paths)
        => paths.Where(path => Name(path) is var name && !path.Equals(name switch
        {
            "Stillwatch.Benchmarks" => "bench/Stillwatch.Benchmarks/Stillwatch.Benchmarks.csproj",
            _ when MayUse.ContainsKey(name) => $"src/{name}/{name}.csproj",
            _ when name.EndsWith(".Tests", StringComparison.Ordinal) && MayUse.ContainsKey(name[..^6]) => $"tests/{name}/{name}.csproj",
            _ => null,
        }, StringComparison.Ordinal));

    static IEnumerable<string> Excess(string project, string csproj)
    {
        var items = XDocument.Parse(csproj).Descendants().ToLookup(element => element.Name.LocalName, element => (string?)element.Attribute("Include") ?? "");
        foreach (var used in items["ProjectReference"].Select(Name).Where(used => !MayUse[project].Contains(used)))
        {
            yield return $"{project} uses {used}";
        }

        // Detection stays pure: a package is a door to I/O and to clocks.
        foreach (var package in items["PackageReference"].Where(package => project == "Stillwatch.Engine" && package != "System.IO.Hashing"))
        {
            yield return $"{project} takes the package {package}";
        }
    }

    static string Name(string path) => Path.GetFileNameWithoutExtension(path);
}
