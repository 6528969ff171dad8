using System.Runtime.CompilerServices;

namespace Stillwatch.Gateway.Limits;

/// <summary>How long a part of a budget takes to come back: ticks of 100 ns, and parts of a tick that only <see cref="BudgetRate"/> can
/// read.</summary>
readonly record struct Refill(long Ticks, long Parts);

/// <summary>What is kept of one budget: when it will be full again if nothing more is taken (the theoretical arrival time), and when it
/// was last found full.</summary>
struct BudgetLevel
{
    /// <summary>UTC ticks; not in the future means full.</summary>
    public long FullAgainTicks;

    /// <summary>Parts of a tick beyond <see cref="FullAgainTicks"/>.</summary>
    public long Parts;

    /// <summary>UTC ticks of the last arrival that found the budget full. What was taken before it has refilled, so it is not given back
    /// a second time.</summary>
    public long FoundFullTicks;
}

/// <summary>
/// The generic cell rate algorithm in its virtual-scheduling form (ATM Forum, Traffic Management Specification 4.0, section 4.4.2; ITU-T
/// I.371), with a cost per arrival. Exact: a unit's emission interval is the fraction period / amount, kept as whole ticks and whole
/// parts of
/// a tick of 1 / amount, so nothing is ever rounded and nothing drifts. Immutable; the caller holds the lock of the level.
/// </summary>
readonly struct BudgetRate
{
    // A level never runs further ahead than this, 3,650 years; it keeps sums far from overflow.
    const long MostTicks = 1L << 60;

    readonly long _amount; // reduced by the common divisor
    readonly long _periodTicks;
    readonly Refill _whole;

    /// <param name="amount">Units per period, at least 1.</param>
    /// <param name="burst">What a full budget holds, in units, at least 1.</param>
    public BudgetRate(long amount, TimeSpan period, long burst)
    {
        var divisor = Divisor(amount, period.Ticks);
        (_amount, _periodTicks) = (amount / divisor, period.Ticks / divisor);
        _whole = Of(burst);
    }

    /// <summary>How long <paramref name="units"/> take to refill.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Refill Of(long units)
    {
        var high = Math.BigMul((ulong)units, (ulong)_periodTicks, out var low);
        if (high != 0)
        {
            return OfMany(new UInt128(high, low));
        }

        var (ticks, parts) = Math.DivRem(low, (ulong)_amount);
        return new Refill((long)Math.Min(ticks, MostTicks), (long)parts);
    }

    /// <summary>Takes <paramref name="charged"/> when there is room for <paramref name="fits"/>, which is no more than a full budget
    /// holds.</summary>
    /// <param name="waitTicks">How long until there would have been room; 0 when taken.</param>
    public bool TryTake(ref BudgetLevel level, long fits, long charged, long nowTicks, out long waitTicks)
    {
        Advance(ref level, nowTicks);
        var after = Add(level, Of(fits));
        var (ticks, parts) = (after.Ticks - nowTicks - _whole.Ticks, after.Parts - _whole.Parts);
        if (fits > 0 && (ticks > 0 || (ticks == 0 && parts > 0)))
        {
            waitTicks = ticks + (parts > 0 ? 1 : 0);
            return false;
        }

        waitTicks = 0;
        Set(ref level, charged == fits ? after : Add(level, Of(charged)), nowTicks);
        return true;
    }

    /// <summary>Takes what was used already, room or no room: debt.</summary>
    public void Charge(ref BudgetLevel level, long units, long nowTicks)
    {
        Advance(ref level, nowTicks);
        Set(ref level, Add(level, Of(units)), nowTicks);
    }

    /// <summary>Gives back what was taken, unless the budget was found full since: then time has given it back.</summary>
    /// <param name="foundFullTicks"><see cref="BudgetLevel.FoundFullTicks"/> just after it was taken.</param>
    public void GiveBack(ref BudgetLevel level, long units, long foundFullTicks)
    {
        if (level.FoundFullTicks != foundFullTicks)
        {
            return;
        }

        var less = Of(units);
        level.FullAgainTicks -= less.Ticks;
        level.Parts -= less.Parts;
        if (level.Parts < 0)
        {
            level.Parts += _amount;
            level.FullAgainTicks--;
        }
    }

    /// <summary>Whole units that can be taken at <paramref name="nowTicks"/>; never negative.</summary>
    public long Remaining(in BudgetLevel level, long nowTicks)
    {
        var (ticks, parts) = level.FullAgainTicks < nowTicks
            ? (_whole.Ticks, _whole.Parts)
            : (_whole.Ticks - (level.FullAgainTicks - nowTicks), _whole.Parts - level.Parts);
        if (ticks < 0)
        {
            return 0;
        }

        var free = ((Int128)ticks * _amount) + parts;
        return free <= 0 ? 0 : free <= long.MaxValue ? (long)free / _periodTicks : (long)(free / _periodTicks);
    }

    /// <summary>Brings a level to now: a budget that is full stays full. A rule whose amount was changed finds parts it cannot read, and
    /// rounds them up.</summary>
    void Advance(ref BudgetLevel level, long nowTicks)
    {
        if (level.Parts >= _amount)
        {
            (level.FullAgainTicks, level.Parts) = (level.FullAgainTicks + 1, 0);
        }

        if (level.FullAgainTicks < nowTicks || (level.FullAgainTicks == nowTicks && level.Parts == 0))
        {
            (level.FullAgainTicks, level.Parts, level.FoundFullTicks) = (nowTicks, 0, nowTicks);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    Refill Add(in BudgetLevel level, Refill more)
    {
        var parts = level.Parts + more.Parts;
        return parts >= _amount
            ? new Refill(level.FullAgainTicks + more.Ticks + 1, parts - _amount)
            : new Refill(level.FullAgainTicks + more.Ticks, parts);
    }

    static void Set(ref BudgetLevel level, Refill at, long nowTicks) =>
        (level.FullAgainTicks, level.Parts) = (Math.Min(at.Ticks, nowTicks + MostTicks), at.Parts);

    Refill OfMany(UInt128 product)
    {
        var (ticks, parts) = UInt128.DivRem(product, (ulong)_amount);
        return new Refill((long)UInt128.Min(ticks, MostTicks), (long)parts);
    }

    static long Divisor(long a, long b)
    {
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return a;
    }
}
