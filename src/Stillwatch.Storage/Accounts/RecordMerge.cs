using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Storage.Accounts;

/// <summary>What holds when a file of the configuration says one thing and a later act said another.</summary>
/// <remarks>
/// For each tracked member that an act other than a file (API, webhook, expiry, import through the API) has set:
/// (1) a file written before or at the moment of the act does not undo it;
/// (2) a file that is silent on the member never undoes it, however new;
/// (3) a newer file that states the member does.
/// Everything else is as the file says, unless the whole record was stated later than the file was written. The same files and acts
/// give the same record in whatever order the file is read again.
/// </remarks>
static class RecordMerge
{
    /// <param name="fromFile">The record as the file has it.</param>
    /// <param name="actsMs">When each member was last set by an act; members no act has set are absent.</param>
    /// <param name="fileMs">When the file was last written.</param>
    public static Recorded<T> WithFile<T>(
        RecordKind<T> kind, Recorded<T> stored, T fromFile, IReadOnlyDictionary<string, long> actsMs, long fileMs)
        where T : class
    {
        var merged = stored.StatedMs >= fileMs ? stored.Value : fromFile;
        foreach (var member in kind.Tracked)
        {
            var actMs = Math.Max(stored.StatedMs, actsMs.GetValueOrDefault(member.Name));
            var keepsAct = actMs > 0 && (actMs >= fileMs || member.Read(fromFile) is null);
            merged = member.Copy(merged, keepsAct ? stored.Value : fromFile);
        }

        return kind.Level(merged) == kind.Level(stored.Value)
            ? stored with { Value = merged }
            : stored with { Value = merged, LevelUntilMs = null, LevelAfter = null };
    }

    /// <summary>A record that the admin API was sent whole: it holds, but what it is silent on stays.</summary>
    public static Recorded<T> WithStated<T>(RecordKind<T> kind, Recorded<T>? stored, T stated, long nowMs)
        where T : class
    {
        if (stored is null)
        {
            return new Recorded<T>(stated) { StatedMs = nowMs };
        }

        var merged = kind.Overlay(stored.Value, stated);
        foreach (var member in kind.Tracked.Where(member => member.Read(stated) is null))
        {
            merged = member.Copy(merged, stored.Value); // an empty list is silence too
        }

        var next = stored with { Value = merged, StatedMs = nowMs };
        return kind.Level(merged) == kind.Level(stored.Value) ? next : next with { LevelUntilMs = null, LevelAfter = null };
    }
}
