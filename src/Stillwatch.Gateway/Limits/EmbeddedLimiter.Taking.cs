using System.Numerics;
using System.Runtime.CompilerServices;

namespace Stillwatch.Gateway.Limits;

// From one budget, and from all of an exchange.
sealed partial class EmbeddedLimiter
{
    const int Scopes = 5;

    /// <summary>Fills the reservation's slots with the budgets that apply.</summary>
    /// <returns>The first rule there was no slot for; null when all fit, as a policy without faults has it.</returns>
    static BudgetRule? Gather(in LimitSubject subject, in LimitDemand demand, LimitReservation reservation, out ulong stripes)
    {
        var model = reservation.Model!;
        Span<UInt128> hashes = stackalloc UInt128[Scopes];
        var (hashed, count) = (0, 0);
        stripes = 0;
        foreach (var rule in model.Rules)
        {
            if (rule.SubjectIn(subject) is not { } owner || (rule.Meter == Meter.SpendNanoUsd && model.Price is null))
            {
                continue;
            }

            if (count == LimitPlan.MostRules)
            {
                reservation.Count = count;
                return rule;
            }

            var scope = (int)rule.Rule.Per;
            if ((hashed & (1 << scope)) == 0)
            {
                hashed |= 1 << scope;
                hashes[scope] = rule.Rule.Per == LimitScope.Model ? model.SubjectHash : BudgetKey.HashSubject(owner);
            }

            var hash = rule.Hash ^ hashes[scope];
            ref var slot = ref reservation[count++];
            slot.Rule = rule;
            slot.Key = new BudgetKey(rule.Rule.PerModel ? hash ^ model.Hash : hash);
            slot.Amount = rule.CostOf(demand, model.Price);
            slot.Outcome = TakeOutcome.Nothing;
            slot.Level = default;
            stripes |= 1UL << slot.Key.Stripe;
        }

        reservation.Count = count;
        return null;
    }

    void Enter(ulong stripes)
    {
        for (; stripes != 0; stripes &= stripes - 1)
        {
            _stripes[BitOperations.TrailingZeroCount(stripes)].Enter();
        }
    }

    void Exit(ulong stripes)
    {
        for (; stripes != 0; stripes &= stripes - 1)
        {
            _stripes[BitOperations.TrailingZeroCount(stripes)].Exit();
        }
    }

    /// <summary>Takes from every budget, or leaves all as they were. Under the locks of their stripes.</summary>
    /// <returns>The slot that refuses longest; less than 0 when admitted.</returns>
    int TakeAll(LimitReservation reservation, in LimitSubject subject, out long longestTicks)
    {
        (var refusing, longestTicks) = (-1, -1);
        var (isClosed, isFailing) = (reservation.Plan!.Policy.OnStoreFailure == StoreFailure.Closed, IsStoreFailing);
        for (var i = 0; i < reservation.Count; i++)
        {
            ref var slot = ref reservation[i];
            var isBlind = isClosed && isFailing && slot.Rule.IsEnforced && slot.Rule.Meter == Meter.SpendNanoUsd;
            var waitTicks = long.MaxValue;
            slot.Outcome = isBlind ? TakeOutcome.StoreFailed : Take(ref slot, subject, reservation.NowTicks, out waitTicks);
            var refuses = slot.Rule.IsEnforced && slot.Outcome != TakeOutcome.Taken && (slot.Outcome != TakeOutcome.TableFull || isClosed);
            if (refuses && waitTicks > longestTicks)
            {
                (refusing, longestTicks) = (i, waitTicks);
            }
        }

        for (var i = 0; refusing >= 0 && i < reservation.Count; i++)
        {
            ref var slot = ref reservation[i];
            if (slot.Outcome == TakeOutcome.Taken)
            {
                PutBack(ref slot);
                slot.Outcome = TakeOutcome.Nothing;
            }
        }

        return refusing;
    }

