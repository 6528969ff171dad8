using System.Diagnostics;
using System.Text.Json;

namespace Stillwatch.Gateway.Tests.Clients;

/// <summary>A published client, unmodified, driven by a script of tests/clients through its features.</summary>
/// <param name="Name">As the table calls it.</param>
/// <param name="Script">File in tests/clients.</param>
/// <param name="Argument">Which package or provider.</param>
/// <param name="Package">Folder in node_modules whose version was run.</param>
sealed record ClientScript(string Name, string Script, string Argument, string Package) : IPublishedClient
{
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    static string Folder { get; } = Path.Combine(CompatibilityTable.Root, "tests", "clients");

    static string Node { get; } = Path.Combine(Folder, "node_modules", ".bin", "node");

    /// <summary>Why the script cannot be run; null when it can.</summary>
    public string? Obstacle => File.Exists(Node) && File.Exists(PackageFile) ? null
        : "tests/clients/node_modules is missing or incomplete: ./build.sh test installs it where npm is";

    public string Version => JsonDocument.Parse(File.ReadAllText(PackageFile)).RootElement.GetProperty("version").GetString()!;

    string PackageFile => Path.Combine(Folder, "node_modules", Package, "package.json");

    public async Task<IReadOnlyDictionary<string, FeatureResult>> RunAsync(Uri address, string key, string run, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Node) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.ArgumentList.Add(Script);
        start.ArgumentList.Add(Argument);
        var path = start.Environment["PATH"];
        start.Environment.Clear(); // no proxy, no credential, no setting of whoever runs the tests
        start.Environment["PATH"] = path;
        start.Environment["STILLWATCH_BASE_URL"] = address.AbsoluteUri;
        start.Environment["STILLWATCH_KEY"] = key;
        start.Environment["STILLWATCH_RUN"] = run;
        using var process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Longest);
        try
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, $"{Name} ended with code {process.ExitCode}: {await errors}");
            return (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToDictionary(
                line => line.GetProperty("feature").GetString()!,
                line => new FeatureResult(line.GetProperty("attempts").GetInt32(), line.TryGetProperty("result", out var result) ? result.GetRawText() : "null"));
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
