using Microsoft.Data.Sqlite;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Sketches;
using Stillwatch.Storage;
using Stillwatch.Storage.Exchanges;

namespace Stillwatch.Scan;

/// <summary>Reads the sketches a server stored into a consumer, in the order the server's own detector got them, so that both judge alike.</summary>
/// <remarks>May read while the server writes; what comes later than the start is left for the next time. Not thread-safe.</remarks>
sealed class StoredSketches(DataDirectory directory, DetectionKey key, ModelNames models, AccountIds ids, IReadOnlyList<AppRecord> apps)
{
    const int RowsPerProgress = 10_000;

    readonly SketchRestorer _restorer = new(models, ids, apps);
    readonly Dictionary<string, (long Count, long First)> _rejected = [];

    /// <summary>Reads everything. Calls back on this thread only.</summary>
    /// <exception cref="StorageUnusableException">The log cannot be opened or read on.</exception>
    public ScanTotals Run(Accept<ExchangeSketch> accept, Action<ScanProgress>? progress, CancellationToken cancellationToken)
    {
        long rows = 0, accepted = 0;
        try
        {
            foreach (var row in new ExchangeLogReader(directory.ExchangesPath, key.Id).Sketches(cancellationToken))
            {
                accepted += Take(row, accept) ? 1 : 0;
                if (++rows % RowsPerProgress == 0)
                {
                    progress?.Invoke(new ScanProgress(rows, 0, null));
                }
            }
        }
        catch (SqliteException e)
        {
            throw new StorageUnusableException($"{directory.ExchangesPath} cannot be read on: {e.Message}", e);
        }

        progress?.Invoke(new ScanProgress(rows, 0, null));
        var rejections = _rejected.OrderBy(reason => reason.Key, StringComparer.Ordinal)
            .Select(reason => new Rejection(reason.Key, reason.Value.Count, directory.ExchangesPath, reason.Value.First));
        return new ScanTotals(rows, accepted, [.. rejections], HasTruncatedFile: false, [new FileTotals(directory.ExchangesPath, rows, accepted)]);
    }

    bool Take(StoredSketch row, Accept<ExchangeSketch> accept)
    {
        if (!_restorer.TryRestore(row, out var sketch))
        {
            return Reject(row.Sketch is [SketchCodec.Version, ..] ? "damaged-sketch" : "sketch-of-other-version", row.Sequence);
        }

        return accept(in sketch) || Reject("out-of-order", row.Sequence);
    }

    bool Reject(string reason, long row)
    {
        var (count, first) = _rejected.GetValueOrDefault(reason, (0, row));
        _rejected[reason] = (count + 1, first);
        return false;
    }
}