    /// <param name="waitTicks">How long until it would fit; the longest there is where nobody can say.</param>
    TakeOutcome Take(ref LimitSlot slot, in LimitSubject subject, long nowTicks, out long waitTicks)
    {
        var (rule, stripe) = (slot.Rule, _stripes[slot.Key.Stripe]);
        waitTicks = long.MaxValue;
        switch (rule.Meter)
        {
            case Meter.Concurrency:
                ref var running = ref stripe.RunningOf(slot.Key, nowTicks);
                if (Unsafe.IsNullRef(ref running))
                {
                    return TakeOutcome.TableFull;
                }

                waitTicks = 0;
                if (running >= rule.Capacity)
                {
                    return TakeOutcome.TooLittle;
                }

                running++;
                return TakeOutcome.Taken;

            case Meter.SpendNanoUsd:
                if (stripe.SpendOf(slot, rule.SubjectIn(subject)!, subject.Model, nowTicks) is not { } spend)
                {
                    return TakeOutcome.TableFull;
                }

                slot.Amount = Math.Min(slot.Amount, rule.Capacity);
                if (slot.Amount > 0 && spend.SpentNanoUsd > rule.Capacity - slot.Amount)
                {
                    return TakeOutcome.TooLittle;
                }

                spend.SpentNanoUsd += slot.Amount;
                stripe.MarkDirty(spend);
                return TakeOutcome.Taken;

            default:
                ref var level = ref stripe.LevelOf(slot.Key, nowTicks);
                if (Unsafe.IsNullRef(ref level))
                {
                    return TakeOutcome.TableFull;
                }

                // More than a full budget holds fits when it is full. Tokens are settled later; requests never are: they count whole now.
                var fits = Math.Min(slot.Amount, rule.Capacity);
                slot.Amount = rule.Meter == Meter.Requests ? slot.Amount : fits;
                var isTaken = rule.Rate.TryTake(ref level, fits, slot.Amount, nowTicks, out waitTicks);
                slot.Level = level;
                return isTaken ? TakeOutcome.Taken : TakeOutcome.TooLittle;
        }
    }

    /// <summary>Undoes a <see cref="Take"/> under the same locks.</summary>
    void PutBack(ref LimitSlot slot)
    {
        var stripe = _stripes[slot.Key.Stripe];
        switch (slot.Rule.Meter)
        {
            case Meter.Concurrency:
                stripe.EndOneOf(slot.Key);
                break;
            case Meter.SpendNanoUsd:
                stripe.KnownSpendOf(slot.Key)!.SpentNanoUsd -= slot.Amount;
                break;
            default:
                ref var level = ref stripe.KnownLevelOf(slot.Key);
                slot.Rule.Rate.GiveBack(ref level, slot.Amount, slot.Level.FoundFullTicks);
                slot.Level = level;
                break;
        }
    }

    /// <summary>Settles one budget: less than 0 gives back, more is debt.</summary>
    void Adjust(in LimitSlot slot, long more, long takenTicks, long nowTicks)
    {
        var stripe = _stripes[slot.Key.Stripe];
        stripe.Enter();
        try
        {
            switch (slot.Rule.Meter)
            {
                case Meter.Concurrency:
                    stripe.EndOneOf(slot.Key);
                    break;

                case Meter.SpendNanoUsd:
                    if (stripe.KnownSpendOf(slot.Key) is { } spend && spend.TryAdjust(more, takenTicks))
                    {
                        stripe.MarkDirty(spend);
                    }

                    break;

                case var _ when more < 0:
                    ref var known = ref stripe.KnownLevelOf(slot.Key);
                    if (!Unsafe.IsNullRef(ref known))
                    {
                        slot.Rule.Rate.GiveBack(ref known, -more, slot.Level.FoundFullTicks);
                    }

                    break;

                default:
                    ref var level = ref stripe.LevelOf(slot.Key, nowTicks);
                    if (Unsafe.IsNullRef(ref level))
                    {
                        Tally.Add(slot.Rule.Rule.Name, LimitOutcome.DebtLost);
                    }
                    else
                    {
                        slot.Rule.Rate.Charge(ref level, more, nowTicks);
                    }

                    break;
            }
        }
        finally
        {
            stripe.Exit();
        }
    }
}
