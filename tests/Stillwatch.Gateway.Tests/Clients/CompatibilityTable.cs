using System.Text;

namespace Stillwatch.Gateway.Tests.Clients;

/// <summary>docs/compatibility.md, as the runs of the clients make it.</summary>
static class CompatibilityTable
{
    /// <summary>Clients cannot always tell that a stream broke off; the gateway tells them, so here its result may be better than the direct one.</summary>
    public static IReadOnlyList<string> MustFail { get; } = ["truncated stream", "cut connection"];

    public static string Root { get; } = FindRoot();

    static string DocumentPath => Path.Combine(Root, "docs", "compatibility.md");

    /// <returns>One word for the table, and what is wrong; null when nothing is.</returns>
    public static (string Cell, string? Fault) Compare(string feature, FeatureResult direct, FeatureResult through)
    {
        if (MustFail.Contains(feature))
        {
            const string Failed = """{"failed":true}""";
            return through.Json != Failed ? ("silent", $"{feature}: the caller was not told: {through.Json}")
                : (direct.Json == Failed ? "an error" : "an error; direct: none", null);
        }

        if (direct != through)
        {
            return ("differs", $"{feature}:\n  direct  ({direct.Attempts} attempts): {direct.Json}\n  through ({through.Attempts} attempts): {through.Json}");
        }

        return (direct.Attempts > 1 ? $"equal, {direct.Attempts} requests" : "equal", null);
    }

    public static string Render(IReadOnlyList<ClientRun> runs)
    {
        var page = new StringBuilder("""
            # Compatibility

            Published clients, unmodified, run every feature twice: against the development upstream, and through the gateway in front of it.
            "Equal" means that the caller got the same thing both times: texts, blocks, usage, error classes and messages, number of requests;
            ids and times aside. A stream that breaks off must reach the caller as an error, even where a client alone would not notice.
            An empty cell: the client has no such feature, or lets nobody ask for it.

            The tests make this page: `STILLWATCH_WRITE_DOCS=1 ./build.sh test` writes it, `./build.sh test` fails when it is not what was found.


            """);
        foreach (var group in runs.GroupBy(run => run.Group))
        {
            page.Append($"## {group.Key}\n\n| feature |{string.Concat(group.Select(run => $" {run.Client.Name} {run.Client.Version} |"))}\n");
            page.Append($"|---|{string.Concat(group.Select(_ => "---|"))}\n");
            foreach (var feature in group.SelectMany(run => run.Direct.Keys).Distinct())
            {
                page.Append($"| {feature} |{string.Concat(group.Select(run => $" {run.Cell(feature)} |"))}\n");
            }

            page.Append('\n');
        }

        return page.ToString().TrimEnd('\n').Replace("\r", "") + "\n";
    }

    /// <summary>Compares the page with what was found, or writes it when asked to.</summary>
    public static void Check(string found)
    {
        if (Environment.GetEnvironmentVariable("STILLWATCH_WRITE_DOCS") == "1")
        {
            File.WriteAllText(DocumentPath, found);
        }

        Assert.True(
            File.Exists(DocumentPath) && File.ReadAllText(DocumentPath) == found,
            $"docs/compatibility.md is not what the clients found; read the difference, then run with STILLWATCH_WRITE_DOCS=1 to write it. Found:\n{found}");
    }

    static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Stillwatch.slnx")))
            {
                return at.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No Stillwatch.slnx above {AppContext.BaseDirectory}; run the tests from a checkout.");
    }
}

/// <summary>What one client found, both ways.</summary>
sealed record ClientRun(
    string Group, IPublishedClient Client, IReadOnlyDictionary<string, FeatureResult> Direct, IReadOnlyDictionary<string, FeatureResult> Through)
{
    public string Cell(string feature)
        => Direct.TryGetValue(feature, out var direct)
            ? CompatibilityTable.Compare(feature, direct, Through.GetValueOrDefault(feature) ?? new FeatureResult(0, "missing")).Cell
            : "";
}
