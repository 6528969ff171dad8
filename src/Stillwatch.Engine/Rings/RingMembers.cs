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

    // Nobody is normal for a template he lives on (ReferenceCohort.IsNormal).
    const double Habit = 0.15;
    const int HabitHits = 4;

    readonly Population _population;
    readonly Background _background;
    readonly ClassMembers _followers;
    readonly RingNodes _nodes;
    readonly CrossingTable _crossings;
    readonly DisplacementTable _displacements;
    readonly AccountFeatures _features;

    public RingMembers(
        Population population, ReferenceCohort cohort, Background background, ClassMembers followers, RingNodes nodes, CrossingTable crossings,
        DisplacementTable displacements)
    {
        (_population, _background, _followers, _nodes) = (population, background, followers, nodes);
        (_crossings, _displacements) = (crossings, displacements);
        _features = new AccountFeatures(population, cohort);
    }

    public RingView? Select(RingCandidate candidate, long nowMs)
    {
        var members = Seeds(candidate);
        var view = default(RingView);
        for (var round = 0; round < Rounds; round++)
        {
            if (_population.Actors(members) < TraitGate.MinActors)
            {
                return null;
            }

            var (next, prior, weights, lens, templates) = Weigh(candidate, members);
            var whole = RingComponents.Largest(
                [.. next.Select(m => m.Index)], a => lens.ValuesOf(a).Concat(templates.FollowedBy(a, _population.Accounts[a].Digests.Length).Select(c => (0, (ulong)c))));
            var settled = whole.SequenceEqual(members);
            members = whole;
            if (settled || round == Rounds - 1)
            {
                var kept = whole.ToHashSet();
                next.RemoveAll(m => !kept.Contains(m.Index));
                view = _population.Actors(members) < TraitGate.MinActors ? null : View(candidate, next, weights, lens, templates, nowMs, prior);
                break;
            }
        }

        return view;
    }

    /// <summary>Those a candidate is made of: who lives on its templates or shares its payers or devices; everybody where too few do.</summary>
    List<int> Seeds(RingCandidate candidate)
    {
        var templates = new RingTemplates(candidate.Classes, _followers, _population, new HashSet<int>());
        var linked = candidate.Nodes.Where(n => n.Kind is TraitKind.Payment or TraitKind.Device).SelectMany(n => n.Accounts).ToHashSet();
        var seeds = candidate.Accounts.Where(a => linked.Contains(a) || templates.HitsOf(a) >= Mostly * Math.Max(1, _population.Accounts[a].Digests.Length)).ToList();
        return seeds.Count < TraitGate.MinActors ? [.. candidate.Accounts] : seeds;
    }

    (List<RingMember> Next, double Prior, CoverageWeights Weights, RingLens Lens, RingTemplates Templates) Weigh(RingCandidate candidate, List<int> members)
    {
        var lens = new RingLens(_population, _background, _features, members);
        var classes = RingTemplates.ClassesOf(_nodes.Templates, lens.Members, _population.Count);
        var templates = new RingTemplates(classes, _followers, _population, lens.Members);
        var crossed = CrossedWithin(lens.Members);
        RingMember Describe(int account) => Described(account, lens, templates, crossed);

        var weights = CoverageWeights.Of(
            [.. members.Select(Describe)], CoverageWeights.Rest(lens.Members, _population.Count, a => Describe(a).Traits));
        var prior = Math.Clamp(Math.Log((double)members.Count / Math.Max(1, _population.Count - members.Count)), LeastPrior, MostPrior);
        return ([.. Sharing(candidate, lens, classes).Select(Describe).Where(m => prior + weights.Sum(m) > 0 && (m.IsTied || !weights.IsTied))], prior, weights, lens, templates);
    }

    /// <summary>Whoever has anything in common with the ring that can be looked up by value, ascending; the others could not come out as members.</summary>
    List<int> Sharing(RingCandidate candidate, RingLens lens, List<int> classes)
    {
        var sharing = new HashSet<int>(candidate.Accounts);
        sharing.UnionWith(lens.Members);
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

        sharing.ExceptWith(candidate.Taken);
        return [.. sharing.Order()];
    }

    RingMember Described(int index, RingLens lens, RingTemplates templates, HashSet<int> crossed)
    {
        var account = _population.Accounts[index];
        var (hits, sample) = (templates.HitsOf(index), account.Digests.Length);
        var ties = lens.Of(index) with { Template = templates.NatsOf(hits, sample) };
        var share = sample == 0 ? 0 : (double)hits / sample;
        var features = _features.Of(index) & (hits >= HabitHits && share >= Habit ? ~RingTraits.ReferenceCohort : ~RingTraits.None);
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

    RingView View(RingCandidate candidate, List<RingMember> members, CoverageWeights weights, RingLens lens, RingTemplates templates, long nowMs, double prior)
    {
        var settled = candidate with { Classes = [.. templates.Classes.Order()], Nodes = _nodes.Inside(templates.Classes, members) };
        return new RingView(settled, members, weights, RingContent.Of(settled, members, _followers), _population, nowMs)
        {
            Prior = prior,
            GainOf = lens.GainOf,
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

        foreach (var (owner, presenter) in _crossings.Repeated)
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
