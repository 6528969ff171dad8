using System.Security.Cryptography;

namespace Stillwatch.Gateway.Configuration;

/// <summary>Notices that a file has another content, once that has settled: a file half written is told to nobody.</summary>
/// <remarks>
/// <para>A notice of the file system, or the poll, looks at the content's fingerprint; a new one must be seen twice, <see cref="Settle"/> apart.
/// The poll is for file systems without notices, and for Kubernetes, which swaps a link above the file.</para>
/// <para>Thread-safe: <c>changed</c> is called by one thread at a time, under the lock.</para>
/// </remarks>
sealed class FileWatch : IDisposable
{
    /// <summary>How long a content must stay the same before it is told.</summary>
    public static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(250);

    /// <summary>How often the content is looked at without a notice.</summary>
    public static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);

    readonly Lock _lock = new();
    readonly Func<string> _fingerprint;
    readonly Action _changed;
    readonly ITimer _poll;
    readonly ITimer _settle;
    readonly FileSystemWatcher? _notices;
    string _told;
    string _seen;
    bool _isDisposed;

    /// <param name="fingerprint">Tells contents apart; an unreadable file is a content like any other.</param>
    /// <param name="first">The fingerprint of what was read already.</param>
    /// <param name="notices">False leaves only the poll.</param>
    /// <param name="pollsOnly">Called when the file system gives no notices.</param>
    public FileWatch(string path, Func<string> fingerprint, string first, Action changed, TimeProvider time, bool notices, Action pollsOnly)
    {
        (_fingerprint, _changed, _told, _seen) = (fingerprint, changed, first, first);
        _settle = time.CreateTimer(_ => Look(isSettled: true), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _poll = time.CreateTimer(_ => Look(isSettled: false), null, Poll, Poll);
        _notices = notices ? Notices(path, pollsOnly) : null;
    }

    /// <summary>Tells now, changed or not.</summary>
    public void Tell()
    {
        lock (_lock)
        {
            _told = _seen = _fingerprint();
            _changed();
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

    /// <summary>Hash of a file's content; empty when it cannot be read: that must last too before it is a fault.</summary>
    public static string Hash(string path, long maxBytes = ConfigText.MaxFileBytes)
    {
        try
        {
            using var file = File.OpenRead(path);
            return file.Length > maxBytes ? $"{file.Length} bytes" : Convert.ToHexString(SHA256.HashData(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return "";
        }
    }

    void Look(bool isSettled)
    {
        lock (_lock)
        {
            var now = _fingerprint();
            if (_isDisposed || (now == _told && now == _seen))
            {
                return;
            }

            if (isSettled && now == _seen)
            {
                _told = now;
                _changed();
            }
            else if (isSettled || now != _seen)
            {
                _seen = now;
                _settle.Change(Settle, Timeout.InfiniteTimeSpan);
            }
        }
    }

    FileSystemWatcher? Notices(string path, Action pollsOnly)
    {
        try
        {
            // The folder, not the file: editors write another file and rename it.
            var watcher = new FileSystemWatcher(Path.GetDirectoryName(Path.GetFullPath(path))!);
            watcher.Changed += (_, _) => Look(isSettled: false);
            watcher.Created += (_, _) => Look(isSettled: false);
            watcher.Renamed += (_, _) => Look(isSettled: false);
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception e) when (e is IOException or ArgumentException or PlatformNotSupportedException)
        {
            pollsOnly(); // for instance: no more inotify handles
            return null;
        }
    }
}
