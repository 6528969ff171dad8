using System.Runtime.InteropServices;
using Stillwatch.Engine.Links;
using Stillwatch.Engine.Provenance;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Rings;

/// <summary>Groups traits, never pairs of accounts: two traits join when the accounts that show both are more than chance (Poisson, 12 nats).</summary>
/// <remarks>
/// Nodes: template classes, payment tokens, devices, own-output crossings. A wave of sign-ups joins payers and devices that it holds in
/// excess. Networks and TLS fingerprints never join anything: a carrier's NAT would chain strangers. Cost: linear in accounts times nodes a head.
/// </remarks>
internal sealed class RingBuilder(Population population, ReferenceCohort cohort, TemplateClasses classes, ClassMembers members, CrossingTable crossings)
{
    const int MinActors = TraitGate.MinActors;
    const int MinShared = 3;
    const double MinContainment = 0.3;
    const double SameGroup = 0.5;
    const int MaxNodesPerAccount = 24;
    const int MaxRings = 256;
    const int MinWave = 8;
    const int MinCrossings = 2;

    public List<RingCandidate> Build()
    {
        var nodes = new List<SharedTrait>();
        AddClasses(nodes);
        AddIdentities(nodes, TraitKind.Payment, population.Payments);
        AddIdentities(nodes, TraitKind.Device, population.Devices);
        AddCrossings(nodes);
        var byAccount = ByAccount(nodes);
        var sets = new UnionFind(nodes.Count);
        JoinOverlapping(nodes, byAccount, sets);
        JoinWaves(nodes, byAccount, sets);
        JoinGroups(nodes, sets);
        return Candidates(nodes, sets);
    }

    void AddClasses(List<SharedTrait> nodes)
    {
        for (var c = 0; c < classes.Count; c++)
        {
            var accounts = members.Of(c);
            if (population.Actors(accounts) >= MinActors && LiftOf(accounts) >= TraitGate.MinLift)
            {
                nodes.Add(new SharedTrait(TraitKind.HeadSkeleton, (ulong)c, accounts));
            }
        }
    }

    double LiftOf(IReadOnlyList<int> accounts)
    {
        var inside = accounts.Count(a => cohort[a]);
        return Math.Log((accounts.Count - inside + 0.5) / (population.Count - cohort.Count + 1)) - Math.Log((inside + 0.5) / (cohort.Count + 1));
    }

    void AddIdentities(List<SharedTrait> nodes, TraitKind kind, IReadOnlyDictionary<ulong, List<int>> index)
    {
        foreach (var (value, accounts) in index.Where(p => p.Value.Count >= 2).OrderBy(p => p.Key))
        {
            if (population.Actors(accounts) >= 2)
            {
                nodes.Add(new SharedTrait(kind, value, accounts));
            }
        }
    }

    /// <summary>Accounts that bring back each other's outputs, twice or more, as one node a connected group.</summary>
    void AddCrossings(List<SharedTrait> nodes)
    {
        var sets = new UnionFind(population.Count);
        var touched = new SortedSet<int>();
        foreach (var (owner, presenter, count) in crossings.Pairs)
        {
            var (a, b) = (population.IndexOf(owner), population.IndexOf(presenter));
            if (count >= MinCrossings && a >= 0 && b >= 0 && population.Accounts[a].Actor != population.Accounts[b].Actor)
            {
                sets.Union(a, b);
                touched.UnionWith([a, b]);
            }
        }

        foreach (var group in touched.GroupBy(sets.Find).OrderBy(g => g.Key))
        {
            nodes.Add(new SharedTrait(TraitKind.OwnOutput, population.Accounts[group.Key].Name, [.. group]));
        }
    }

    static Dictionary<int, List<int>> ByAccount(List<SharedTrait> nodes)
    {
        var byAccount = new Dictionary<int, List<int>>();
        for (var n = 0; n < nodes.Count; n++)
        {
            foreach (var account in nodes[n].Accounts)
            {
                var list = CollectionsMarshal.GetValueRefOrAddDefault(byAccount, account, out _) ??= [];
                if (list.Count < MaxNodesPerAccount)
                {
                    list.Add(n);
                }
            }
        }

        return byAccount;
    }

    void JoinOverlapping(List<SharedTrait> nodes, Dictionary<int, List<int>> byAccount, UnionFind sets)
    {
        foreach (var ((a, b), count) in PairsOf(byAccount.Values))
        {
            var (x, y) = (nodes[a].Accounts.Count, nodes[b].Accounts.Count);
            if (count >= MinShared && count >= MinContainment * Math.Min(x, y)
                && OverlapTest.LogRatio(count, (double)x * y / population.Count) >= OverlapTest.Significant)
            {
                sets.Union(a, b);
            }
        }
    }

