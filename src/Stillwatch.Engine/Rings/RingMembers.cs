using Stillwatch.Engine.Displacements;
using Stillwatch.Engine.Provenance;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Rings;

/// <summary>Who belongs to a ring: an account inherits only with evidence of its own.</summary>
/// <remarks>
/// Naive Bayes, in rounds. The members say what the ring shares (<see cref="RingLens"/>, <see cref="RingTemplates"/>); every account that shares some of it is
/// weighed against that, from the base rate up; who comes out likelier in than out is a member in the next round. So a ring that was found by its cards takes in
/// those of its accounts that share none, and an ordinary user of the very template a ring uses falls out by what he lacks.
/// A ring found whole settles in three rounds, one that grows from a handful of cards in ten; <see cref="Rounds"/> bounds it.
/// </remarks>
internal sealed class RingMembers
{
    const int Rounds = 12;
    const double LeastPrior = -7;
    const double MostPrior = -1; // at even odds of everything else, a candidate is rather not a member
    const double Mostly = 0.5;


    readonly Population _population;
    readonly Background _background;
    readonly ClassMembers _followers;
    readonly RingNodes _nodes;
    readonly CrossingTable _crossings;
    readonly DisplacementTable _displacements;
    readonly AccountFeatures _features;
    readonly RingRounds _rounds;

    public RingMembers(
        Population population, ReferenceCohort cohort, Background background, ClassMembers followers, RingNodes nodes, CrossingTable crossings,
        DisplacementTable displacements)
    {
        (_population, _background, _followers, _nodes) = (population, background, followers, nodes);
        (_crossings, _displacements) = (crossings, displacements);
        _features = new AccountFeatures(population, cohort);
        _rounds = new RingRounds(Weigh);
    }

    public RingView? Select(RingCandidate candidate, long nowMs)
    {
        var members = Seeds(candidate);
        var view = default(RingView);
        for (var rounds = 1; rounds <= Rounds; rounds++)
        {
            if (_population.Actors(members) < TraitGate.MinActors)
            {
                return null;
            }

            var round = _rounds.Of(members);
            var (lens, templates) = (round.Lens, round.Templates);
            var next = Next(candidate, round);
            var crossed = next.Where(m => m.Has(RingTraits.OwnOutput)).Select(m => m.Index).ToHashSet();
            var whole = RingComponents.Largest([.. next.Select(m => m.Index)], a => ValuesOf(a, lens, templates, crossed));
            var settled = whole.SequenceEqual(members);
            members = whole;
            if (settled || rounds == Rounds)
            {
                var kept = whole.ToHashSet();
                next.RemoveAll(m => !kept.Contains(m.Index));
                view = _population.Actors(members) < TraitGate.MinActors ? null : View(candidate, next, round, nowMs);
                if (view is not null) { view.Probe = a => { var m = Described(a, lens, templates, crossed); return (m, round.Prior + round.Weights.Sum(m), round.Weights); }; }
                break;
            }
        }

        return view;
    }

    /// <summary>What joins a member to others: payers, devices, exits, sign-up waves, templates it follows, and our outputs that went round.</summary>
    IEnumerable<(int Kind, ulong Value)> ValuesOf(int account, RingLens lens, RingTemplates templates, HashSet<int> crossed) =>
        lens.ValuesOf(account)
            .Concat(templates.FollowedBy(account, _population.Accounts[account].Digests.Length).Select(c => ((int)TraitKind.HeadSkeleton, (ulong)c)))
            .Concat(crossed.Contains(account) ? [((int)TraitKind.OwnOutput, 0UL)] : []);

    /// <summary>Those a candidate is made of: who lives on its templates or shares its payers or devices; everybody where too few do.</summary>
    List<int> Seeds(RingCandidate candidate)
    {
        var templates = new RingTemplates(candidate.Classes, _followers, _population, new HashSet<int>());
        var linked = candidate.Nodes.Where(n => n.Kind is TraitKind.Payment or TraitKind.Device).SelectMany(n => n.Accounts).ToHashSet();
        var seeds = candidate.Accounts.Where(a => linked.Contains(a) || templates.HitsOf(a) >= Mostly * Math.Max(1, _population.Accounts[a].Digests.Length)).ToList();
        return seeds.Count < TraitGate.MinActors ? [.. candidate.Accounts] : seeds;
    }

