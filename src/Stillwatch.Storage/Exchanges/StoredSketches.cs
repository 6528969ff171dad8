using Microsoft.Data.Sqlite;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;
using Stillwatch.Storage.Logs;
using Stillwatch.Storage.Sqlite;

namespace Stillwatch.Storage.Exchanges;

/// <summary>Reads the sketches a server stored into a consumer, in the order the server's own detector got them, so that both judge alike.</summary>
/// <remarks>May read while the server writes; what comes later than the start is left for the next time. Not thread-safe.</remarks>
public sealed class StoredSketches(
    DataDirectory directory, DetectionKey key, ModelNames models, AccountIds ids, IReadOnlyList<AppRecord> apps, long untilRow = long.MaxValue, long afterRow = 0)
{
    const int RowsPerProgress = 10_000;

    readonly SketchRestorer _restorer = new(models, ids, apps);
    readonly RowRejections _rejected = new();

    /// <summary>Reads everything, or what was there up to a row. Calls back on this thread only.</summary>
    /// <exception cref="StorageUnusableException">The log cannot be opened or read on.</exception>
    public ScanTotals Run(Accept<ExchangeSketch> accept, Action<ScanProgress>? progress, CancellationToken cancellationToken)
    {
        long rows = 0, accepted = 0;
        try
        {
            foreach (var row in new ExchangeLogReader(directory.ExchangesPath, key.Id).Sketches(cancellationToken, afterRow, untilRow))
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
            throw SqliteFile.Unusable(directory.ExchangesPath, "cannot be read on", e);
        }

        progress?.Invoke(new ScanProgress(rows, 0, null));
        return new ScanTotals(rows, accepted, _rejected.All, HasTruncatedFile: false, [new FileTotals(directory.ExchangesPath, rows, accepted)]);
    }

    bool Take(StoredSketch row, Accept<ExchangeSketch> accept)
    {
        var why = !_restorer.TryRestore(row, out var sketch) ? RowRejections.ReasonOf(row) : accept(in sketch) ? null : RowRejections.OutOfOrder;
        if (why is not null)
        {
            _rejected.Add(why, row.Sequence);
        }

        return why is null;
    }
}
