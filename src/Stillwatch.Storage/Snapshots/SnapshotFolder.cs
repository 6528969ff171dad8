namespace Stillwatch.Storage.Snapshots;

/// <summary>The snapshots of a data directory, of which the newest two are kept. Readable by their owner alone.</summary>
/// <remarks>
/// A snapshot is written beside the others, flushed to the disk, renamed into its place, and the folder flushed, before an older one goes: whatever
/// moment the process or the machine stops at, the newest whole snapshot is there. Not thread-safe: the one process that has the directory.
/// </remarks>
public sealed class SnapshotFolder(string dataDirectory)
{
    const int Kept = 2;
    const string Suffix = ".snapshot";
    const string Partial = "next.partial";

    /// <summary>The folder; it may not exist.</summary>
    public string Path { get; } = System.IO.Path.Combine(dataDirectory, "snapshots");

    /// <summary>Snapshots, the newest first; each is read and checked only when its turn comes.</summary>
    /// <exception cref="StorageUnusableException">The folder cannot be read.</exception>
    public IEnumerable<SnapshotFile> Newest() => Numbered().OrderByDescending(n => n.Number).Select(n => SnapshotFile.Open(n.Path));

    /// <summary>Writes one more.</summary>
    /// <param name="save">Writes the state; the stream goes forward only.</param>
    /// <returns>Its size in bytes.</returns>
    /// <exception cref="IOException">The disk is full, or refuses: the older snapshots are as they were.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is another user's.</exception>
    public long Write(SnapshotHeader header, Action<Stream> save)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Path);
        }
        else
        {
            Directory.CreateDirectory(Path, SecretFile.OwnerOnly | UnixFileMode.UserExecute);
        }

        // 1. Beside the others. What a crash left of an earlier try goes first.
        var partial = System.IO.Path.Combine(Path, Partial);
        File.Delete(partial);
        var older = Numbered();
        long bytes;
        using (var file = new FileStream(partial, SecretFile.OwnedBy(FileMode.CreateNew, FileAccess.Write)))
        {
            bytes = SnapshotFile.Write(file, header, save);
            file.Flush(flushToDisk: true);
        }

        // 2. Into its place.
        var number = older.Select(n => n.Number).DefaultIfEmpty(0).Max() + 1;
        File.Move(partial, System.IO.Path.Combine(Path, $"{number:D12}{Suffix}"), overwrite: false);
        FolderFlush.Run(Path);

        // 3. The oldest goes.
        foreach (var (_, path) in older.OrderByDescending(n => n.Number).Skip(Kept - 1))
        {
            File.Delete(path);
        }

        return bytes;
    }

    List<(long Number, string Path)> Numbered()
    {
        try
        {
            return Directory.Exists(Path)
                ? [.. Directory.EnumerateFiles(Path, $"*{Suffix}")
                    .Select(path => (IsNumber: long.TryParse(System.IO.Path.GetFileNameWithoutExtension(path), out var number), Number: number, Path: path))
                    .Where(file => file.IsNumber).Select(file => (file.Number, file.Path))]
                : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageUnusableException($"{Path} cannot be read: {e.Message} Run as the user who owns it.", e);
        }
    }
}