    /// <summary>A sign-up bucket that holds far more accounts with a shared payer or device than its share joins those payers and devices.</summary>
    void JoinWaves(List<SharedTrait> nodes, Dictionary<int, List<int>> byAccount, UnionFind sets)
    {
        var linked = new bool[population.Count];
        foreach (var node in nodes.Where(n => IsIdentity(n) && population.Actors(n.Accounts) >= MinShared))
        {
            foreach (var account in node.Accounts)
            {
                linked[account] = true;
            }
        }

        var share = linked.Count(l => l) / Math.Max(1.0, population.Count);
        foreach (var wave in SignupBuckets())
        {
            var inWave = wave.Where(a => linked[a]).ToList();
            if (inWave.Count < MinWave || OverlapTest.LogRatio(inWave.Count, wave.Count * share) < OverlapTest.Significant)
            {
                continue;
            }

            // Two pools may sign up in the same hours; they join only where they also present one client.
            foreach (var sameClient in inWave.GroupBy(a => Background.MainClient(population.Accounts[a])))
            {
                var joined = sameClient.SelectMany(a => byAccount[a]).Where(n => IsIdentity(nodes[n]))
                    .GroupBy(n => n).Where(g => g.Count() >= 2).Select(g => g.Key).Order().ToList();
                for (var i = 1; i < joined.Count; i++)
                {
                    sets.Union(joined[0], joined[i]);
                }
            }
        }
    }

    /// <summary>Groups that turned out to be the same accounts become one: eight payers and one template may each be too small to join alone.</summary>
    void JoinGroups(List<SharedTrait> nodes, UnionFind sets)
    {
        var groups = Enumerable.Range(0, nodes.Count).GroupBy(sets.Find).OrderBy(g => g.Key)
            .Select(g => (Root: g.Key, Accounts: g.SelectMany(n => nodes[n].Accounts).Distinct().ToList())).ToList();
        var groupsOf = new Dictionary<int, List<int>>();
        for (var g = 0; g < groups.Count; g++)
        {
            foreach (var account in groups[g].Accounts)
            {
                (CollectionsMarshal.GetValueRefOrAddDefault(groupsOf, account, out _) ??= []).Add(g);
            }
        }

        foreach (var ((a, b), count) in PairsOf(groupsOf.Values))
        {
            var (x, y) = (groups[a].Accounts.Count, groups[b].Accounts.Count);
            if (count >= MinShared && count >= SameGroup * Math.Min(x, y)
                && OverlapTest.LogRatio(count, (double)x * y / population.Count) >= OverlapTest.Significant)
            {
                sets.Union(groups[a].Root, groups[b].Root);
            }
        }
    }

    static Dictionary<(int, int), int> PairsOf(IEnumerable<List<int>> lists)
    {
        var pairs = new Dictionary<(int, int), int>();
        foreach (var list in lists)
        {
            for (var i = 0; i < list.Count; i++)
            {
                for (var j = i + 1; j < list.Count; j++)
                {
                    CollectionsMarshal.GetValueRefOrAddDefault(pairs, (list[i], list[j]), out _)++;
                }
            }
        }

        return pairs;
    }

    static bool IsIdentity(SharedTrait node) => node.Kind is TraitKind.Payment or TraitKind.Device;

    IEnumerable<List<int>> SignupBuckets() =>
        Enumerable.Range(0, population.Count)
            .Where(a => population.Accounts[a].Facts?.CreatedMs is not null)
            .GroupBy(a => population.Accounts[a].Facts!.CreatedMs!.Value / IdentityTraits.SignupBucketMs)
            .OrderBy(g => g.Key).Select(g => g.ToList());

    List<RingCandidate> Candidates(List<SharedTrait> nodes, UnionFind sets)
    {
        var rings = new List<RingCandidate>();
        foreach (var group in Enumerable.Range(0, nodes.Count).GroupBy(sets.Find).OrderBy(g => g.Key))
        {
            var own = group.Select(n => nodes[n]).ToList();
            var accounts = own.SelectMany(n => n.Accounts).Distinct().Order().ToList();
            if (population.Actors(accounts) >= MinActors)
            {
                var classIds = own.Where(n => n.Kind == TraitKind.HeadSkeleton).Select(n => (int)n.Id).Order().ToList();
                rings.Add(new RingCandidate(classIds, own, accounts));
            }
        }

        return [.. rings.OrderByDescending(r => r.Accounts.Count).ThenBy(r => r.Accounts[0]).Take(MaxRings)];
    }
}
