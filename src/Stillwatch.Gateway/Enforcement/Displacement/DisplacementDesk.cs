using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Stillwatch.Engine.Displacements;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Gateway.Enforcement.Displacement;

/// <summary>Trials of displacement: plans them, slows whom they slow, counts what everybody settles, hands out what they showed.</summary>
/// <remarks>
/// Off, and while no trial runs, <see cref="Admits"/> and <see cref="Count"/> cost a null check. Time is cut into windows of the policy's
/// length; a trial takes three: before, slowed, after. An account is slowed only while it is at <see cref="Rung.Shape"/>, and never longer than
/// its window, even if nobody calls again. Everything is in memory and bounded: a restart forgets trials and history, never a finding that was
/// taken. Thread-safe; <see cref="Plan"/> is called from one place, a few times a window or more often.
/// </remarks>
sealed partial class DisplacementDesk(DisplacementDraw draw, ILogger<DisplacementDesk> logger)
{
    /// <summary>Rings watched at once; further cases wait.</summary>
    public const int MaxRings = 64;

    /// <summary>Accounts watched at once, over all rings.</summary>
    public const int MaxAccounts = 20_000;

    /// <summary>Findings kept for whoever takes them.</summary>
    public const int MaxFindings = 256;

    /// <summary>Trials shorter than this would measure one exchange against another.</summary>
    public static readonly TimeSpan MinLength = TimeSpan.FromMinutes(1);

    const double LateRatio = 0.25; // a window seen later than this is not begun: too little of it would be slowed

    readonly Lock _lock = new();
    readonly SortedDictionary<string, RingWatch> _rings = new(StringComparer.Ordinal);
    readonly Queue<DisplacementFinding> _findings = new();
    readonly TrialBook _book = new();
    volatile DisplacementWatch? _watch;
    volatile FrozenDictionary<string, SlowedAccount>? _slowed;

    /// <summary>Accounts and rings that found no room at the latest plan.</summary>
    public int Unwatched { get; private set; }

    /// <summary>Findings that nobody took in time.</summary>
    public long Lost { get; private set; }

    /// <summary>The latest trials, oldest first.</summary>
    public IReadOnlyList<TrialRecord> Trials
    {
        get
        {
            lock (_lock)
            {
                return _book.All;
            }
        }
    }

    /// <summary>Says who is under which response now. Begins, ends and measures trials; with a policy that is off, releases everybody.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Trials are on and shorter than <see cref="MinLength"/>.</exception>
    public void Plan(IReadOnlyDictionary<string, AccountResponse> responses, DisplacementPolicy policy, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_watch is { } before && (!policy.IsOn || before.Policy != policy))
            {
                Clear(before.WindowOf(now), now);
            }

            if (!policy.IsOn)
            {
                return;
            }

