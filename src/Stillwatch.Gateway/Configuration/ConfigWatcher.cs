using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Stillwatch.Gateway.Configuration;

/// <summary>Keeps the running configuration in step with its file. A bad edit is refused: the last good one runs on, the faults are in <see cref="Status"/>.</summary>
/// <remarks>
/// <para>Steps: (1) a notice of the file system, or the poll, looks at the content's hash; (2) a new hash must be seen twice, <see cref="Settle"/>
/// apart, so that a file half written is not read; (3) it is read and checked whole; (4) subscribers get it; (5) it becomes <see cref="Current"/>.</para>
/// <para>The poll is for file systems without notices, and for Kubernetes, which swaps a link above the file. Thread-safe: readers see one
/// immutable configuration; loads are one at a time, under the lock.</para>
/// </remarks>
sealed partial class ConfigWatcher : IDisposable
{
    /// <summary>How long a content must stay the same before it is read.</summary>
    public static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(250);

    /// <summary>How often the content is looked at without a notice.</summary>
    public static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);

    readonly Lock _lock = new();
    readonly string _path;
    readonly ConfigOverrides _overrides;
    readonly Func<string, string?> _environment;
    readonly TimeProvider _time;
    readonly ILogger _log;
    readonly ITimer _poll;
    readonly ITimer _settle;
    readonly FileSystemWatcher? _notices;
    string _loaded;
    string _seen;
    volatile GatewayConfig _current;
    volatile ConfigStatus _status;
    bool _isDisposed;

    ConfigWatcher(
        string path, ConfigReading first, string hash, ConfigOverrides overrides, Func<string, string?> environment, TimeProvider time, ILogger log, bool notices)
    {
        (_path, _overrides, _environment, _time, _log) = (path, overrides, environment, time, log);
        (_current, _loaded, _seen) = (first.Config!, hash, hash);
        _status = new ConfigStatus(true, [], first.Warnings, time.GetUtcNow(), []);
        _settle = time.CreateTimer(_ => Look(isSettled: true), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _poll = time.CreateTimer(_ => Look(isSettled: false), null, Poll, Poll);
        _notices = notices ? Notices() : null;
    }

    /// <summary>Reads the file and begins to watch it; the watcher is null when the file has faults.</summary>
    /// <param name="notices">False leaves only the poll, as on a file system without notices.</param>
    public static (ConfigReading First, ConfigWatcher? Watcher) Open(
        string path, ConfigOverrides overrides, Func<string, string?> environment, TimeProvider time, ILogger log, bool notices = true)
    {
        var hash = Hash(path);
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
        lock (_lock)
        {
            _loaded = _seen = Hash(_path);
            Load();
            return _status;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
        }

        _notices?.Dispose();
        _poll.Dispose();
        _settle.Dispose();
    }

    void Look(bool isSettled)
    {
        lock (_lock)
        {
            var hash = Hash(_path);
            if (_isDisposed || (hash == _loaded && hash == _seen))
            {
                return;
            }

            if (isSettled && hash == _seen)
            {
                _loaded = hash;
                Load();
            }
            else if (isSettled || hash != _seen)
            {
                _seen = hash;
                _settle.Change(Settle, Timeout.InfiniteTimeSpan);
            }
        }
    }

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
            Refuse([new ConfigFault(_path, 0, "", $"could not be put to use ({e.GetType().Name}); the log of this moment says more.")], read.Warnings);
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
        var since = _status.IsCurrent ? _time.GetUtcNow() : _status.Since;
        _status = new ConfigStatus(false, faults, warnings, since, _status.NeedsRestart);
        LogRefused(_log, _path, faults.Count, string.Join(" | ", faults));
    }

    FileSystemWatcher? Notices()
    {
        try
        {
            // The folder, not the file: editors write another file and rename it.
            var watcher = new FileSystemWatcher(Path.GetDirectoryName(Path.GetFullPath(_path))!);
            watcher.Changed += (_, _) => Look(isSettled: false);
            watcher.Created += (_, _) => Look(isSettled: false);
            watcher.Renamed += (_, _) => Look(isSettled: false);
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception e) when (e is IOException or ArgumentException or PlatformNotSupportedException)
        {
            LogPollsOnly(_log, _path); // for instance: no more inotify handles
            return null;
        }
    }

    // Unreadable is a content like any other: it must last before it is a fault.
    static string Hash(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return file.Length > ConfigReader.MaxFileBytes ? $"{file.Length} bytes" : Convert.ToHexString(SHA256.HashData(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return "";
        }
    }
}
