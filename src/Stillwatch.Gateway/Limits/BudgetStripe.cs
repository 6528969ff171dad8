using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Stillwatch.Gateway.Limits;

/// <summary>One part of the table of budgets, under one lock. Whoever takes several takes them in the order of their numbers.</summary>
/// <remarks>
/// A budget that is full equals one that is absent, so it is forgotten without loss. The table is swept when it has doubled since it was
/// last
/// swept, and, when it is full of live budgets, no more often than every <see cref="SweepPause"/>: a
/// flood of new names cannot make every request pay for a sweep.
/// </remarks>
sealed class BudgetStripe(int capacity)
{
    static readonly TimeSpan SweepPause = TimeSpan.FromMilliseconds(100);
    const int FirstSweep = 256;

    readonly Lock _lock = new();
    readonly Dictionary<BudgetKey, BudgetLevel> _levels = [];
    readonly Dictionary<BudgetKey, int> _running = [];
    readonly Dictionary<BudgetKey, SpendBudget> _spends = [];
    List<SpendBudget> _dirty = [];
    int _sweepAt = Math.Min(capacity, FirstSweep);
    long _noSweepBeforeTicks;

    public int Count => _levels.Count + _running.Count + _spends.Count;

    /// <summary>Exchanges admitted, counted in the first of their stripes.</summary>
    public long Admitted { get; set; }

    public IEnumerable<SpendBudget> Spends => _spends.Values;

    public void Enter() => _lock.Enter();

    public void Exit() => _lock.Exit();

    /// <summary>The level of a rate, a new one when there was none: full. A null reference when there is no room.</summary>
    public ref BudgetLevel LevelOf(BudgetKey key, long nowTicks)
    {
        ref var level = ref CollectionsMarshal.GetValueRefOrNullRef(_levels, key);
        if (Unsafe.IsNullRef(ref level) && HasRoom(nowTicks))
        {
            level = ref CollectionsMarshal.GetValueRefOrAddDefault(_levels, key, out _);
        }

        return ref level;
    }

    /// <summary>The level of a rate; a null reference when it was full and forgotten.</summary>
    public ref BudgetLevel KnownLevelOf(BudgetKey key) => ref CollectionsMarshal.GetValueRefOrNullRef(_levels, key);

    /// <summary>How many exchanges run; a null reference when there is no room to count.</summary>
    public ref int RunningOf(BudgetKey key, long nowTicks)
    {
        ref var running = ref CollectionsMarshal.GetValueRefOrNullRef(_running, key);
        if (Unsafe.IsNullRef(ref running) && HasRoom(nowTicks))
        {
            running = ref CollectionsMarshal.GetValueRefOrAddDefault(_running, key, out _);
        }

        return ref running;
    }

    /// <summary>One exchange less, and nothing kept when none runs.</summary>
    public void EndOneOf(BudgetKey key)
    {
        ref var running = ref CollectionsMarshal.GetValueRefOrNullRef(_running, key);
        if (!Unsafe.IsNullRef(ref running) && --running <= 0)
        {
            _running.Remove(key);
        }
    }

    /// <summary>The money of a budget, brought to now; null when there is no room.</summary>
    public SpendBudget? SpendOf(in LimitSlot slot, string subject, string model, long nowTicks)
    {
        if (!_spends.TryGetValue(slot.Key, out var spend))
        {
            if (!HasRoom(nowTicks))
            {
                return null;
            }

            var rule = slot.Rule.Rule;
            spend = new SpendBudget(rule.Name, rule.Per, rule.SpendPeriod, subject, rule.PerModel ? model : null);
            _spends.Add(slot.Key, spend);
        }

        spend.Advance(nowTicks);
        return spend;
    }

    public SpendBudget? KnownSpendOf(BudgetKey key) => _spends.GetValueOrDefault(key);

    /// <summary>Takes over what was stored. It was bounded when it was written, so it is not bounded again.</summary>
    public void Restore(BudgetKey key, SpendBudget spend)
    {
        if (!_spends.TryGetValue(key, out var known) || known.UntilTicks < spend.UntilTicks)
        {
            _spends[key] = spend;
        }
    }

    public void MarkDirty(SpendBudget spend)
    {
        if (!spend.IsDirty)
        {
            spend.IsDirty = true;
            _dirty.Add(spend);
        }
    }

    /// <summary>Hands over what waits to be written.</summary>
    public List<SpendBudget> TakeDirty(List<SpendBudget> spare)
    {
        (var dirty, _dirty) = (_dirty, spare);
        return dirty;
    }

    bool HasRoom(long nowTicks)
    {
        if (Count >= _sweepAt && nowTicks >= _noSweepBeforeTicks)
        {
            Sweep(nowTicks);
        }

        return Count < capacity;
    }

    void Sweep(long nowTicks)
    {
        foreach (var (key, level) in _levels)
        {
            if (level.FullAgainTicks < nowTicks)
            {
                _levels.Remove(key);
            }
        }

        foreach (var (key, spend) in _spends)
        {
            if (!spend.IsDirty && (spend.UntilTicks <= nowTicks || spend.SpentNanoUsd == 0))
            {
                _spends.Remove(key);
            }
        }

        _sweepAt = Math.Min(capacity, Math.Max(FirstSweep, Count * 2));
        _noSweepBeforeTicks = Count < capacity ? 0 : nowTicks + SweepPause.Ticks;
    }
}
