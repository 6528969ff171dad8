namespace Stillwatch.Gateway.Limits;

// What becomes of what was not simply met: refusals, and what is counted.
sealed partial class EmbeddedLimiter
{
    LimitRefusal Refusal(LimitReservation reservation, int refusing, long waitTicks)
    {
        ref var slot = ref reservation[refusing];
        Tally.Add(slot.Rule.Rule.Name, slot.Outcome switch
        {
            TakeOutcome.TableFull => LimitOutcome.RefusedTableFull,
            TakeOutcome.StoreFailed => LimitOutcome.RefusedStoreFailed,
            _ => LimitOutcome.Refused,
        });
        return slot.Outcome == TakeOutcome.TooLittle
            ? LimitRefusals.TooLittle(slot.Rule, TimeSpan.FromTicks(waitTicks))
            : LimitRefusals.Unavailable(slot.Rule);
    }

    /// <summary>Counts what would have refused an exchange that was admitted.</summary>
    void CountUnmet(LimitReservation reservation)
    {
        var isFailing = IsStoreFailing;
        for (var i = 0; i < reservation.Count; i++)
        {
            ref var slot = ref reservation[i];
            if (slot.Outcome == TakeOutcome.TooLittle)
            {
                Tally.Add(slot.Rule.Rule.Name, LimitOutcome.ShadowRefused);
            }
            else if (slot.Outcome == TakeOutcome.TableFull)
            {
                Tally.Add(slot.Rule.Rule.Name, LimitOutcome.ServedTableFull);
            }
            else if (isFailing && slot.Rule.Meter == Meter.SpendNanoUsd)
            {
                Tally.Add(slot.Rule.Rule.Name, LimitOutcome.ServedStoreFailed);
            }
        }
    }

    /// <summary>An enforced rule that nobody can decide on: refuse or serve, as the policy says, and count which.</summary>
    LimitRefusal? Undecided(BudgetRule rule, LimitPlan plan, LimitOutcome refused, LimitOutcome served)
    {
        var refuses = rule.IsEnforced && plan.Policy.OnStoreFailure == StoreFailure.Closed;
        Tally.Add(rule.Rule.Name, refuses ? refused : served);
        return refuses ? LimitRefusals.Unavailable(rule) : null;
    }
}
