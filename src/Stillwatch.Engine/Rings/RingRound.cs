using System.Collections.Concurrent;

namespace Stillwatch.Engine.Rings;

/// <summary>What follows from a ring having just these members: what they share, and who of those that share some of it belongs.</summary>
/// <param name="Members">Ascending.</param>
/// <param name="Pool">Everybody who shares something that can be looked up by value, the members included.</param>
/// <param name="Next">Those of the pool that come out likelier in than out, ascending.</param>
internal sealed record RingRound(
    List<int> Members, RingLens Lens, RingTemplates Templates, Presenters Presenters, CoverageWeights Weights, double Prior, AccountSet Pool, List<RingMember> Next)
{
    Lazy<List<int>>? _whole;
    Lazy<RingView?>? _settled;

    /// <summary>The largest piece of <see cref="Next"/>, ascending: the next round's members.</summary>
    public List<int> Whole => _whole!.Value;

    /// <summary>The ring of these members, asked for when <see cref="Whole"/> is the same as <see cref="Members"/>; null when it has too few actors.</summary>
    public RingView? Settled => _settled!.Value;

    /// <summary>Says how to work out what not every round is asked for; each is worked out once.</summary>
    public void Follow(Func<List<int>> whole, Func<RingView?> settled) => (_whole, _settled) = (new(whole), new(settled));
}

/// <summary>Rounds of one judgement by their members. A campaign is found from its cards, its templates and its client, and its candidates soon
/// have the same members: each round is worked out once. What is kept changes nothing but time, so it is bounded by leaving out.</summary>
internal sealed class RingRounds(Func<List<int>, RingRound> weigh)
{
    const int Least = 32; // a small ring is weighed faster than it is kept
    const int MaxKept = 128;
    const int MaxKeptAccounts = 2_000_000;

    readonly ConcurrentDictionary<ulong, Lazy<RingRound>> _rounds = new();
    int _accounts;

    public RingRound Of(List<int> members)
    {
        if (members.Count < Least)
        {
            return weigh(members);
        }

        var hash = RingView.HashOf(members);
        if (!_rounds.TryGetValue(hash, out var round))
        {
            if (_rounds.Count >= MaxKept || Volatile.Read(ref _accounts) > MaxKeptAccounts)
            {
                return weigh(members);
            }

            round = _rounds.GetOrAdd(hash, _ => new Lazy<RingRound>(() => Kept(members)));
        }

        return round.Value.Members.SequenceEqual(members) ? round.Value : weigh(members);
    }

    RingRound Kept(List<int> members)
    {
        var round = weigh(members);
        Interlocked.Add(ref _accounts, round.Pool.Count);
        return round;
    }
}
