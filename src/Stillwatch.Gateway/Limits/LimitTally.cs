using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Stillwatch.Gateway.Limits;

/// <summary>What a rule came to, when it was not simply met.</summary>
enum LimitOutcome
{
    /// <summary>Refused by an enforced rule.</summary>
    Refused,

    /// <summary>A shadow rule would have refused.</summary>
    ShadowRefused,

    /// <summary>Not decided, since the table of budgets is full of live ones; refused.</summary>
    RefusedTableFull,

    /// <summary>The same; served without that limit.</summary>
    ServedTableFull,

    /// <summary>Spend cannot be written; refused.</summary>
    RefusedStoreFailed,

    /// <summary>Spend cannot be written; served, counted in memory alone.</summary>
    ServedStoreFailed,

    /// <summary>More rules apply than an exchange can hold; refused.</summary>
    RefusedTooManyRules,

    /// <summary>The same; served without the rules beyond.</summary>
    ServedTooManyRules,

    /// <summary>More was used than was reserved, and the table had no room to remember it.</summary>
    DebtLost,
}

/// <summary>Counts by rule and outcome. Thread-safe. As many as there are rules, so bounded; a count of something that exists costs no
/// allocation.</summary>
sealed class LimitTally
{
    readonly ConcurrentDictionary<(string Rule, LimitOutcome Outcome), StrongBox<long>> _counts = new();

    public void Add(string rule, LimitOutcome outcome) =>
        Interlocked.Increment(ref _counts.GetOrAdd((rule, outcome), static _ => new StrongBox<long>()).Value);

    /// <summary>The exchange went on, or was over: nobody was refused, or would have been.</summary>
    public static bool IsServed(LimitOutcome outcome) =>
        outcome is LimitOutcome.ServedTableFull or LimitOutcome.ServedStoreFailed or LimitOutcome.ServedTooManyRules or LimitOutcome.DebtLost;

    public long Of(string rule, LimitOutcome outcome) =>
        _counts.TryGetValue((rule, outcome), out var count) ? Volatile.Read(ref count.Value) : 0;

    /// <summary>Everything counted so far, by rule, then outcome.</summary>
    public IReadOnlyList<(string Rule, LimitOutcome Outcome, long Count)> Counts =>
    [
        .. _counts.Select(pair => (pair.Key.Rule, pair.Key.Outcome, Count: Volatile.Read(ref pair.Value.Value)))
            .OrderBy(count => count.Rule, StringComparer.Ordinal).ThenBy(count => count.Outcome),
    ];
}
