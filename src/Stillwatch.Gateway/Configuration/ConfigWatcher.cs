using Microsoft.Extensions.Logging;

namespace Stillwatch.Gateway.Configuration;

/// <summary>Keeps the running configuration in step with its file. A bad edit is refused: the last good one runs on, the faults are in <see cref="Status"/>.</summary>
/// <remarks>
/// Steps: (1) the file has another content, and that has settled; (2) it is read and checked whole; (3) subscribers get it; (4) it becomes
/// <see cref="Current"/>. Thread-safe: readers see one immutable configuration; loads are one at a time, under the watch's lock.
/// </remarks>
sealed partial class ConfigWatcher : IDisposable
{
    readonly string _path;
    readonly ConfigOverrides _overrides;
    readonly Func<string, string?> _environment;
    readonly TimeProvider _time;
    readonly ILogger _log;
    readonly FileWatch _watch;
    volatile GatewayConfig _current;
    volatile ConfigStatus _status;

    ConfigWatcher(
        string path, ConfigReading first, string hash, ConfigOverrides overrides, Func<string, string?> environment, TimeProvider time, ILogger log, bool notices)
    {
        (_path, _overrides, _environment, _time, _log) = (path, overrides, environment, time, log);
        _current = first.Config!;
        _status = new ConfigStatus(true, [], first.Warnings, time.GetUtcNow(), []);
        _watch = new FileWatch(path, () => FileWatch.Hash(path), hash, Load, time, notices, () => LogPollsOnly(log, path));
    }

    /// <summary>Reads the file and begins to watch it; the watcher is null when the file has faults.</summary>
    /// <param name="notices">False leaves only the poll, as on a file system without notices.</param>
    public static (ConfigReading First, ConfigWatcher? Watcher) Open(
        string path, ConfigOverrides overrides, Func<string, string?> environment, TimeProvider time, ILogger log, bool notices = true)
    {
        var hash = FileWatch.Hash(path);
        var first = ConfigReader.Read(path, overrides, environment);
        return (first, first.Config is null ? null : new ConfigWatcher(path, first, hash, overrides, environment, time, log, notices));
    }

    /// <summary>Raised with the new configuration before it becomes <see cref="Current"/>, under the lock: build what hangs on it, then swap. Throwing refuses it.</summary>
    public event Action<GatewayConfig>? Changing;

    public GatewayConfig Current => _current;

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
        var read = ConfigReader.Read(_path, _overrides, _environment);
        if (read.Config is null)
        {
            Refuse(read.Faults, read.Warnings);
            return;
        }

        var needsRestart = RestartKeys.Changed(_current, read.Config);
        var config = RestartKeys.Keep(_current, read.Config);
        try
        {
            Changing?.Invoke(config);
        }
        catch (Exception e) when (e is not OutOfMemoryException) // whatever a subscriber threw, traffic goes on as before
        {
            Refuse([ConfigFault.Unusable(_path, e)], read.Warnings);
            return;
        }

        _current = config;
        _status = new ConfigStatus(true, [], read.Warnings, _time.GetUtcNow(), needsRestart);
        LogLoaded(_log, _path, config.Upstreams.Count, config.Models.Count);
        if (needsRestart.Count > 0)
        {
            LogNeedsRestart(_log, _path, string.Join(", ", needsRestart));
        }
    }

    void Refuse(IReadOnlyList<ConfigFault> faults, IReadOnlyList<ConfigFault> warnings)
    {
        _status = _status.Refuse(faults, warnings, _time.GetUtcNow());
        LogRefused(_log, _path, faults.Count, string.Join(" | ", faults));
    }
}