            ArgumentOutOfRangeException.ThrowIfLessThan(policy.Length, MinLength);
            var watch = _watch ??= new DisplacementWatch(policy, draw.PhaseMs((long)policy.Length.TotalMilliseconds), now);
            Advance(watch, now);
            Take(watch, responses, now);
            Release();
        }
    }

    /// <summary>False: the account is part of a trial and has had its share; 429, <c>rate_limited</c>, with this retry-after.</summary>
    public bool Admits(string account, DateTimeOffset now, out TimeSpan retryAfter)
    {
        retryAfter = TimeSpan.Zero;
        return _slowed is not { } slowed || !slowed.TryGetValue(account, out var held) || held.Admits(now, out retryAfter);
    }

    /// <summary>Counts one settled exchange.</summary>
    public void Count(string account, DateTimeOffset now)
    {
        if (_watch is null)
        {
            return;
        }

        lock (_lock)
        {
            if (_watch is not { } watch)
            {
                return;
            }

            Advance(watch, now);
            var window = watch.WindowOf(now);
            if (watch.Accounts.TryGetValue(account, out var watched))
            {
                watched.Counts.Add(window);
            }
            else if (!watch.Suspects.Contains(account))
            {
                watch.Control.Add(window);
            }
        }
    }

    /// <summary>Takes the oldest finding that nobody took yet.</summary>
    public bool TryTake([NotNullWhen(true)] out DisplacementFinding? finding)
    {
        lock (_lock)
        {
            return _findings.TryDequeue(out finding);
        }
    }

    void Take(DisplacementWatch watch, IReadOnlyDictionary<string, AccountResponse> responses, DateTimeOffset now)
    {
        var window = watch.WindowOf(now);
        var atShape = responses.Where(r => r.Value.Rung == Rung.Shape && now < r.Value.Until).GroupBy(r => r.Value.Case, r => r.Key)
            .ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);
        foreach (var gone in _rings.Keys.Where(c => !atShape.ContainsKey(c)).ToList())
        {
            Abort(_rings[gone], window, now);
            _rings.Remove(gone);
        }

        Unwatched = 0;
        foreach (var (name, accounts) in atShape.OrderBy(r => r.Key, StringComparer.Ordinal))
        {
            if (!_rings.TryGetValue(name, out var ring))
            {
                if (_rings.Count >= MaxRings || _rings.Values.Sum(r => r.Members.Count) + accounts.Count > MaxAccounts)
                {
                    Unwatched += accounts.Count;
                    continue;
                }

                _rings[name] = ring = new RingWatch(name, watch.Policy, draw, watch.Control, _book.LastOf(name));
            }

            Unwatched += ring.Take(accounts, window);
        }

        watch.Accounts = _rings.Values.SelectMany(r => r.Members.Values).DistinctBy(m => m.Account).ToDictionary(m => m.Account, StringComparer.Ordinal);
        watch.Suspects = responses.Keys.ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Steps through the windows that have begun since.</summary>
    void Advance(DisplacementWatch watch, DateTimeOffset now)
    {
        var window = watch.WindowOf(now);
        if (window <= watch.Latest)
        {
            return;
        }

        watch.Latest = window;
        foreach (var ring in _rings.Values)
        {
            if (ring.TryMeasure(window, now) is { } finding)
            {
                Keep(ring, finding);
            }

            if (now - watch.StartOf(window) <= LateRatio * watch.Policy.Length && ring.TryBegin(window) is { } trial)
            {
                _book.Begin(new TrialRecord(
                    ring.Case, ring.Trials, now, watch.StartOf(window + 1), [.. trial.Treated.Select(t => t.Account)], [.. trial.Siblings.Select(s => s.Account)],
                    watch.Policy.RateRatio, trial.PowerSd, "running"));
                LogBegun(ring.Trials, ring.Case, trial.Treated.Count, trial.Siblings.Count, trial.PowerSd);
            }
        }

        Slow(watch, now);
    }

    /// <summary>Whom the running trials slow; who is slowed already keeps his tokens.</summary>
    void Slow(DisplacementWatch watch, DateTimeOffset now)
    {
        var slowed = new Dictionary<string, SlowedAccount>(StringComparer.Ordinal);
        foreach (var ring in _rings.Values)
        {
            foreach (var account in ring.Trial?.Onset == watch.Latest ? ring.Trial.Treated : [])
            {
                var perMs = ring.Trial!.SlowRate(account, watch.Policy.RateRatio) / watch.Policy.Length.TotalMilliseconds;
                slowed[account.Account] = new SlowedAccount(perMs, now, watch.StartOf(watch.Latest + 1));
            }
        }

        _slowed = slowed.Count == 0 ? null : slowed.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Lets go at once of accounts that left the rung.</summary>
    void Release()
    {
        if (_slowed is { } slowed && slowed.Keys.Any(a => !_rings.Values.Any(r => r.IsPresent(a))))
        {
            var kept = slowed.Where(s => _rings.Values.Any(r => r.IsPresent(s.Key))).ToFrozenDictionary(StringComparer.Ordinal);
            _slowed = kept.Count == 0 ? null : kept;
        }
    }

    void Keep(RingWatch ring, DisplacementFinding finding)
    {
        if (_findings.Count == MaxFindings)
        {
            _findings.Dequeue();
            Lost++;
        }

        _findings.Enqueue(finding);
        _book.Amend(ring.Case, ring.Trials, r => r with { Outcome = "measured", Nats = finding.Nats, ShiftedRatio = finding.ShiftedRatio });
        LogMeasured(ring.Trials, ring.Case, finding.Nats, finding.ShiftedRatio);
    }

    void Abort(RingWatch ring, long window, DateTimeOffset now)
    {
        if (ring.Trial is not null)
        {
            _book.Amend(ring.Case, ring.Trials, r => r with { Outcome = "aborted", Until = now < r.Until ? now : r.Until });
            LogAborted(ring.Trials, ring.Case);
            ring.End(window);
        }
    }

    void Clear(long window, DateTimeOffset now)
    {
        foreach (var ring in _rings.Values)
        {
            Abort(ring, window, now);
        }

        _rings.Clear();
        _watch = null;
        _slowed = null;
    }
}
