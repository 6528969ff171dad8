using Stillwatch.Engine.Judgement;

namespace Stillwatch.Storage.Logs;

/// <summary>How far a scan is.</summary>
/// <param name="ReadBytes">As stored, so compressed ones where the file is.</param>
/// <param name="TotalBytes">Null when an input's length is unknown.</param>
public readonly record struct ScanProgress(long Lines, long ReadBytes, long? TotalBytes);

/// <summary>What a scan has read.</summary>
/// <param name="Lines">Lines that are not blank.</param>
/// <param name="Accepted">Of these, the exchanges that were used.</param>
public sealed record ScanTotals(
    long Lines, long Accepted, IReadOnlyList<Rejection> Rejected, bool HasTruncatedFile, IReadOnlyList<FileTotals> Files)
{
    /// <summary>More bad lines than this make a report untrustworthy (contract 5.5).</summary>
    public const double MaxBadRatio = 0.01;

    /// <summary>Share of the lines that were skipped, 0 to 1.</summary>
    public double BadRatio => Lines == 0 ? 0 : (Lines - Accepted) / (double)Lines;

    /// <summary>Whether the exit code must say that the input is too bad to trust.</summary>
    public bool IsUntrustworthy => Accepted == 0 || HasTruncatedFile || BadRatio > MaxBadRatio;
}

/// <summary>What one input contributed.</summary>
public sealed record FileTotals(string Name, long Lines, long Accepted);

/// <summary>Takes an item; false when it came too late to be used.</summary>
public delegate bool Accept<T>(in T item);
