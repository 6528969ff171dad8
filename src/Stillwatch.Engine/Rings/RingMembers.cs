using System.Runtime.InteropServices;
using Stillwatch.Engine.Displacements;
using Stillwatch.Engine.Links;
using Stillwatch.Engine.Provenance;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Rings;

/// <summary>Who of a candidate's accounts belongs: an account inherits only with evidence of its own.</summary>
/// <remarks>
/// Naive Bayes over <see cref="RingTraits"/>: each trait weighs ln(coverage in the ring / coverage in the rest), or the same of its absence,
/// capped at ±2.5 nats. So an ordinary user of the very template a ring uses, who shares nobody's payer, network or rhythm, falls out by what he
/// lacks. Coverage is estimated from the current members and the selection repeated twice.
/// </remarks>
internal sealed class RingMembers
{
    const double Prior = -1; // at even odds of everything else, a candidate is rather not a member
    const double StrangerPrior = -4; // the base rate of accounts in campaigns
    const int MinForStrangers = 20;
    const int Rounds = 2;
    const int MinTogether = 3;
    const double EnrichedSignup = 4;
    const double EnrichedNetwork = 5;
    const double OneExitShare = 0.7; // a network that most of the ring comes through is a NAT or a backend

    readonly Population _population;
    readonly Background _background;
    readonly ClassMembers _members;
    readonly CrossingTable _crossings;
    readonly DisplacementTable _displacements;
    readonly AccountFeatures _features;

    public RingMembers(
        Population population, ReferenceCohort cohort, Background background, ClassMembers members, CrossingTable crossings, DisplacementTable displacements)
    {
        (_population, _background, _members, _crossings, _displacements) = (population, background, members, crossings, displacements);
        _features = new AccountFeatures(population, cohort);
    }

    public RingView? Select(RingCandidate candidate, long nowMs)
    {
        var lens = LensOf(candidate);
        using var marks = new RingMarks(lens, _population, _background, _members, _features);
        var all = candidate.Accounts.Select(marks.Describe).ToList();
        var members = all.Where(m => m.Has(RingTraits.MostlyTemplate | RingTraits.SharedPayment | RingTraits.SharedDevice)).ToList();
        if (members.Count < TraitGate.MinActors)
        {
            members = all;
        }

        var rest = CoverageWeights.Rest(candidate, _population.Count, marks.Of);
        var weights = CoverageWeights.None;
        for (var round = 0; round < Rounds; round++)
        {
            weights = CoverageWeights.Of(members, rest);
            members = [.. all.Where(m => Prior + weights.Sum(m.Traits) > 0)];
        }

        if (candidate.ByIdentity && members.Count >= MinForStrangers)
        {
            members = [.. members.Concat(Strangers(candidate, marks, weights)).OrderBy(m => m.Index)];
        }

        return _population.Actors(members.Select(m => m.Index)) < TraitGate.MinActors
            ? null
            : new RingView(candidate, members, weights, RingContent.Of(candidate, members, _members), _population, nowMs)
            {
                Exits = lens.Networks,
                Displacement = _displacements.Count == 0 ? null : _displacements.Of(members.Select(m => m.Account.Name).ToHashSet(), nowMs),
            };
    }

    /// <summary>Accounts that share no payer with a ring that payers and devices made, and everything else.</summary>
    List<RingMember> Strangers(RingCandidate candidate, RingMarks marks, CoverageWeights weights)
    {
        var inside = candidate.Accounts.ToHashSet();
        var strangers = new List<RingMember>();
        var verdicts = new sbyte[1 << CoverageWeights.Traits]; // of the few combinations that occur, each is weighed once; 0: not yet
        for (var account = 0; account < _population.Count; account++)
        {
            var traits = marks.Of(account);
            ref var verdict = ref verdicts[(int)traits];
            verdict = verdict != 0 ? verdict : StrangerPrior + weights.Sum(traits) > 0 ? (sbyte)1 : (sbyte)-1;
            if (verdict > 0 && !inside.Contains(account) && !candidate.Taken.Contains(account))
            {
                strangers.Add(marks.Describe(account));
            }
        }

        return strangers;
    }

    RingLens LensOf(RingCandidate candidate)
    {
        var networks = new Dictionary<ulong, int>();
        var waves = new Dictionary<long, int>();
        var clients = new Dictionary<ulong, int>();
        var counted = new HashSet<(ulong Value, ulong Actor)>(); // an organization's accounts share their office openly: once an actor
        foreach (var account in candidate.Accounts)
        {
            var actor = _population.Accounts[account].Actor;
            foreach (ref readonly var network in CollectionsMarshal.AsSpan(_population.Accounts[account].Networks))
            {
                if (counted.Add((network.Value, actor)))
                {
                    CollectionsMarshal.GetValueRefOrAddDefault(networks, network.Value, out _)++;
                }
            }

            if (counted.Add(((ulong)_features.SignupBucket(account), actor)))
            {
                CollectionsMarshal.GetValueRefOrAddDefault(waves, _features.SignupBucket(account), out _)++;
            }

            CollectionsMarshal.GetValueRefOrAddDefault(clients, _features.Client(account), out _)++;
        }

        waves.Remove(AccountFeatures.NoSignup);
        clients.Remove(0);
        var n = candidate.Accounts.Count;
        return new RingLens(
            [.. candidate.Classes],
            [.. candidate.Nodes.Where(t => t.Kind == TraitKind.Payment).Select(t => t.Id)],
            [.. candidate.Nodes.Where(t => t.Kind == TraitKind.Device).Select(t => t.Id)],
            Enriched(networks, n, _background.OnNetwork, EnrichedNetwork, OneExitShare * n),
            Enriched(waves, n, _background.SignedUpIn, EnrichedSignup, double.MaxValue),
            clients.OrderByDescending(c => c.Value).ThenBy(c => c.Key).Select(c => c.Key).FirstOrDefault(),
            CrossedWithin(candidate));
    }

    HashSet<T> Enriched<T>(Dictionary<T, int> counts, int accounts, Func<T, int> inAll, double nats, double most) where T : notnull =>
        [.. counts.Where(c => c.Value >= MinTogether && c.Value <= most
            && OverlapTest.LogRatio(c.Value, (double)inAll(c.Key) * accounts / _background.Accounts) >= nats).Select(c => c.Key)];

    HashSet<int> CrossedWithin(RingCandidate candidate)
    {
        var crossed = new HashSet<int>();
        if (_crossings.PairCount == 0)
        {
            return crossed;
        }

        var inside = candidate.Accounts.ToHashSet();
        foreach (var (owner, presenter) in _crossings.Repeated)
        {
            var (a, b) = (_population.IndexOf(owner), _population.IndexOf(presenter));
            if (inside.Contains(a) && inside.Contains(b) && _population.Accounts[a].Actor != _population.Accounts[b].Actor)
            {
                crossed.Add(a);
                crossed.Add(b);
            }
        }

        return crossed;
    }
}
