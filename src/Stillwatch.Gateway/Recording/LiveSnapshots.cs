using Microsoft.Extensions.Logging;
using Stillwatch.Engine;
using Stillwatch.Storage.Exchanges;
using Stillwatch.Storage.Snapshots;

namespace Stillwatch.Gateway.Recording;

/// <summary>Keeps detection's state on disk, so that a restart is the newest snapshot and the rest of the exchange log, and not the whole of it.</summary>
/// <remarks>
/// A snapshot is written by the task that owns the detector, between two sketches; meanwhile its queue holds. It is written after so many
/// exchanges, but not before <see cref="RestPerSnapshot"/> times the cost of the last has passed, so writing takes at most a fortieth of the
/// time. One that is damaged, or made on other terms, is passed over, logged and counted; then the one before, then the whole log.
/// Not thread-safe: opened before the task runs, then the task's own.
/// </remarks>
sealed partial class LiveSnapshots(
    SnapshotFolder folder, SnapshotTerms terms, ExchangeLogReader log, Func<int> findings, long everyExchanges, TimeProvider time, ILogger logger)
{
    public const int RestPerSnapshot = 40;

    /// <summary><c>written</c>, <c>failed</c>, <c>restored</c>, <c>refused</c>, <c>damaged</c>.</summary>
    public ReasonTally Outcomes { get; } = new();

    long _savedRow;
    long _nextTimestamp = long.MinValue;

    /// <summary>The newest snapshot that can be used; an empty detector where there is none.</summary>
    /// <exception cref="Storage.StorageUnusableException">The exchange log or the folder cannot be read.</exception>
    public LiveDetection Open(Func<CampaignDetector> make)
    {
        foreach (var snapshot in folder.Newest())
        {
            if (Refusal(snapshot) is { } why)
            {
                LogPassedOver(snapshot.Path, why);
                continue;
            }

            var start = time.GetTimestamp();
            var detector = make();
            try
            {
                using var state = snapshot.OpenState();
                detector.Restore(state);
            }
            catch (Exception e) when (e is IOException or InvalidDataException)
            {
                // Whole by its checksum and yet not readable: not the disk's fault, so the older one would fare no better.
                Outcomes.Add("damaged");
                LogPassedOver(snapshot.Path, e.Message);
                break;
            }

            Outcomes.Add("restored");
            _savedRow = snapshot.Header!.LogRow;
            LogRestored(snapshot.Path, snapshot.Header.Exchanges, snapshot.Header.LogRow, time.GetElapsedTime(start).TotalMilliseconds);
            return new LiveDetection(detector, snapshot.Header);
        }

        return new LiveDetection(make());
    }

    /// <summary>Writes a snapshot when it is time for one.</summary>
    public void Look(LiveDetection detection)
    {
        if (detection.Row - _savedRow >= everyExchanges && time.GetTimestamp() >= _nextTimestamp)
        {
            Save(detection);
        }
    }

    /// <summary>Writes a snapshot if anything is new.</summary>
    public void Save(LiveDetection detection)
    {
        if (detection.Row <= _savedRow)
        {
            return;
        }

        var start = time.GetTimestamp();
        try
        {
            var bytes = folder.Write(detection.Header(terms, log.IdOf(detection.Row)), detection.Save);
            _savedRow = detection.Row;
            Outcomes.Add("written");
            LogWritten(detection.Row, bytes, time.GetElapsedTime(start).TotalMilliseconds);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Storage.StorageUnusableException)
        {
            Outcomes.Add("failed");
            LogFailed(folder.Path, e);
        }

        var now = time.GetTimestamp();
        _nextTimestamp = now + (RestPerSnapshot * (now - start));
    }

    string? Refusal(SnapshotFile snapshot)
    {
        if (snapshot.Header is not { } header)
        {
            Outcomes.Add("damaged");
            snapshot.Delete(); // or it would count as one of the two that are kept
            return snapshot.Fault;
        }

        var isOtherKey = header.KeyId != terms.KeyId;
        var why = isOtherKey ? $"it was made with key {header.KeyId}, this server has {terms.KeyId}; it is removed"
            : header.State != CampaignDetector.SnapshotVersion ? $"its state has version {header.State}, this engine reads version {CampaignDetector.SnapshotVersion}"
            : header.MemoryBytes != terms.MemoryBytes ? $"it was made with detection.memory {header.MemoryBytes} bytes, this server has {terms.MemoryBytes}"
            : header.AppsHash != terms.AppsHash ? "the apps file is another than it was"
            : header.Findings > findings() ? $"it holds {header.Findings} findings of trials, findings.jsonl {findings()}"
            : LogFault(header);
        if (why is not null)
        {
            Outcomes.Add("refused");
        }

        if (isOtherKey)
        {
            snapshot.Delete(); // a key that is gone takes with it what was made with it
        }

        return why;
    }

    /// <summary>A loss of power may take the end of the log, which then goes on with other exchanges under the same row numbers.</summary>
    string? LogFault(SnapshotHeader header)
    {
        var id = header.LogRow == 0 ? null : log.IdOf(header.LogRow);
        return id == header.LogExchange || (id is null && log.LastRow() >= header.LogRow) // retention may have taken the row
            ? null
            : $"the exchange log has lost what it had in row {header.LogRow}, which the snapshot was made after";
    }

    [LoggerMessage(1312, LogLevel.Information, "Detection was restored from {Path}: {Exchanges} exchanges, up to row {Row} of the exchange log, in {Milliseconds:0} ms")]
    partial void LogRestored(string path, long exchanges, long row, double milliseconds);

    [LoggerMessage(1313, LogLevel.Warning, "The snapshot {Path} is not used: {Why}. The one before is tried, then the whole exchange log is read")]
    partial void LogPassedOver(string path, string? why);

    [LoggerMessage(1314, LogLevel.Information, "A snapshot of detection was written at row {Row}: {Bytes} bytes in {Milliseconds:0} ms")]
    partial void LogWritten(long row, long bytes, double milliseconds);

    [LoggerMessage(1315, LogLevel.Warning, "No snapshot of detection could be written to {Path}; the older ones stand, and the next is tried later")]
    partial void LogFailed(string path, Exception e);
}
