using System.Text.Json;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Verbs;

/// <summary>Reads a finished report from a directory that holds <c>report.json</c>, or from the file itself.</summary>
public static class ReportFile
{
    const string Name = "report.json";
    const string Cure = "Make one with `stillwatch scan LOG --out DIR`, or name another file.";

    /// <returns>The report, or why there is none: a sentence that names the file and the cure.</returns>
    public static (Report? Report, string? Fault) Read(string path)
    {
        var file = Directory.Exists(path) ? Path.Combine(path, Name) : path;
        if (!File.Exists(file))
        {
            return (null, $"There is no report at {file}. Give --report the directory that `stillwatch scan --out DIR` wrote, or its {Name}.");
        }

        try
        {
            using var stream = File.OpenRead(file);
            return JsonSerializer.Deserialize(stream, ReportJson.Readable.Report) switch
            {
                null => (null, $"{file} is no Stillwatch report: it holds null. {Cure}"),
                { Version: not 1 } other => (null, $"{file} is a report of version {other.Version}; this stillwatch reads version 1."),
                var report => (report, null),
            };
        }
        catch (JsonException fault)
        {
            return (null, new FileInfo(file).Length == 0 ? $"{file} is empty. {Cure}" : $"{file} is no Stillwatch report (line {fault.LineNumber + 1}). {Cure}");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return (null, $"{file} cannot be read: {fault.Message}");
        }
    }
}
