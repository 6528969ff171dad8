using System.Text.Json;

namespace Stillwatch.Storage.Replays;

/// <summary>Replays that have ended, a file each, so that a link to one outlives the server's process. The newest twenty are kept. Thread-safe.</summary>
public sealed class ReplayFolder(string root)
{
    public const int MostKept = 20;

    readonly string _path = Path.Combine(root, "replays");
    readonly Lock _lock = new();

    /// <exception cref="IOException">The disk refuses.</exception>
    public void Keep(ReplayJob job)
    {
        lock (_lock)
        {
            Directory.CreateDirectory(_path);
            var partial = PathOf(job.Id) + ".partial";
            using (var file = new FileStream(partial, SecretFile.OwnedBy(FileMode.Create, FileAccess.Write)))
            {
                JsonSerializer.Serialize(file, job, ReplayJson.Readable.ReplayJob);
            }

            File.Move(partial, PathOf(job.Id), overwrite: true);
            foreach (var old in Names().SkipLast(MostKept))
            {
                File.Delete(PathOf(old));
            }
        }
    }

    /// <summary>Null when none of that id is kept, or its file is damaged.</summary>
    public ReplayJob? Find(string id)
    {
        lock (_lock)
        {
            if (!Names().Contains(id)) // never a path made from what a caller wrote
            {
                return null;
            }

            try
            {
                using var file = File.OpenRead(PathOf(id));
                return JsonSerializer.Deserialize(file, ReplayJson.Readable.ReplayJob);
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }

    /// <summary>Ids, the newest first.</summary>
    public IReadOnlyList<string> Ids()
    {
        lock (_lock)
        {
            return [.. Names().Reverse()];
        }
    }

    IReadOnlyList<string> Names() => Directory.Exists(_path)
        ? [.. Directory.EnumerateFiles(_path, "rpl_*.json").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)]
        : [];

    string PathOf(string id) => Path.Combine(_path, $"{id}.json");
}
