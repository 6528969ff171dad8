namespace Stillwatch.Storage.Logs;

/// <summary>The inputs of a scan, found from what the user named: files, directories, <c>-</c> for standard input.</summary>
/// <param name="Files">In ordinal order of their names, so that a report does not depend on the order of a directory.</param>
/// <param name="Skipped">Files in a named directory that are no exchange logs by their name; said, never silent.</param>
public sealed record LogSource(IReadOnlyList<LogFile> Files, IReadOnlyList<string> Skipped)
{
    /// <summary>Files that stand beside logs in an export or a simulation, and are no logs.</summary>
    static readonly string[] NotLogs = ["accounts.", "organizations.", "apps.", "truth.", "truth-exchanges."];

    static readonly string[] Endings = [".jsonl", ".jsonl.gz", ".jsonl.zst", ".ndjson", ".ndjson.gz", ".ndjson.zst", ".gz", ".zst"];

    /// <summary>Resolves <paramref name="names"/>. A file named twice is read once.</summary>
    /// <exception cref="LogUnreadableException">A name that does not exist, or a directory without logs.</exception>
    public static LogSource Open(IEnumerable<string> names)
    {
        var paths = new SortedSet<string>(StringComparer.Ordinal);
        var skipped = new List<string>();
        var readsInput = false;
        foreach (var name in names)
        {
            if (name == LogFile.StandardInput)
            {
                readsInput = true;
            }
            else if (Directory.Exists(name))
            {
                AddDirectory(name, paths, skipped);
            }
            else if (File.Exists(name))
            {
                paths.Add(name);
            }
            else
            {
                throw new LogUnreadableException(
                    $"no file or directory {name}: name an exchange log (.jsonl, .jsonl.gz, .jsonl.zst), a directory of them, or - for standard input");
            }
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        var files = paths.Where(path => seen.Add(Path.GetFullPath(path))).Select(LogFile.At).ToList();
        if (readsInput)
        {
            files.Add(LogFile.OfStandardInput());
        }

        return new LogSource(files, skipped);
    }

    static void AddDirectory(string directory, SortedSet<string> paths, List<string> skipped)
    {
        var found = 0;
        foreach (var path in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(path);
            if (!Endings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) || NotLogs.Any(name.StartsWith))
            {
                skipped.Add(path);
                continue;
            }

            paths.Add(path);
            found++;
        }

        if (found == 0)
        {
            throw new LogUnreadableException(
                $"no exchange log in {directory}: a directory is searched for .jsonl, .jsonl.gz and .jsonl.zst; name the file itself if it is called otherwise");
        }
    }
}
