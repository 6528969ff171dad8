using Microsoft.Extensions.Logging;
using Stillwatch.Storage.Spend;

namespace Stillwatch.Gateway.Limits;

/// <summary>Keeps money on disk: read once at start, written behind once a second and at the end. A killed process loses a second of
/// spend at most, and what was reserved in that second included.</summary>
/// <remarks>
/// While the store fails, what is to be written waits in the table, which is bounded, and the next second tries again; whether requests are
/// served meanwhile is the policy's choice. Thread-safe.
/// </remarks>
sealed partial class SpendLedger : IDisposable
{
    static readonly TimeSpan WriteEvery = TimeSpan.FromSeconds(1);

    readonly Lock _writing = new();
    readonly SpendStore _store;
    readonly BudgetStripe[] _stripes;
    readonly TimeProvider _eventTime;
    readonly ILogger _log;
    readonly ITimer _timer;
    long _deletedBeforeTicks;
    volatile bool _isFailing;
    bool _isDisposed;

    /// <param name="store">Disposed by its owner, after this.</param>
    /// <param name="eventTime">Says which periods are over.</param>
    /// <param name="time">Runs the writing.</param>
    public SpendLedger(SpendStore store, BudgetStripe[] stripes, TimeProvider eventTime, TimeProvider time, ILogger log)
    {
        (_store, _stripes, _eventTime, _log) = (store, stripes, eventTime, log);
        foreach (var stored in store.Load(eventTime.GetUtcNow().ToUnixTimeMilliseconds()))
        {
            var (key, spend) = SpendBudget.FromStored(stored);
            stripes[key.Stripe].Restore(key, spend);
        }

        _timer = time.CreateTimer(static ledger => ((SpendLedger)ledger!).Write(), this, WriteEvery, WriteEvery);
    }

    /// <summary>The last write failed.</summary>
    public bool IsFailing => _isFailing;

    /// <summary>Writes what has changed.</summary>
    public void Write()
    {
        lock (_writing)
        {
            if (_isDisposed)
            {
                return;
            }

            var (rows, budgets) = TakeDirty();
            if (rows.Count > 0)
            {
                var isWritten = _store.TryWrite(rows, out var error);
                if (!isWritten)
                {
                    KeepFor(budgets);
                }

                Say(isWritten, error);
            }

            DeleteEnded();
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        Write();
        lock (_writing)
        {
            if (_isFailing && !_isDisposed)
            {
                LogLost(_log, TakeDirty().Rows.Count);
            }

            _isDisposed = true;
        }
    }

    (List<StoredSpend> Rows, List<SpendBudget>[] Budgets) TakeDirty()
    {
        var rows = new List<StoredSpend>();
        var budgets = new List<SpendBudget>[_stripes.Length];
        for (var i = 0; i < _stripes.Length; i++)
        {
            var stripe = _stripes[i];
            stripe.Enter();
            try
            {
                budgets[i] = stripe.TakeDirty([]);
                foreach (var spend in budgets[i])
                {
                    spend.IsDirty = false;
                    rows.Add(spend.ToStored());
                }
            }
            finally
            {
                stripe.Exit();
            }
        }

        return (rows, budgets);
    }

    void KeepFor(List<SpendBudget>[] budgets)
    {
        for (var i = 0; i < _stripes.Length; i++)
        {
            var stripe = _stripes[i];
            stripe.Enter();
            try
            {
                budgets[i].ForEach(stripe.MarkDirty);
            }
            finally
            {
                stripe.Exit();
            }
        }
    }

    // Periods end at midnight; once a day is enough, and one that failed is tried again.
    void DeleteEnded()
    {
        var now = _eventTime.GetUtcNow();
        if (now.UtcTicks >= _deletedBeforeTicks && _store.TryDeleteEnded(now.ToUnixTimeMilliseconds(), out _))
        {
            _deletedBeforeTicks = SpendPeriods.EndOf(SpendPeriod.Day, now.UtcTicks);
        }
    }

    void Say(bool isWritten, string? error)
    {
        if (isWritten == _isFailing)
        {
            _isFailing = !isWritten;
            if (isWritten)
            {
                LogRecovered(_log);
            }
            else
            {
                LogFailed(_log, error!);
            }
        }
    }
}
