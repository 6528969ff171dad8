using System.Collections.Concurrent;

namespace Stillwatch.Gateway.Recording;

/// <summary>Counts by reason. Thread-safe. Reasons are words of ours, so there are few.</summary>
sealed class ReasonTally
{
    readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public void Add(string reason, long count = 1) => _counts.AddOrUpdate(reason, static (_, added) => added, static (_, before, added) => before + added, count);

    public IReadOnlyDictionary<string, long> ToDictionary() => new SortedDictionary<string, long>(_counts, StringComparer.Ordinal);
}
