using Microsoft.Extensions.Logging;
using Stillwatch.Gateway.Access.Regions.Networks;
using Stillwatch.Gateway.Configuration;

namespace Stillwatch.Gateway.Policies;

/// <summary>Keeps the policy in force in step with its file and the lists it names. A bad edit is refused: the last good policy stays in force.</summary>
/// <remarks>Works as <see cref="ConfigWatcher"/> does. Databases are large and are looked at by length and time, lists by content. Thread-safe.</remarks>
sealed partial class PolicyWatcher : IDisposable
{
    const long MaxListBytes = NetworkLists.MostBytes;

    readonly string _path;
    readonly Func<string, string?> _environment;
    readonly TimeProvider _time;
    readonly ILogger _log;
    readonly FileWatch _watch;
    volatile AccessPolicy _current;
    volatile ConfigStatus _status;
    volatile IReadOnlyList<string> _files;

    PolicyWatcher(string path, PolicyReading first, string fingerprint, Func<string, string?> environment, TimeProvider time, ILogger log, bool notices)
    {
        (_path, _environment, _time, _log) = (path, environment, time, log);
        (_current, _files) = (first.Policy!, first.Files);
        _status = new ConfigStatus(true, [], first.Warnings, time.GetUtcNow(), []);
        _watch = new FileWatch(path, () => Fingerprint(path, _files), fingerprint, Load, time, notices, () => LogPollsOnly(log, path));
    }

    /// <summary>Reads the file and begins to watch it; the watcher is null when the file has faults.</summary>
    /// <param name="notices">False leaves only the poll, as on a file system without notices.</param>
    public static (PolicyReading First, PolicyWatcher? Watcher) Open(
        string path, Func<string, string?> environment, TimeProvider time, ILogger log, bool notices = true)
    {
        var before = FileWatch.Hash(path);
        var first = PolicyReader.Read(path, environment);
        return (first, first.Policy is null
            ? null
            : new PolicyWatcher(path, first, string.Join(' ', [before, .. Lists(first.Files)]), environment, time, log, notices));
    }

    /// <summary>Raised with the new policy before it becomes <see cref="Current"/>, under the watch's lock: build what hangs on it, then swap. Throwing refuses it.</summary>
    public event Action<AccessPolicy>? Changing;

    public AccessPolicy Current => _current;

    public ConfigStatus Status => _status;

    /// <summary>Reads the file now, changed or not: what SIGHUP asks for.</summary>
    public ConfigStatus Reload()
    {
        _watch.Tell();
        return _status;
    }

    public void Dispose() => _watch.Dispose();

    void Load()
    {
        var read = PolicyReader.Read(_path, _environment);
        _files = read.Files; // also of a refused one: correcting a list it names corrects the policy
        if (read.Policy is not { } policy)
        {
            Refuse(read.Faults, read.Warnings);
            return;
        }

        try
        {
            Changing?.Invoke(policy);
        }
        catch (Exception e) when (e is not OutOfMemoryException) // whatever a subscriber threw, traffic goes on as before
        {
            Refuse([ConfigFault.Unusable(_path, e)], read.Warnings);
            return;
        }

        _current = policy;
        _status = new ConfigStatus(true, [], read.Warnings, _time.GetUtcNow(), []);
        LogLoaded(_log, _path, policy.Hash, policy.Mode, policy.Levels.Rules.Count, policy.Regions.Rules.Count, policy.Limits.Rules.Count);
    }

    void Refuse(IReadOnlyList<ConfigFault> faults, IReadOnlyList<ConfigFault> warnings)
    {
        _status = _status.Refuse(faults, warnings, _time.GetUtcNow());
        LogRefused(_log, _path, faults.Count, string.Join(" | ", faults));
    }

    static string Fingerprint(string path, IReadOnlyList<string> files) => string.Join(' ', [FileWatch.Hash(path), .. Lists(files)]);

    static IEnumerable<string> Lists(IReadOnlyList<string> files) =>
        files.Select(file => file.EndsWith(".mmdb", StringComparison.OrdinalIgnoreCase) ? Stamp(file) : FileWatch.Hash(file, MaxListBytes));

    static string Stamp(string file)
    {
        try
        {
            using var handle = File.OpenHandle(file);
            return $"{RandomAccess.GetLength(handle)}@{File.GetLastWriteTimeUtc(handle).Ticks}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
