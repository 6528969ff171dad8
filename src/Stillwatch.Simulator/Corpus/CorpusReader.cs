using System.IO.Compression;
using System.Text.Json;

namespace Stillwatch.Simulator.Corpus;

/// <summary>What of a corpus to use.</summary>
/// <param name="Directory">Holds <c>*.jsonl.gz</c> or <c>*.jsonl</c> files and, if it likes, <c>traces/</c> and <c>harvest_ops.csv</c>.</param>
/// <param name="Exclude">Records that match any of these are not there.</param>
/// <param name="OnlyCampaigns">When not empty, campaigns draw their templates from matching harvest records only; benign use is untouched.</param>
public sealed record CorpusOptions(string Directory, IReadOnlyList<SourcePattern> Exclude, IReadOnlyList<SourcePattern> OnlyCampaigns);

/// <summary>Reads the records of a corpus directory, files in the order of their names.</summary>
static class CorpusReader
{
    /// <exception cref="InvalidDataException">The directory is missing, holds no record, or a line is no JSON; the message names file and line.</exception>
    public static List<CorpusRecord> Read(CorpusOptions options)
    {
        if (!Directory.Exists(options.Directory))
        {
            throw new InvalidDataException($"--corpus {options.Directory}: no such directory; name one with *.jsonl.gz files, or leave it out for the built-in texts.");
        }

        var records = new List<CorpusRecord>();
        foreach (var path in Files(options.Directory))
        {
            using Stream file = File.OpenRead(path);
            using var stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
            using var reader = new StreamReader(stream);
            for (var number = 1; reader.ReadLine() is { } line; number++)
            {
                if (Parse(line, path, number) is { Kind: { Length: > 0 }, Text: { Length: > 0 } } record
                    && !options.Exclude.Any(pattern => pattern.Matches(record)))
                {
                    records.Add(record);
                }
            }
        }

        return records.Count > 0
            ? records
            : throw new InvalidDataException($"--corpus {options.Directory}: no record left to use; check the directory and --exclude-source.");
    }

    static IEnumerable<string> Files(string directory)
        => Directory.EnumerateFiles(directory)
            .Where(path => path.EndsWith(".jsonl.gz", StringComparison.Ordinal) || path.EndsWith(".jsonl", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    static CorpusRecord? Parse(string line, string path, int number)
    {
        if (line.Length == 0)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(line, CorpusJson.Default.CorpusRecord);
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path} line {number}: not a corpus record ({error.Message.Split('.')[0]}); a record is a JSON object with kind and text.");
        }
    }
}
