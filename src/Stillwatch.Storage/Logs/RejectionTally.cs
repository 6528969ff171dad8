using System.Text.Json;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Storage.Logs;

/// <summary>Counts skipped lines by reason and file, and remembers the first of each. Not thread-safe.</summary>
public sealed class RejectionTally
{
    readonly Dictionary<(RejectReason Reason, string File), (long Count, long FirstLine)> _counts = [];

    /// <summary>All that was counted.</summary>
    public long Count { get; private set; }

    /// <summary>Whether any input was cut off or damaged.</summary>
    public bool HasTruncatedFile { get; private set; }

    public void Add(RejectReason reason, string file, long line)
    {
        var (count, firstLine) = _counts.GetValueOrDefault((reason, file), (0, line));
        _counts[(reason, file)] = (count + 1, Math.Min(firstLine, line));
        Count++;
        HasTruncatedFile |= reason == RejectReason.TruncatedFile;
    }

    /// <summary>As contract 5.3 lists them: by file, then reason.</summary>
    public IReadOnlyList<Rejection> ToList() =>
    [
        .. _counts
            .Select(entry => new Rejection(NameOf(entry.Key.Reason), entry.Value.Count, entry.Key.File, entry.Value.FirstLine))
            .OrderBy(rejection => rejection.File, StringComparer.Ordinal)
            .ThenBy(rejection => rejection.Reason, StringComparer.Ordinal),
    ];

    /// <summary>The reason as reports spell it: <c>duplicate-key</c>.</summary>
    public static string NameOf(RejectReason reason) => JsonNamingPolicy.KebabCaseLower.ConvertName(reason.ToString());
}
