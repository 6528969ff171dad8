using System.Buffers;
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
    readonly DisplacementTable _displacements;
    readonly IReadOnlySet<ulong> _circle;
    readonly OutputPresenters _presenters;
    readonly AccountFeatures _features;
    readonly AccountFeatures _sample;
    readonly RingRounds _rounds;
    readonly long _nowMs;

    public RingMembers(
        Population population, ReferenceCohort cohort, Background background, ClassMembers followers, RingNodes nodes, CrossingTable crossings,
        DisplacementTable displacements, long nowMs)
    {
        (_population, _background, _followers, _nodes, _displacements, _nowMs) = (population, background, followers, nodes, displacements, nowMs);
        (_circle, _presenters) = (crossings.Circulation.Circle, OutputPresenters.Of(population, crossings.Circulation));
        _features = new AccountFeatures(population, cohort, background, followers);
        _sample = _features.Every(CoverageWeights.StrideOf(population.Count));
        _rounds = new RingRounds(Weigh);
    }

    public RingView? Select(RingCandidate candidate)
    {
        var members = Seeds(candidate);
        for (var rounds = 1; _population.HasActors(members, TraitGate.MinActors); rounds++)
        {
            var round = _rounds.Of(members);
            var next = Next(candidate, round);
            var isShared = next == round.Next; // nothing of the candidate's own: others that come to these members go on alike
            var whole = isShared ? round.Whole : Largest(next, round);
            var isSettled = whole.SequenceEqual(members);
            if (isShared && isSettled)
            {
                return round.Settled?.For(candidate);
            }

            if (isSettled || rounds == Rounds)
            {
                return View(candidate, next, whole, round);
            }

            members = whole;
        }

        return null;
    }

    /// <summary>What joins a member to others: payers, devices, exits, sign-up waves, templates it follows, and our outputs that went round.</summary>
    List<int> Largest(List<RingMember> next, RingRound round)
    {
        var crossed = next.Where(m => m.Has(RingTraits.OwnOutput | RingTraits.SomeOutput)).Select(m => m.Index).ToHashSet();
        var (lens, classes) = (round.Lens, round.Lens.Values + 1); // numbers: what the lens knows, our outputs, then the classes
        return RingComponents.Largest([.. next.Select(m => m.Index)], classes + _followers.Classes, (account, values) =>
        {
            lens.AddValues(account, values);
            ref readonly var row = ref _features[account];
            foreach (ref readonly var hit in row.Hits.AsSpan())
            {
                if (round.Templates.Follows(row, hit))
                {
                    values.Add(classes + hit.Class);
                }
            }

            if (crossed.Contains(account))
            {
                values.Add(lens.Values);
            }
        });
    }

    /// <summary>Those a candidate is made of: who lives on its templates or shares its payers or devices; everybody where too few do.</summary>
    List<int> Seeds(RingCandidate candidate)
    {
        var templates = RingTemplates.Only(candidate.Classes, _followers);
        var linked = new AccountSet(_features.Count);
        foreach (var node in candidate.Nodes.Where(n => n.Kind is TraitKind.Payment or TraitKind.Device or TraitKind.OwnOutput))
        {
            linked.Add(node.Accounts);
        }

        var seeds = candidate.Accounts.Where(a => linked.Contains(a) || templates.HitsOf(_features[a].Hits) >= Mostly * Math.Max(1, (int)_features[a].Sample)).ToList();
        return seeds.Count < TraitGate.MinActors ? [.. candidate.Accounts] : seeds;
    }

    RingRound Weigh(List<int> members)
    {
        var lens = new RingLens(_population, _background, _features, members);
        var classes = RingTemplates.ClassesOf(_nodes.Templates, members, _features, _followers.Classes);
        var templates = new RingTemplates(classes, _followers, _features, lens.Members);
        var presenters = _presenters.Of(members);
        var pool = Sharing(lens, members, classes, presenters);
        var accounts = pool.ToArray();
        var likenesses = ArrayPool<Likeness>.Shared.Rent(accounts.Length);
        _population.ForEachChunk(accounts.Length, (_, from, to) => // candidates of a large ring wait for each other's rounds: several workers share a round
        {
            for (var i = from; i < to; i++)
            {
                likenesses[i] = LikenessOf(accounts[i], lens, templates, presenters);
            }
        });
        var shown = new RingTraits[members.Count]; // the members are part of the pool, and both ascend
        for (int i = 0, m = 0; m < shown.Length; i++)
        {
            if (accounts[i] == members[m])
            {
                shown[m++] = likenesses[i].Traits;
            }
        }

        var stride = CoverageWeights.StrideOf(_features.Count);
        var rest = CoverageWeights.Rest(lens.Members, _features.Count, n => LikenessOf(_sample, n, isMember: false, lens, templates, presenters.TraitOf(n * stride)).Traits);
        var weights = CoverageWeights.Of(shown, rest);
        var prior = Math.Clamp(Math.Log((double)members.Count / Math.Max(1, _features.Count - members.Count)), LeastPrior, MostPrior);
        var next = new List<RingMember>(members.Count);
        for (var i = 0; i < accounts.Length; i++)
        {
            if (Belongs(likenesses[i], weights, prior))
            {
                next.Add(new RingMember(accounts[i], _population.Accounts[accounts[i]], likenesses[i]));
            }
        }

        ArrayPool<Likeness>.Shared.Return(likenesses);
        var round = new RingRound(members, lens, templates, presenters, weights, prior, pool, next);
        round.Follow(() => Largest(round.Next, round), () => View(null, round.Next, round.Whole, round));
        return round;
    }

    static bool Belongs(in Likeness account, CoverageWeights weights, double prior) =>
        prior + weights.Sum(account) > 0 && (account.IsTied || !weights.IsTied);

    /// <summary>Who is a member in the next round: of the round's own pool, and of the candidate's accounts that share nothing, but no one whom a stronger ring took.
    /// The round's own list where that makes no difference.</summary>
    List<RingMember> Next(RingCandidate candidate, RingRound round)
    {
        var others = new List<RingMember>();
        foreach (var account in candidate.Accounts)
        {
            if (!round.Pool.Contains(account) && LikenessOf(account, round.Lens, round.Templates, round.Presenters) is var likeness && Belongs(likeness, round.Weights, round.Prior))
            {
                others.Add(new RingMember(account, _population.Accounts[account], likeness));
            }
        }

        if (others.Count == 0 && (candidate.Taken.Count == 0 || !round.Next.Exists(m => candidate.Taken.Contains(m.Index))))
        {
            return round.Next;
        }

        IEnumerable<RingMember> next = others.Count == 0 ? round.Next : round.Next.Concat(others).OrderBy(m => m.Index);
        return [.. next.Where(m => !candidate.Taken.Contains(m.Index))];
    }

    /// <summary>Whoever has anything in common with the ring that can be looked up by value, the members included; the others could not come out as members.</summary>
    AccountSet Sharing(RingLens lens, List<int> members, List<int> classes, Presenters presenters)
    {
        var sharing = new AccountSet(_features.Count);
        sharing.Add(members);
        sharing.Add([.. presenters.Often, .. presenters.Once]);
        foreach (var payment in lens.Payments)
        {
            sharing.Add(_population.Payments[payment]);
        }

        foreach (var device in lens.Devices)
        {
            sharing.Add(_population.Devices[device]);
        }

        foreach (var network in lens.Networks)
        {
            sharing.Add(_background.AccountsOn(network));
        }

        foreach (var c in classes)
        {
            sharing.Add(_followers.Of(c));
        }

        return sharing;
    }

    Likeness LikenessOf(int index, RingLens lens, RingTemplates templates, Presenters presenters) =>
        LikenessOf(_features, index, lens.Members.Contains(index), lens, templates, presenters.TraitOf(index));

    static Likeness LikenessOf(
        AccountFeatures features, int at, bool isMember, RingLens lens, RingTemplates templates, RingTraits output)
    {
        ref readonly var row = ref features[at];
        var (hits, sample) = (templates.HitsOf(row.Hits), row.Sample);
        var ties = lens.Of(row, features.NetworksOf(row), isMember) with { Template = templates.NatsOf(row, hits) };
        var share = sample == 0 ? 0 : (double)hits / sample;
        var own = row.Traits & (ReferenceCohort.IsHabit(hits, sample) ? ~RingTraits.ReferenceCohort : ~RingTraits.None);
        var traits = own
            | (share >= Mostly ? RingTraits.MostlyTemplate : hits >= 2 || share >= 0.1 ? RingTraits.SomeTemplate : 0)
            | (ties.Payment > 0 ? RingTraits.SharedPayment : 0)
            | (ties.Device > 0 ? RingTraits.SharedDevice : 0)
            | (ties.Wave > 0 ? RingTraits.SignupWave : 0)
            | (ties.Exits > 0 ? RingTraits.SharedNetwork : 0)
            | (lens.UsesClient(row) ? RingTraits.RingClient : 0)
            | output;
        return new Likeness(traits, hits, ties);
    }

    /// <param name="candidate">Null: for whichever candidate comes to these members (<see cref="RingView.For"/>).</param>
    RingView? View(RingCandidate? candidate, List<RingMember> next, List<int> whole, RingRound round)
    {
        if (!_population.HasActors(whole, TraitGate.MinActors))
        {
            return null;
        }

        // What a view goes on asking, it holds by itself: a round has lists of everybody it looked at.
        var (lens, templates, presenters, weights, prior) = (round.Lens, round.Templates, round.Presenters, round.Weights, round.Prior);
        var inside = new AccountSet(_features.Count);
        inside.Add(whole);
        List<RingMember> members = [.. next.Where(m => inside.Contains(m.Index))];
        candidate ??= new RingCandidate([], [], [], ByIdentity: false);
        var settled = candidate with { Classes = [.. templates.Classes.Order()], Nodes = _nodes.Inside(templates.Classes, inside) };
        return new RingView(settled, members, inside, weights, RingContent.Of(settled, members, _followers), _population, _nowMs)
        {
            Prior = prior,
            GainOf = lens.GainOf,
            Takes = a => Belongs(LikenessOf(a, lens, templates, presenters), weights, prior),
            Circle = _circle,
            Exits = lens.Networks.Select(_background.NetworkOf).ToHashSet(),
            Displacement = _displacements.Count == 0 ? null : _displacements.Of(members.Select(m => m.Account.Name).ToHashSet(), _nowMs),
        };
    }
}
