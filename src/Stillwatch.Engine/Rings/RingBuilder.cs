using Stillwatch.Engine.Links;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Rings;

/// <summary>Groups traits, never pairs of accounts: two traits join when the accounts that show both are more than chance (Poisson, 12 nats).</summary>
/// <remarks>
/// Two sorts of candidates. By content: template classes that mostly the same accounts follow, with the payers and devices that lie inside.
/// By identity: payers, devices and own-output crossings joined by <see cref="IdentityLinks"/>, with the templates that half of them follow.
/// A template that two campaigns both use belongs to both and joins neither to the other. Cost: linear in accounts times nodes a head.
/// </remarks>
internal sealed class RingBuilder(Population population, ReferenceCohort cohort, TemplateClasses classes, ClassMembers members, IdentityLinks identities)
{
    const int MinActors = TraitGate.MinActors;
    const double SameAccounts = 0.6;
    const double Inside = 0.5;
    const double MostlyTheirs = 0.6;
    const double MinClientShare = 0.15;
    const double MaxClientShare = 0.9;
    const int MaxRings = 128;

    public (List<RingCandidate> Candidates, RingNodes Nodes) Build()
    {
        var templates = Templates();
        var groups = Groups(templates);
        var candidates = new List<RingCandidate>[groups.Count + identities.Groups.Count];
        population.ForEach(candidates.Length, g =>
            candidates[g] = g < groups.Count ? ByContent(groups[g], templates) : ByIdentity(identities.Groups[g - groups.Count], templates));
        return (
            [.. candidates.SelectMany(c => c).OrderByDescending(r => r.Accounts.Count).ThenBy(r => r.Accounts[0]).Take(MaxRings)], new RingNodes(templates, identities));
    }

    List<RingCandidate> ByContent(List<SharedTrait> group, List<SharedTrait> templates)
    {
        var candidates = new List<RingCandidate>();
        var accounts = group.SelectMany(t => t.Accounts).ToHashSet();
        foreach (var node in identities.MostlyInside(accounts))
        {
            accounts.UnionWith(node.Accounts);
        }

        Add(candidates, accounts, templates, byIdentity: false);
        AddByClient(candidates, accounts, templates);
        return candidates;
    }

    List<RingCandidate> ByIdentity(List<SharedTrait> group, List<SharedTrait> templates)
    {
        var candidates = new List<RingCandidate>();
        var accounts = group.SelectMany(n => n.Accounts).ToHashSet();
        if (population.HasActors(accounts, MinActors))
        {
            var following = Following(accounts);
            foreach (var template in templates.Where(t => Follow(t, following, accounts.Count) && following[t.Id] >= MostlyTheirs * t.Accounts.Count).ToList())
            {
                accounts.UnionWith(template.Accounts);
            }

            Add(candidates, accounts, templates, byIdentity: true);
        }

        return candidates;
    }

    /// <summary>The template classes that enough actors follow and the reference cohort mostly does not.</summary>
    List<SharedTrait> Templates()
    {
        var nodes = new List<SharedTrait>();
        for (var c = 0; c < classes.Count; c++)
        {
            var accounts = members.Of(c);
            if (accounts.Count < MinActors)
            {
                continue;
            }

            var inside = accounts.Count(a =>
                cohort.IsNormal(a, Array.Find(members.HitsOf(a), h => h.Class == c).Hits, population.Accounts[a].Digests.Length));
            var lift = cohort.LiftOf(accounts.Count, inside);
            if (lift >= TraitGate.MinLift && population.Actors(accounts) >= MinActors)
            {
                nodes.Add(new SharedTrait(TraitKind.HeadSkeleton, (ulong)c, accounts) { Inside = inside, Lift = lift });
            }
        }

        return nodes;
    }

    /// <summary>Templates that mostly the same accounts follow, each way: a template two groups share joins neither.</summary>
    List<List<SharedTrait>> Groups(List<SharedTrait> templates)
    {
        var sets = new UnionFind(templates.Count);
        foreach (var ((a, b), shared) in Overlaps.Count(templates))
        {
            var (x, y) = (templates[a].Accounts.Count, templates[b].Accounts.Count);
            if (shared >= SameAccounts * Math.Max(x, y) && OverlapTest.LogRatio(shared, (double)x * y / population.Count) >= OverlapTest.Significant)
            {
                sets.Union(a, b);
            }
        }

        return [.. Enumerable.Range(0, templates.Count).GroupBy(sets.Find).OrderBy(g => g.Key).Select(g => g.Select(i => templates[i]).ToList())];
    }

    /// <summary>How many of <paramref name="accounts"/> follow each class.</summary>
    int[] Following(HashSet<int> accounts)
    {
        var following = new int[classes.Count];
        foreach (var account in accounts)
        {
            foreach (var hit in members.HitsOf(account))
            {
                following[hit.Class] += ClassMembers.Follows(hit, population.Accounts[account].Digests.Length) ? 1 : 0;
            }
        }

        return following;
    }

    /// <summary>Whether half of so many accounts follow the template, and that is more than chance.</summary>
    bool Follow(SharedTrait template, int[] following, int accounts)
    {
        var shared = following[template.Id];
        return shared >= Inside * accounts
            && OverlapTest.LogRatio(shared, (double)template.Accounts.Count * accounts / population.Count) >= OverlapTest.Significant / 2;
    }

    /// <summary>A published template has many users, a pool among them has one client: each client of some size is a candidate of its own.</summary>
    void AddByClient(List<RingCandidate> candidates, HashSet<int> accounts, List<SharedTrait> templates)
    {
        foreach (var client in accounts.GroupBy(a => Background.MainClient(population.Accounts[a])).Where(g => g.Key != 0).OrderBy(g => g.Key))
        {
            var share = client.Count() / (double)accounts.Count;
            if (share is >= MinClientShare and <= MaxClientShare && client.Count() >= 2 * MinActors)
            {
                Add(candidates, [.. client], templates, byIdentity: true);
            }
        }
    }

    void Add(List<RingCandidate> candidates, HashSet<int> accounts, List<SharedTrait> templates, bool byIdentity)
    {
        if (!population.HasActors(accounts, MinActors))
        {
            return;
        }

        var following = Following(accounts);
        var own = templates.Where(t => Follow(t, following, accounts.Count)).ToList();
        var nodes = own.Concat(identities.Inside(accounts).Where(g => HoldActors(g, accounts)).SelectMany(g => g)).ToList();
        candidates.Add(new RingCandidate([.. own.Select(t => (int)t.Id)], nodes, [.. accounts.Order()], byIdentity));
    }

    /// <summary>Whether payers and devices that lie inside hold five actors there: a couple's shared card links a couple.</summary>
    bool HoldActors(List<SharedTrait> own, HashSet<int> accounts) =>
        population.HasActors(own.SelectMany(n => n.Accounts).Where(accounts.Contains), MinActors);
}