    RingRound Weigh(List<int> members)
    {
        var lens = new RingLens(_population, _background, _features, members);
        var classes = RingTemplates.ClassesOf(_nodes.Templates, lens.Members, _population.Count);
        var templates = new RingTemplates(classes, _followers, _population, lens.Members);
        var crossed = CrossedWithin(lens.Members);
        RingMember Describe(int account) => Described(account, lens, templates, crossed);

        var weights = CoverageWeights.Of(
            [.. members.Select(Describe)], CoverageWeights.Rest(lens.Members, _population.Count, a => Describe(a).Traits));
        var prior = Math.Clamp(Math.Log((double)members.Count / Math.Max(1, _population.Count - members.Count)), LeastPrior, MostPrior);
        var pool = Sharing(lens, classes);
        return new RingRound(members, lens, templates, crossed, weights, prior, pool, [.. pool.Order().Select(Describe).Where(m => Belongs(m, weights, prior))]);
    }

    static bool Belongs(RingMember member, CoverageWeights weights, double prior) =>
        prior + weights.Sum(member) > 0 && (member.IsTied || !weights.IsTied);

    /// <summary>Who is a member in the next round: of the round's own pool, and of the candidate's accounts that share nothing, but no one whom a stronger ring took.</summary>
    List<RingMember> Next(RingCandidate candidate, RingRound round)
    {
        var others = candidate.Accounts.Where(a => !round.Pool.Contains(a)).Select(a => Described(a, round.Lens, round.Templates, round.Crossed))
            .Where(m => Belongs(m, round.Weights, round.Prior)).ToList();
        IEnumerable<RingMember> next = others.Count == 0 ? round.Next : round.Next.Concat(others).OrderBy(m => m.Index);
        return [.. next.Where(m => !candidate.Taken.Contains(m.Index))];
    }

    /// <summary>Whoever has anything in common with the ring that can be looked up by value, the members included; the others could not come out as members.</summary>
    HashSet<int> Sharing(RingLens lens, List<int> classes)
    {
        var sharing = new HashSet<int>(lens.Members);
        foreach (var payment in lens.Payments)
        {
            sharing.UnionWith(_population.Payments[payment]);
        }

        foreach (var device in lens.Devices)
        {
            sharing.UnionWith(_population.Devices[device]);
        }

        foreach (var network in lens.Networks)
        {
            foreach (var account in _background.AccountsOn(network))
            {
                sharing.Add(account);
            }
        }

        foreach (var c in classes)
        {
            sharing.UnionWith(_followers.Of(c));
        }

        return sharing;
    }

    RingMember Described(int index, RingLens lens, RingTemplates templates, HashSet<int> crossed)
    {
        var account = _population.Accounts[index];
        var (hits, sample) = (templates.HitsOf(index), account.Digests.Length);
        var ties = lens.Of(index) with { Template = templates.NatsOf(hits, sample) };
        var share = sample == 0 ? 0 : (double)hits / sample;
        var features = _features.Of(index) & (ReferenceCohort.IsHabit(hits, sample) ? ~RingTraits.ReferenceCohort : ~RingTraits.None);
        var traits = features
            | (share >= Mostly ? RingTraits.MostlyTemplate : hits >= 2 || share >= 0.1 ? RingTraits.SomeTemplate : 0)
            | (ties.Payment > 0 ? RingTraits.SharedPayment : 0)
            | (ties.Device > 0 ? RingTraits.SharedDevice : 0)
            | (ties.Wave > 0 ? RingTraits.SignupWave : 0)
            | (ties.Exits > 0 ? RingTraits.SharedNetwork : 0)
            | (lens.UsesClient(index) ? RingTraits.RingClient : 0)
            | (crossed.Contains(index) ? RingTraits.OwnOutput : 0);
        return new RingMember(index, account, hits, traits, ties);
    }

    RingView View(RingCandidate candidate, List<RingMember> members, RingRound round, long nowMs)
    {
        var (lens, templates, weights, prior) = (round.Lens, round.Templates, round.Weights, round.Prior);
        var settled = candidate with { Classes = [.. templates.Classes.Order()], Nodes = _nodes.Inside(templates.Classes, members) };
        return new RingView(settled, members, weights, RingContent.Of(settled, members, _followers), _population, nowMs)
        {
            Prior = prior,
            GainOf = lens.GainOf,
            Circle = _crossings.Circulation.Circle,
            Exits = lens.Networks.ToHashSet(),
            Displacement = _displacements.Count == 0 ? null : _displacements.Of(members.Select(m => m.Account.Name).ToHashSet(), nowMs),
        };
    }

    HashSet<int> CrossedWithin(IReadOnlySet<int> members)
    {
        var crossed = new HashSet<int>();
        if (_crossings.PairCount == 0)
        {
            return crossed;
        }

        foreach (var (owner, presenter) in _crossings.Circulation.Linked)
        {
            var (a, b) = (_population.IndexOf(owner), _population.IndexOf(presenter));
            if (members.Contains(a) && members.Contains(b) && _population.Accounts[a].Actor != _population.Accounts[b].Actor)
            {
                crossed.Add(a);
                crossed.Add(b);
            }
        }

        return crossed;
    }
}
