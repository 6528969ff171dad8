using System.Numerics;
using Microsoft.Extensions.Logging;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Storage.Spend;

namespace Stillwatch.Gateway.Limits;

/// <summary>Every budget in this process's memory, money on disk too. Thread-safe.</summary>
/// <remarks>
/// 1. Find the rules that apply and the stripes their budgets lie in. 2. Take those stripes' locks in order, so that nobody waits in a
/// circle.
/// 3. Take from every budget; when one that is enforced has too little, give the others back before any lock is left. So an exchange
/// takes from all of
/// its budgets or from none, and of any number of parallel requests exactly as many pass as the budget holds. A decision allocates nothing,
/// but for a refusal, a subject's first money and the growth of a table.
/// </remarks>
sealed partial class EmbeddedLimiter : ILimiter, IDisposable
{
    /// <summary>Some 100 MB when full, without money; enough for 200,000 accounts with five rules each at the same minute.</summary>
    public const int DefaultMostBudgets = 1_000_000;

    readonly BudgetStripe[] _stripes;
    readonly SpendLedger? _ledger;
    LimitPlan? _plan; // the last one seen, for repairs

    /// <param name="store">Where money is kept; null keeps it in memory alone. Stays the caller's, to be disposed after the
    /// limiter.</param>
    /// <param name="eventTime">The clock that decisions are made by.</param>
    /// <param name="time">Runs the writing of money.</param>
    /// <param name="mostBudgets">Budgets held at once, spread evenly over the stripes.</param>
    public EmbeddedLimiter(SpendStore? store, TimeProvider eventTime, TimeProvider time, ILogger log, int mostBudgets = DefaultMostBudgets)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mostBudgets, BudgetKey.Stripes);
        _stripes = [.. Enumerable.Range(0, BudgetKey.Stripes).Select(_ => new BudgetStripe(mostBudgets / BudgetKey.Stripes))];
        _ledger = store is null ? null : new SpendLedger(store, _stripes, eventTime, time, log);
    }

    public LimitTally Tally { get; } = new();

    /// <summary>Exchanges admitted to which a rule applied.</summary>
    public long Admitted => _stripes.Sum(stripe => stripe.Admitted);

    /// <summary>Budgets held now.</summary>
    public int Budgets => _stripes.Sum(stripe => stripe.Count);

    /// <summary>Money cannot be written at the moment.</summary>
    public bool IsStoreFailing => _ledger is { IsFailing: true };

    public ValueTask<LimitRefusal?> ReserveAsync(
        LimitPlan plan, LimitSubject subject, LimitDemand demand, LimitReservation reservation, DateTimeOffset now) =>
        new(Reserve(plan, subject, demand, reservation, now.UtcTicks));

    public void Settle(LimitReservation reservation, in TokenUsage use, bool isKnown, DateTimeOffset now)
    {
        if (!reservation.TryClose())
        {
            return;
        }

        for (var i = 0; i < reservation.Count; i++)
        {
            ref var slot = ref reservation[i];
            if (slot.Outcome == TakeOutcome.Taken && slot.Rule.Meter != Meter.Requests)
            {
                var more = slot.Rule.Meter == Meter.Concurrency ? -1 : slot.Rule.CostOf(use, reservation.Model!.Price) - slot.Amount;
                if (more > 0 || (more < 0 && (isKnown || slot.Rule.Meter == Meter.Concurrency)))
                {
                    Adjust(slot, more, reservation.NowTicks, now.UtcTicks);
                }
            }
        }
    }

    public void Release(LimitReservation reservation, DateTimeOffset now)
    {
        if (!reservation.TryClose())
        {
            return;
        }

        for (var i = 0; i < reservation.Count; i++)
        {
            ref var slot = ref reservation[i];
            if (slot.Outcome == TakeOutcome.Taken && slot.Rule.Meter != Meter.Requests && slot.Amount > 0)
            {
                Adjust(slot, -slot.Amount, reservation.NowTicks, now.UtcTicks);
            }
        }
    }

    /// <summary>Writes money down now.</summary>
    public void Flush() => _ledger?.Write();

    public void Dispose() => _ledger?.Dispose();

    LimitRefusal? Reserve(LimitPlan plan, in LimitSubject subject, in LimitDemand demand, LimitReservation reservation, long nowTicks)
    {
        if (!ReferenceEquals(_plan, plan))
        {
            _plan = plan;
        }

        reservation.Begin(plan, plan.For(subject.Model), nowTicks);
        var beyond = Gather(subject, demand, reservation, out var stripes);
        if (beyond is not null && Undecided(beyond, plan, LimitOutcome.RefusedTooManyRules, LimitOutcome.ServedTooManyRules) is { } tooMany)
        {
            reservation.Count = 0;
            return tooMany;
        }

        Enter(stripes);
        int refusing;
        long waitTicks;
        try
        {
            refusing = TakeAll(reservation, subject, out waitTicks);
            if (refusing < 0 && stripes != 0)
            {
                _stripes[BitOperations.TrailingZeroCount(stripes)].Admitted++;
            }
        }
        finally
        {
            Exit(stripes);
        }

        if (refusing >= 0)
        {
            return Refusal(reservation, refusing, waitTicks);
        }

        CountUnmet(reservation);
        reservation.Open();
        return null;
    }
}
