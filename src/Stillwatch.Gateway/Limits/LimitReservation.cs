using System.Runtime.CompilerServices;

namespace Stillwatch.Gateway.Limits;

/// <summary>What one exchange took out of which budgets, and how they stood then. One per exchange, used again when that one is over; not
/// thread-safe.</summary>
/// <remarks>After a refusal nothing is held, but how the budgets stand can still be read: refusals bear the same headers.</remarks>
sealed class LimitReservation
{
    LimitSlots _slots;
    int _isOpen;

    /// <summary>Something is held, to be settled or released exactly once.</summary>
    public bool IsOpen => Volatile.Read(ref _isOpen) != 0;

    /// <summary>The plan that decided; null before the first decision.</summary>
    public LimitPlan? Plan { get; private set; }

    /// <summary>UTC ticks of the decision.</summary>
    public long NowTicks { get; private set; }

    public ModelLimits? Model { get; private set; }

    /// <summary>Budgets that applied.</summary>
    public int Count { get; set; }

    public ref LimitSlot this[int index] => ref _slots[index];

    /// <exception cref="InvalidOperationException">Something is held already: it would be lost.</exception>
    public void Begin(LimitPlan plan, ModelLimits model, long nowTicks)
    {
        if (IsOpen)
        {
            throw new InvalidOperationException("The reservation is open: settle or release it before it is used again.");
        }

        (Plan, Model, NowTicks, Count) = (plan, model, nowTicks, 0);
    }

    public void Open() => Volatile.Write(ref _isOpen, 1);

    /// <summary>True for the first caller only, so that nothing is given back twice.</summary>
    public bool TryClose() => Interlocked.Exchange(ref _isOpen, 0) != 0;
}

/// <summary>One budget of an exchange.</summary>
struct LimitSlot
{
    public BudgetRule Rule;
    public BudgetKey Key;

    /// <summary>What is to be taken, then what was, in the meter's unit.</summary>
    public long Amount;

    public TakeOutcome Outcome;

    /// <summary>How the budget stood after the decision; of rates only.</summary>
    public BudgetLevel Level;
}

/// <summary>What came of trying to take from one budget.</summary>
enum TakeOutcome : byte
{
    /// <summary>Not tried, or given back.</summary>
    Nothing,
    Taken,

    /// <summary>The budget has too little left.</summary>
    TooLittle,

    /// <summary>The table has no room for the budget.</summary>
    TableFull,

    /// <summary>Money cannot be written down.</summary>
    StoreFailed,
}

[InlineArray(LimitPlan.MostRules)]
struct LimitSlots
{
    LimitSlot _first;
}
