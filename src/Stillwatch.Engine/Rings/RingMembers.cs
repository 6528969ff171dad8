using System.Runtime.InteropServices;
using Stillwatch.Engine.Links;
using Stillwatch.Engine.Provenance;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Rings;

/// <summary>Who of a candidate's accounts belongs: an account inherits only with evidence of its own.</summary>
/// <remarks>
/// Naive Bayes over <see cref="RingTraits"/>: each trait weighs ln(coverage in the ring / coverage in the rest), or the same of its absence,
/// capped at ±3 nats. So an ordinary user of the very template a ring uses, who shares nobody's payer, network or rhythm, falls out by what he
/// lacks. Coverage is estimated from the current members and the selection repeated twice.
/// </remarks>
internal sealed class RingMembers(Population population, ReferenceCohort cohort, Background background, TemplateClasses classes, ClassMembers classMembers, CrossingTable crossings)
{
    const double Cap = 3;
    const double Prior = -1; // at even odds of everything else, a candidate is rather not a member
    const int Rounds = 2;
    const int MinTogether = 3;
    const double EnrichedSignup = 4;
    const double EnrichedNetwork = 5;
    const double OneExitShare = 0.7; // a network that most of the ring comes through is a NAT or a backend, seen by UniformExit
    const double MachineGapVariation = 1.3;
    const double PersonFollowUps = 0.05;
    const int MinRhythmExchanges = 8;

    public RingView? Select(RingCandidate candidate, long nowMs)
    {
        var describe = Describer(candidate);
        var all = candidate.Accounts.Select(describe).ToList();
        var members = all.Where(m => m.Has(RingTraits.MostlyTemplate | RingTraits.SharedPayment | RingTraits.SharedDevice)).ToList();
        if (members.Count < TraitGate.MinActors)
        {
            members = all;
        }

        var weights = CoverageWeights.None;
        for (var round = 0; round < Rounds; round++)
        {
            weights = CoverageWeights.Of(members, candidate, population, describe, Cap);
            members = [.. all.Where(m => Prior + weights.Sum(m.Traits) > 0)];
        }

        return population.Actors(members.Select(m => m.Index)) < TraitGate.MinActors
            ? null
            : new RingView(candidate, members, weights, RingContent.Of(candidate, members, classes), population, nowMs) { SharedNetworks = EnrichedNetworks(candidate).Count };
    }

    /// <summary>A function that says what any account, candidate or not, has in common with this candidate.</summary>
    Func<int, RingMember> Describer(RingCandidate candidate)
    {
        var inside = candidate.Accounts.ToHashSet();
        var networks = EnrichedNetworks(candidate);
        var waves = EnrichedWaves(candidate);
        var client = TopClient(candidate);
        var wanted = candidate.Classes.ToHashSet();
        var payments = candidate.Nodes.Where(n => n.Kind == TraitKind.Payment).Select(n => n.Id).ToHashSet();
        var devices = candidate.Nodes.Where(n => n.Kind == TraitKind.Device).Select(n => n.Id).ToHashSet();
        var crossed = CrossedWithin(inside);
        return index =>
        {
            var account = population.Accounts[index];
            var hits = classMembers.HitsOf(index).Where(h => wanted.Contains(h.Class)).Sum(h => h.Hits);
            var share = account.Digests.Length == 0 ? 0 : (double)hits / account.Digests.Length;
            var traits = share >= 0.5 ? RingTraits.MostlyTemplate : hits >= 2 || share >= 0.1 ? RingTraits.SomeTemplate : 0;
            traits |= account.Facts is { } f && payments.Contains(f.Payment) ? RingTraits.SharedPayment : 0;
            traits |= account.Facts is { } g && devices.Contains(g.Device) ? RingTraits.SharedDevice : 0;
            traits |= Background.SignupBucket(account) is { } bucket && waves.Contains(bucket) ? RingTraits.SignupWave : 0;
            traits |= account.Networks.Exists(n => networks.Contains(n.Value)) ? RingTraits.SharedNetwork : 0;
            traits |= client != 0 && Background.MainClient(account) == client ? RingTraits.RingClient : 0;
            traits |= account.Exchanges >= MinRhythmExchanges && account.GapVariation < MachineGapVariation ? RingTraits.MachineRhythm : 0;
            traits |= account.FollowUps > PersonFollowUps * account.Exchanges ? RingTraits.FollowsUp : 0;
            traits |= cohort[index] ? RingTraits.ReferenceCohort : 0;
            traits |= crossed.Contains(index) ? RingTraits.OwnOutput : 0;
            return new RingMember(index, account, hits, traits);
        };
    }

    HashSet<ulong> EnrichedNetworks(RingCandidate candidate)
    {
        var counts = new Dictionary<ulong, int>();
        foreach (var account in candidate.Accounts)
        {
            foreach (var network in population.Accounts[account].Networks)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(counts, network.Value, out _)++;
            }
        }

        return Enriched(counts, candidate.Accounts.Count, background.OnNetwork, EnrichedNetwork, OneExitShare * candidate.Accounts.Count);
    }

    HashSet<long> EnrichedWaves(RingCandidate candidate)
    {
        var counts = new Dictionary<long, int>();
        foreach (var account in candidate.Accounts)
        {
            if (Background.SignupBucket(population.Accounts[account]) is { } bucket)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(counts, bucket, out _)++;
            }
        }

        return Enriched(counts, candidate.Accounts.Count, background.SignedUpIn, EnrichedSignup, double.MaxValue);
    }

    HashSet<T> Enriched<T>(Dictionary<T, int> counts, int accounts, Func<T, int> inAll, double nats, double most) where T : notnull =>
        [.. counts.Where(c => c.Value >= MinTogether && c.Value <= most
            && OverlapTest.LogRatio(c.Value, (double)inAll(c.Key) * accounts / background.Accounts) >= nats).Select(c => c.Key)];

    ulong TopClient(RingCandidate candidate) =>
        candidate.Accounts.Select(a => Background.MainClient(population.Accounts[a])).Where(c => c != 0)
            .GroupBy(c => c).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).Select(g => g.Key).FirstOrDefault();

    HashSet<int> CrossedWithin(HashSet<int> inside)
    {
        var crossed = new HashSet<int>();
        foreach (var (owner, presenter, _) in crossings.PairCount == 0 ? [] : crossings.Pairs)
        {
            var (a, b) = (population.IndexOf(owner), population.IndexOf(presenter));
            if (inside.Contains(a) && inside.Contains(b) && population.Accounts[a].Actor != population.Accounts[b].Actor)
            {
                crossed.UnionWith([a, b]);
            }
        }

        return crossed;
    }
}
