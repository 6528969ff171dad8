using System.Runtime.InteropServices;
using Stillwatch.Engine.Links;
using Stillwatch.Engine.Provenance;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Rings;

/// <summary>Payers, devices and own-output crossings, and which of them one actor holds.</summary>
/// <remarks>
/// Joined by: accounts in common; a wave of sign-ups that holds them in excess, with one client; a proxy pool that both come through
/// beyond chance. Networks alone never join anything: a carrier's NAT would chain strangers.
/// </remarks>
internal sealed class IdentityLinks
{
    const int MinShared = 3;
    const double MinContainment = 0.3;
    const double Half = 0.5;
    const int MinWave = 8;
    const int MaxPoolsOnNetwork = 32; // a network that so many payers share is a carrier's
    const double DrivingShare = 0.4;
    const ulong NoClient = ulong.MaxValue;
    const double PoolNats = 6;
    const double PoolNatsAlone = 14; // with different clients the networks must say more

    readonly Population _population;
    readonly List<SharedTrait> _nodes = [];
    readonly Dictionary<int, List<int>> _nodesOf = [];
    readonly UnionFind _sets;
    readonly int[] _groupOf;

    public IdentityLinks(Population population, CrossingTable crossings)
    {
        _population = population;
        AddIdentities(TraitKind.Payment, population.Payments);
        AddIdentities(TraitKind.Device, population.Devices);
        AddCrossings(crossings);
        _sets = new UnionFind(_nodes.Count);
        JoinOverlapping();
        JoinWaves();
        JoinPools();
        _groupOf = [.. Enumerable.Range(0, _nodes.Count).Select(_sets.Find)];
        Groups = [.. Enumerable.Range(0, _nodes.Count).GroupBy(n => _groupOf[n]).OrderBy(g => g.Key).Select(g => g.Select(n => _nodes[n]).ToList())];
        for (var n = 0; n < _nodes.Count; n++)
        {
            foreach (var account in _nodes[n].Accounts)
            {
                (CollectionsMarshal.GetValueRefOrAddDefault(_nodesOf, account, out _) ??= []).Add(n);
            }
        }
    }

    /// <summary>The nodes by who holds them; worked out once.</summary>
    public IReadOnlyList<List<SharedTrait>> Groups { get; }

    /// <summary>Nodes at least half of whose accounts are among <paramref name="accounts"/>, in their order.</summary>
    public List<SharedTrait> MostlyInside(IReadOnlyCollection<int> accounts) =>
        [.. CountInside(accounts).Where(n => n.Inside >= Half * _nodes[n.Node].Accounts.Count).Select(n => n.Node).Order().Select(n => _nodes[n])];

    /// <summary>Those that hold two at least of <paramref name="accounts"/>, group by group in the order of <see cref="Groups"/>.</summary>
    public IEnumerable<List<SharedTrait>> Inside(IReadOnlyCollection<int> accounts) =>
        CountInside(accounts).Where(n => n.Inside >= 2 && n.Inside >= Half * _nodes[n.Node].Accounts.Count)
            .GroupBy(n => _groupOf[n.Node]).OrderBy(g => g.Key).Select(g => g.Select(n => n.Node).Order().Select(n => _nodes[n]).ToList());

    /// <summary>The nodes that any of <paramref name="accounts"/> shows, with how many of them do: linear in accounts, whatever the number of nodes.</summary>
    IEnumerable<(int Node, int Inside)> CountInside(IReadOnlyCollection<int> accounts)
    {
        var inside = new Dictionary<int, int>();
        foreach (var account in accounts)
        {
            if (_nodesOf.TryGetValue(account, out var nodes))
            {
                foreach (var n in nodes)
                {
                    CollectionsMarshal.GetValueRefOrAddDefault(inside, n, out _)++;
                }
            }
        }

        return inside.Select(n => (n.Key, n.Value));
    }

    void AddIdentities(TraitKind kind, IReadOnlyDictionary<ulong, List<int>> index)
    {
        foreach (var (value, accounts) in index.Where(p => p.Value.Count >= 2).OrderBy(p => p.Key))
        {
            if (_population.Actors(accounts) >= 2)
            {
                _nodes.Add(new SharedTrait(kind, value, accounts));
            }
        }
    }

    /// <summary>Accounts that bring back each other's outputs, twice or in a circle, as one node a connected group.</summary>
    void AddCrossings(CrossingTable crossings)
    {
        var sets = new UnionFind(_population.Count);
        var touched = new SortedSet<int>();
        foreach (var (owner, presenter) in crossings.Circulation.Linked)
        {
            if (_population.Strangers(owner, presenter) is var (a, b))
            {
                sets.Union(a, b);
                touched.UnionWith([a, b]);
            }
        }

        foreach (var group in touched.GroupBy(sets.Find).OrderBy(g => g.Key))
        {
            _nodes.Add(new SharedTrait(TraitKind.OwnOutput, _population.Accounts[group.Key].Name, [.. group]));
        }
    }

