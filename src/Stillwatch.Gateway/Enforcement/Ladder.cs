using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Policies;
using Stillwatch.Storage.Cases;

namespace Stillwatch.Gateway.Enforcement;

/// <summary>Turns judgements into responses: opens and follows cases, and keeps the map that the data plane asks. Thread-safe.</summary>
/// <remarks>
/// The report's rung is the one decided; the Engine has applied policy, licence and hysteresis to it. Every change is in the log of cases before it
/// takes effect. The map follows every change of the cases at once, a person's command included.
/// </remarks>
sealed class Ladder : IDisposable
{
    readonly CaseStore _store;
    readonly Func<AccessPolicy> _policy;
    readonly Func<string, VerificationLevel> _level;
    readonly ILogger _log;
    readonly Dictionary<string, (IReadOnlyList<ulong> Keys, FrozenSet<ulong> Set)> _classes = new(StringComparer.Ordinal); // also the lock of the next two
    CasePicture? _shown;
    ResponseMap _map = ResponseMap.Empty;
    IReadOnlyList<string> _distrusted = [];

    /// <param name="policy">Read at each round.</param>
    /// <param name="level">The verification level of an account, its organization's included.</param>
    public Ladder(CaseStore store, Func<AccessPolicy> policy, Func<string, VerificationLevel> level, ILogger log)
    {
        (_store, _policy, _level, _log) = (store, policy, level, log);
        Follow(store.Picture);
        store.Changed += Follow;
    }

    /// <summary>Every enforced response; read it at each request.</summary>
    public ResponseMap Map => Volatile.Read(ref _map);

    /// <summary>One look at what detection holds. Costs nothing on disk when nothing has changed.</summary>
    /// <param name="now">Event time.</param>
    public ResponseMap Apply(Report report, DateTimeOffset now)
    {
        var policy = _policy();
        LadderRound? round = null;
        IReadOnlyList<CaseEntry> entries = [];
        var picture = _store.Change(before =>
        {
            round = new LadderRound(before, CaseOverlay.Of(report, before), policy, _level, now);
            return entries = round.Entries();
        });
        if (entries.Count == 0)
        {
            Follow(picture); // the mode may have changed while nothing was held
        }

        Say(round!, entries);
        return Map;
    }

    /// <summary>The policy is another: one that only observes ends every response at once, not at the next look.</summary>
    public void FollowPolicy() => Follow(_store.Picture);

    public void Dispose() => _store.Changed -= Follow;

    void Follow(CasePicture changed)
    {
        lock (_classes)
        {
            var picture = _store.Picture; // the newest, whoever calls: an older one must not come last
            if (_policy().Mode != PolicyMode.Enforce)
            {
                _shown = null;
                Volatile.Write(ref _map, ResponseMap.Empty);
            }
            else if (!ReferenceEquals(_shown, picture))
            {
                Volatile.Write(ref _map, MapOf(picture));
                _shown = picture;
            }
        }
    }

    ResponseMap MapOf(CasePicture picture)
    {
        var responses = new Dictionary<string, AccountResponse>(StringComparer.Ordinal);
        foreach (var one in picture.LiveCases)
        {
            var classes = ClassesOf(one);
            foreach (var (account, held) in one.Held)
            {
                if (held.Enforced && (!responses.TryGetValue(account, out var other) || IsStricter(held, other)))
                {
                    responses[account] = new AccountResponse(held.Rung, one.Id, held.Since, held.Until, held.InClassesOnly ? classes : null);
                }
            }
        }

        foreach (var ended in _classes.Keys.Where(id => !picture.Live.Contains(id)).ToList())
        {
            _classes.Remove(ended);
        }

        return responses.Count == 0 ? ResponseMap.Empty : new ResponseMap(responses);
    }

    static bool IsStricter(HeldResponse one, AccountResponse other) => one.Rung > other.Rung || (one.Rung == other.Rung && one.Until > other.Until);

    FrozenSet<ulong>? ClassesOf(Case one)
    {
        if (one.ClassKeys.Count == 0)
        {
            return null;
        }

        if (!_classes.TryGetValue(one.Id, out var known) || !ReferenceEquals(known.Keys, one.ClassKeys))
        {
            _classes[one.Id] = known = (one.ClassKeys, one.ClassKeys.ToFrozenSet());
        }

        return known.Set;
    }

    void Say(LadderRound round, IReadOnlyList<CaseEntry> entries)
    {
        foreach (var campaign in round.Distrusted.Except(_distrusted))
        {
            _log.DecisionDistrusted(campaign);
        }

        _distrusted = round.Distrusted;
        foreach (var entry in entries)
        {
            switch (entry)
            {
                case CaseJudged judged when round.Opened.Contains(judged.Case!):
                    _log.CaseOpened(judged.Case!, judged.Verdict, judged.Confidence, judged.Joined.Count);
                    break;
                case ActionTaken action when action.From != action.To:
                    _log.ResponseChanged(action.Case!, action.Accounts.Count, action.From, action.To, action.Rule, action.Enforced);
                    break;
                case CaseDecided decided:
                    _log.CaseEnded(decided.Case!, decided.State);
                    break;
            }
        }
    }
}
