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
        var all = candidate.Accounts.Select(a => Describe(a, lens)).ToList();
        var members = all.Where(m => m.Has(RingTraits.MostlyTemplate | RingTraits.SharedPayment | RingTraits.SharedDevice)).ToList();
        if (members.Count < TraitGate.MinActors)
        {
            members = all;
        }

        var rest = CoverageWeights.Rest(candidate, _population.Count, a => TraitsOf(a, lens, out _));
        var weights = CoverageWeights.None;
        for (var round = 0; round < Rounds; round++)
        {
            weights = CoverageWeights.Of(members, rest);
            members = [.. all.Where(m => Prior + weights.Sum(m.Traits) > 0)];
        }

        if (candidate.ByIdentity && members.Count >= MinForStrangers)
        {
            members = [.. members.Concat(Strangers(candidate, lens, weights)).OrderBy(m => m.Index)];
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
    IEnumerable<RingMember> Strangers(RingCandidate candidate, Lens lens, CoverageWeights weights)
    {
        var inside = candidate.Accounts.ToHashSet();
        return Enumerable.Range(0, _population.Count).Where(a => !inside.Contains(a) && !candidate.Taken.Contains(a))
            .Select(a => Describe(a, lens)).Where(m => StrangerPrior + weights.Sum(m.Traits) > 0);
    }

    /// <summary>What of a candidate any account, inside or not, may have in common with it.</summary>
    sealed record Lens(
        HashSet<int> Classes, HashSet<ulong> Payments, HashSet<ulong> Devices, HashSet<ulong> Networks, HashSet<long> Waves, ulong Client, HashSet<int> Crossed);

    Lens LensOf(RingCandidate candidate)
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
        return new Lens(
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

    RingMember Describe(int index, Lens lens)
    {
        var traits = TraitsOf(index, lens, out var hits);
        var exits = lens.Networks.Count == 0 ? 0 : _population.Accounts[index].Networks.Count(n => lens.Networks.Contains(n.Value));
        return new RingMember(index, _population.Accounts[index], hits, traits) { Exits = exits };
    }

    RingTraits TraitsOf(int index, Lens lens, out int hits)
    {
        var account = _population.Accounts[index];
        hits = 0;
        foreach (var hit in _members.HitsOf(index))
        {
            hits += lens.Classes.Contains(hit.Class) ? hit.Hits : 0;
        }

        var traits = _features.Of(index);
        var share = account.Digests.Length == 0 ? 0 : (double)hits / account.Digests.Length;
        traits |= share >= 0.5 ? RingTraits.MostlyTemplate : hits >= 2 || share >= 0.1 ? RingTraits.SomeTemplate : 0;
        if (account.Facts is { } facts)
        {
            traits |= lens.Payments.Contains(facts.Payment) ? RingTraits.SharedPayment : 0;
            traits |= lens.Devices.Contains(facts.Device) ? RingTraits.SharedDevice : 0;
            traits |= lens.Waves.Contains(_features.SignupBucket(index)) ? RingTraits.SignupWave : 0;
        }

        if (lens.Networks.Count > 0)
        {
            foreach (ref readonly var network in CollectionsMarshal.AsSpan(account.Networks))
            {
                traits |= lens.Networks.Contains(network.Value) ? RingTraits.SharedNetwork : 0;
            }
        }

        traits |= lens.Client != 0 && _features.Client(index) == lens.Client ? RingTraits.RingClient : 0;
        traits |= lens.Crossed.Contains(index) ? RingTraits.OwnOutput : 0;
        return traits;
    }
}
