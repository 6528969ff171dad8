using Stillwatch.Engine;
using Stillwatch.Engine.Displacements;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Sketches;
using Stillwatch.Storage.Exchanges;
using Stillwatch.Storage.Snapshots;

namespace Stillwatch.Gateway.Recording;

/// <summary>A row of the exchange log as detection takes it.</summary>
/// <param name="Row">Its place in the log; they grow.</param>
/// <param name="Rejected">Why the row holds no sketch that can be read; null when it does.</param>
readonly record struct LoggedSketch(long Row, string? Rejected, ExchangeSketch Sketch);

/// <summary>A detector and its place in the logs: what a snapshot is of, and what the rest of the logs is added to. Not thread-safe.</summary>
sealed class LiveDetection
{
    readonly CampaignDetector _detector;
    readonly RowRejections _rejected;

    /// <param name="from">Where the detector was restored from; null for an empty one.</param>
    public LiveDetection(CampaignDetector detector, SnapshotHeader? from = null)
    {
        (_detector, _rejected) = (detector, new RowRejections(from?.Rejected ?? []));
        (Row, Findings) = (from?.LogRow ?? 0, from?.Findings ?? 0);
    }

    /// <summary>The newest row that was taken; 0 before the first.</summary>
    public long Row { get; private set; }

    /// <summary>Findings of trials that were taken.</summary>
    public int Findings { get; private set; }

    /// <summary>Grows with everything that may change a report.</summary>
    public long Revision { get; private set; }

    /// <summary>Grows with each judgement the detector made by itself.</summary>
    public long Judgements => _detector.Judgements;

    /// <summary>Takes the next row; one that was taken already is passed over. False: its sketch came too late to be judged.</summary>
    public bool Take(in LoggedSketch logged)
    {
        if (logged.Row <= Row)
        {
            return true;
        }

        (Row, Revision) = (logged.Row, Revision + 1);
        var why = logged.Rejected ?? (_detector.Add(logged.Sketch) ? null : RowRejections.OutOfOrder);
        if (why is not null)
        {
            _rejected.Add(why, logged.Row);
        }

        return why != RowRejections.OutOfOrder;
    }

    public void Learn(AccountRecord record)
    {
        _detector.Learn(record);
        Revision++;
    }

    public void Learn(DisplacementFinding finding)
    {
        _detector.Learn(finding);
        Findings++;
        Revision++;
    }

    public void Use(Policy policy)
    {
        _detector.Use(policy);
        Revision++;
    }

    /// <summary>What a scan of the rows taken so far says. Costs a judgement, and no copy of the state.</summary>
    public Report Report() => _detector.Preview(_rejected.All);

    /// <summary>Describes a snapshot of this moment.</summary>
    public SnapshotHeader Header(SnapshotTerms terms, string? logExchange) => new()
    {
        State = CampaignDetector.SnapshotVersion,
        KeyId = terms.KeyId,
        MemoryBytes = terms.MemoryBytes,
        AppsHash = terms.AppsHash,
        PolicyHash = _detector.PolicyHash,
        LogRow = Row,
        LogExchange = logExchange,
        Exchanges = _detector.Exchanges,
        Findings = Findings,
        Rejected = _rejected.All,
    };

    public void Save(Stream stream) => _detector.Save(stream);
}

/// <summary>What a snapshot must agree with to be used.</summary>
/// <param name="AppsHash">Of the apps file; empty without one.</param>
sealed record SnapshotTerms(string KeyId, long MemoryBytes, string AppsHash);
