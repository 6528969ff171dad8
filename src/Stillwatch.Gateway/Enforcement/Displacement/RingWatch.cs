using Stillwatch.Engine.Displacements;

namespace Stillwatch.Gateway.Enforcement.Displacement;

/// <summary>One suspected ring under watch: its accounts' history, the trial that runs, the windows that trials disturbed. Not thread-safe.</summary>
/// <param name="trials">Trials the case had before: coming back to the rung does not make it fair game again.</param>
sealed class RingWatch(string @case, DisplacementPolicy policy, DisplacementDraw draw, WindowCounts control, int trials)
{
    /// <summary>Accounts watched of one ring; the rest is neither slowed nor a sibling, nor a control.</summary>
    public const int MaxAccounts = 4_096;

    readonly Dictionary<string, WatchedAccount> _members = new(StringComparer.Ordinal);
    readonly HashSet<long> _disturbed = [];
    HashSet<string> _present = [];
    int _trials = trials;
    long _notBefore = long.MinValue;

    public string Case => @case;

    /// <summary>The trial that runs or waits for its last window, null when none does.</summary>
    public DisplacementTrial? Trial { get; private set; }

    public int Trials => _trials;

    public IReadOnlyDictionary<string, WatchedAccount> Members => _members;

    /// <summary>Whether the account is still at the rung that allows trials.</summary>
    public bool IsPresent(string account) => _present.Contains(account);

    /// <summary>Sets who belongs now. Returns how many found no room.</summary>
    public int Take(IReadOnlyCollection<string> accounts, long window)
    {
        _present = [.. accounts];
        if (Trial is null)
        {
            foreach (var gone in _members.Keys.Where(a => !_present.Contains(a)).ToList())
            {
                _members.Remove(gone);
            }
        }

        var refused = 0;
        foreach (var account in accounts.Where(a => !_members.ContainsKey(a)).Order(StringComparer.Ordinal))
        {
            if (_members.Count >= MaxAccounts)
            {
                refused++;
                continue;
            }

            _members[account] = new WatchedAccount(account, window + 1);
        }

        return refused;
    }

    /// <summary>Begins a trial in this window if chance, rest and history allow.</summary>
    public DisplacementTrial? TryBegin(long window)
    {
        if (Trial is not null || _trials >= policy.MaxTrials || window < _notBefore || !draw.Begins(@case, window))
        {
            return null;
        }

        Trial = DisplacementTrial.Choose(
            [.. _members.Values.Where(m => IsPresent(m.Account))], control, window, policy.RateRatio, a => draw.PlaceOf(@case, _trials, a), _disturbed.Contains);
        if (Trial is not null)
        {
            _trials++;
        }

        return Trial;
    }

    /// <summary>The finding of the trial, once the window after it is over; null before.</summary>
    public DisplacementFinding? TryMeasure(long window, DateTimeOffset now)
    {
        if (Trial is not { } trial || window < trial.Onset + 2)
        {
            return null;
        }

        var finding = trial.Measure(now);
        End(window);
        return finding;
    }

    /// <summary>Ends a trial without a finding.</summary>
    public void End(long window)
    {
        if (Trial is not { } trial)
        {
            return;
        }

        // While some are slowed, and while they catch up, nothing is as it is when left alone.
        _disturbed.UnionWith([trial.Onset, trial.Onset + 1]);
        _disturbed.RemoveWhere(w => w < window - WindowCounts.Kept);
        _notBefore = window + (long)Math.Ceiling(policy.Rest / policy.Length);
        Trial = null;
    }
}