    void JoinOverlapping()
    {
        foreach (var ((a, b), shared) in Overlaps.Count(_nodes))
        {
            var (x, y) = (_nodes[a].Accounts.Count, _nodes[b].Accounts.Count);
            if (shared >= MinShared && shared >= MinContainment * Math.Min(x, y)
                && OverlapTest.LogRatio(shared, (double)x * y / _population.Count) >= OverlapTest.Significant)
            {
                _sets.Union(a, b);
            }
        }
    }

    /// <summary>A sign-up bucket that holds far more accounts with a shared payer or device than its share joins those payers and devices.</summary>
    void JoinWaves()
    {
        var nodesOf = new Dictionary<int, List<int>>();
        foreach (var n in Pools())
        {
            foreach (var account in _nodes[n].Accounts)
            {
                (CollectionsMarshal.GetValueRefOrAddDefault(nodesOf, account, out _) ??= []).Add(n);
            }
        }

        var share = nodesOf.Count / Math.Max(1.0, _population.Count);
        foreach (var wave in SignupBuckets())
        {
            var inWave = wave.Where(nodesOf.ContainsKey).ToList();
            if (inWave.Count < MinWave || OverlapTest.LogRatio(inWave.Count, wave.Count * share) < OverlapTest.Significant)
            {
                continue;
            }

            // Two pools may sign up in the same hours; they join only where one client drives both. Guests of an event bring their own.
            foreach (var sameClient in inWave.GroupBy(a => Background.MainClient(_population.Accounts[a])))
            {
                var joined = sameClient.SelectMany(a => nodesOf[a]).GroupBy(n => n).Where(g => g.Count() >= 2 && DrivingClient(_nodes[g.Key].Accounts) == sameClient.Key).Select(g => g.Key).Order().ToList();
                for (var i = 1; i < joined.Count; i++)
                {
                    _sets.Union(joined[0], joined[i]);
                }
            }
        }
    }

    IEnumerable<List<int>> SignupBuckets() =>
        Enumerable.Range(0, _population.Count)
            .Where(a => _population.Accounts[a].Facts?.CreatedMs is not null)
            .GroupBy(a => _population.Accounts[a].Facts!.CreatedMs!.Value / IdentityTraits.SignupBucketMs)
            .OrderBy(g => g.Key).Select(g => g.ToList());

    /// <summary>Payers and devices whose accounts come through the same small networks far more than chance, a third
    /// of the smaller one's at least: one proxy pool. An event's guests meet a pool here and there; they do not live in it. With one client
    /// less is enough: an operator may have several access paths.</summary>
    void JoinPools()
    {
        var byNetwork = new Dictionary<ulong, List<int>>();
        var networks = new Dictionary<int, int>();
        var clients = new Dictionary<int, ulong>();
        foreach (var n in Pools())
        {
            clients[n] = DrivingClient(_nodes[n].Accounts);
            foreach (var network in _nodes[n].Accounts.SelectMany(a => _population.Accounts[a].Networks).Select(x => x.Value).Distinct())
            {
                networks[n] = networks.GetValueOrDefault(n) + 1;
                (CollectionsMarshal.GetValueRefOrAddDefault(byNetwork, network, out _) ??= []).Add(n);
            }
        }

        foreach (var ((a, b), shared) in Overlaps.PairsOf(byNetwork.Values.Where(l => l.Count <= MaxPoolsOnNetwork)))
        {
            var nats = OverlapTest.LogRatio(shared, (double)networks[a] * networks[b] / Math.Max(1, byNetwork.Count));
            if (shared >= MinShared && shared >= MinContainment * Math.Min(networks[a], networks[b]) && nats >= (clients[a] == clients[b] && clients[a] != NoClient ? PoolNats : PoolNatsAlone))
            {
                _sets.Union(a, b);
            }
        }
    }

    /// <summary>Payers and devices of three actors or more; a couple's shared card is not what a pool is made of.</summary>
    IEnumerable<int> Pools() =>
        Enumerable.Range(0, _nodes.Count).Where(n => _nodes[n].Kind != TraitKind.OwnOutput && _nodes[n].Accounts.Count >= MinShared
            && _population.Actors(_nodes[n].Accounts) >= MinShared);

    /// <summary>The client that two fifths of the accounts present, the unknown client 0 included; <see cref="NoClient"/> when they are mixed.</summary>
    ulong DrivingClient(IReadOnlyList<int> accounts)
    {
        var top = accounts.Select(a => Background.MainClient(_population.Accounts[a])).GroupBy(c => c).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).First();
        return top.Count() >= DrivingShare * accounts.Count ? top.Key : NoClient;
    }
}
