using Stillwatch.Storage.Spend;

namespace Stillwatch.Gateway.Limits;

/// <summary>Money of one budget in one calendar period. Guarded by its stripe's lock.</summary>
sealed class SpendBudget(string rule, LimitScope scope, SpendPeriod period, string subject, string? model)
{
    public string Rule => rule;

    public string Subject => subject;

    public LimitScope Scope => scope;

    /// <summary>Billionths of a US dollar, reservations that are not settled included.</summary>
    public long SpentNanoUsd { get; set; }

    /// <summary>UTC ticks of the period's end; it names the period.</summary>
    public long UntilTicks { get; set; }

    /// <summary>Waits to be written.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Starts the next period when this one is over. A clock set back stays in the period that was reached.</summary>
    public void Advance(long nowTicks)
    {
        if (nowTicks >= UntilTicks)
        {
            (SpentNanoUsd, UntilTicks) = (0, SpendPeriods.EndOf(period, nowTicks));
        }
    }

    /// <summary>Settles what was reserved at <paramref name="takenTicks"/>. What ended periods owe or are owed is over with them.</summary>
    public bool TryAdjust(long nanoUsd, long takenTicks)
    {
        if (SpendPeriods.EndOf(period, takenTicks) != UntilTicks)
        {
            return false;
        }

        SpentNanoUsd = Math.Max(0, SpentNanoUsd + nanoUsd);
        return true;
    }

    public StoredSpend ToStored() => new(
        rule, (int)scope, (int)period, subject, model,
        (UntilTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond, SpentNanoUsd);

    public static (BudgetKey Key, SpendBudget Budget) FromStored(StoredSpend stored)
    {
        var (scope, period) = ((LimitScope)stored.Scope, (SpendPeriod)stored.Period);
        var hash = BudgetRule.HashOf(stored.Rule, scope, stored.Model is not null, Meter.SpendNanoUsd, period)
            ^ BudgetKey.HashSubject(stored.Subject);
        return (
            new BudgetKey(stored.Model is null ? hash : hash ^ BudgetKey.HashModel(stored.Model)),
            new SpendBudget(stored.Rule, scope, period, stored.Subject, stored.Model)
            {
                SpentNanoUsd = stored.NanoUsd,
                UntilTicks = DateTimeOffset.FromUnixTimeMilliseconds(stored.UntilMs).UtcTicks,
            });
    }
}

/// <summary>Calendar days and months, UTC.</summary>
static class SpendPeriods
{
    /// <summary>The first tick after the period that holds <paramref name="nowTicks"/>.</summary>
    public static long EndOf(SpendPeriod period, long nowTicks)
    {
        if (period == SpendPeriod.Day)
        {
            return ((nowTicks / TimeSpan.TicksPerDay) + 1) * TimeSpan.TicksPerDay;
        }

        var now = new DateTime(nowTicks, DateTimeKind.Utc);
        return new DateTime(now.Year, now.Month, 1, 0, 0, 0, DateTimeKind.Utc).AddMonths(1).Ticks;
    }
}
