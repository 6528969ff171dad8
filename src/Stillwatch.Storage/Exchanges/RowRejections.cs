using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Sketches;

namespace Stillwatch.Storage.Exchanges;

/// <summary>Rows of an exchange log that detection left out, by reason: counted alike by a scan and by a server, so that both report the same.</summary>
/// <remarks>Not thread-safe.</remarks>
public sealed class RowRejections
{
    public const string OutOfOrder = "out-of-order";

    /// <summary>How reports name the log, wherever its directory is.</summary>
    const string Log = "exchanges.db";

    readonly SortedDictionary<string, (long Count, long First)> _byReason = new(StringComparer.Ordinal);

    public RowRejections()
    {
    }

    public RowRejections(IEnumerable<Rejection> before)
    {
        foreach (var rejection in before)
        {
            _byReason[rejection.Reason] = (rejection.Count, rejection.FirstLine);
        }
    }

    public IReadOnlyList<Rejection> All => [.. _byReason.Select(r => new Rejection(r.Key, r.Value.Count, Log, r.Value.First))];

    public void Add(string reason, long row)
    {
        var (count, first) = _byReason.GetValueOrDefault(reason, (0, row));
        _byReason[reason] = (count + 1, first);
    }

    /// <summary>Why a row holds no sketch that can be read.</summary>
    public static string ReasonOf(StoredSketch row) => row.Sketch is [SketchCodec.Version, ..] ? "damaged-sketch" : "sketch-of-other-version";
}
