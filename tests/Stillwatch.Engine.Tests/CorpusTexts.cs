using System.IO.Compression;
using System.Text.Json;

namespace Stillwatch.Engine.Tests;

/// <summary>Prompts of the corpus that <c>STILLWATCH_CORPUS</c> names, as JSON strings; the calling test is skipped where there is none.</summary>
internal static class CorpusTexts
{
    public static IEnumerable<(string Text, string System)> Take(int perFile)
    {
        var folder = Environment.GetEnvironmentVariable("STILLWATCH_CORPUS");
        Assert.SkipUnless(Directory.Exists(folder), "STILLWATCH_CORPUS names no folder: tests on real prompts need one");
        return Directory.EnumerateFiles(folder!, "*.jsonl.gz").Order().SelectMany(file => Read(file).Take(perFile));
    }

    static IEnumerable<(string Text, string System)> Read(string file)
    {
        using var lines = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        while (lines.ReadLine() is { } line)
        {
            using var record = JsonDocument.Parse(line);
            var texts = record.RootElement.EnumerateObject().Where(m => m.Value.ValueKind == JsonValueKind.String).Select(m => m.Value.GetRawText())
                .OrderByDescending(text => text.Length).Take(2).ToList();
            if (texts.Count > 0)
            {
                yield return (texts[0], texts[^1]);
            }
        }
    }
}
