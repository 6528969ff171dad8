using System.Text.Json;
using Stillwatch.Console.Reports;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Scan;

/// <summary>Where a scan leaves <c>report.json</c> and <c>report.html</c>.</summary>
static class ReportFolder
{
    /// <summary>Writes both; a reader never sees half a file, since each is moved into place when whole.</summary>
    /// <returns>The path of the HTML page.</returns>
    /// <exception cref="IOException">The directory cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory must not be written.</exception>
    public static string Write(Report report, string directory)
    {
        Directory.CreateDirectory(directory);
        Place(Path.Combine(directory, "report.json"), file => JsonSerializer.Serialize(file, report, ReportJson.Readable.Report));
        var page = Path.Combine(directory, "report.html");
        Place(page, file =>
        {
            using var writer = new StreamWriter(file, leaveOpen: true);
            writer.Write(ReportPage.Render(report));
        });
        return page;
    }

    static void Place(string path, Action<Stream> write)
    {
        var partial = path + ".partial";
        using (var file = File.Create(partial))
        {
            write(file);
        }

        File.Move(partial, path, overwrite: true);
    }
}
