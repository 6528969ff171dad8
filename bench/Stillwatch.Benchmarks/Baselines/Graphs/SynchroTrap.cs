namespace Stillwatch.Benchmarks.Baselines.Graphs;

/// <summary>SynchroTrap (Cao, Yang, Yu, Palow 2014): accounts that do the same thing at around the same time, again and again.</summary>
/// <remarks>
/// As published: an action is (account, constraint object, time bucket); two accounts are as similar as the Jaccard ratio of their actions
/// over the whole span; clusters by single linkage; large clusters are malicious. Constraint objects that fit an API: network (/24), prompt
/// template, client, template with client; each by itself and the best of them. Ours: buckets of one and six hours; at least three actions
/// in common; clusters of 5 and of 20; an account's score is the similarity at which it enters a cluster of that size, so one threshold
/// cuts the whole tree. Accounts of one organization are not compared. A bucket with more than <see cref="MostInBucket"/> accounts (a
/// popular client) compares the first ones only, and is counted in <see cref="CutBuckets"/>. Not given: payments and devices, which are no
/// actions. Weakness: needs weeks of synchrony; single linkage chains.
/// </remarks>
internal sealed class SynchroTrap(AccountBook accounts) : IBaseline
{
    /// <summary>Accounts of one object and bucket that are compared with each other.</summary>
    public const int MostInBucket = 100;

    const long HourMs = 3_600_000;
    const int FewestMatches = 3;

    static readonly string[] s_constraints = ["network", "template", "client", "template and client"];
    static readonly int[] s_hours = [1, 6];
    static readonly int[] s_sizes = [5, 20];

    readonly HashSet<Sighting>[] _seen = [.. s_constraints.Select(_ => new HashSet<Sighting>())];

    public string Name => "SynchroTrap";

    public SharedStages Needs => SharedStages.Templates;

    public long CutBuckets { get; private set; }

    public void Add(TraceQuery query)
    {
        var hour = (int)(query.TimeMs / HourMs);
        See(0, query.Network, hour, query.Account);
        See(1, query.Template < 0 ? 0 : (ulong)query.Template + 1, hour, query.Account);
        See(2, query.Client, hour, query.Account);
        See(3, query.Template < 0 || query.Client == 0 ? 0 : Hash64.Join((ulong)query.Template + 1, query.Client), hour, query.Account);
    }

    public IEnumerable<ScoredSetting> Scores()
    {
        foreach (var hours in s_hours)
        {
            var links = _seen.Select(seen => Similarities(seen, hours)).ToList();
            foreach (var size in s_sizes)
            {
                var each = links.Select(list => Linkage.EntryLevels(accounts.Count, list, size)).ToList();
                for (var constraint = 0; constraint < each.Count; constraint++)
                {
                    yield return new ScoredSetting($"{s_constraints[constraint]}, buckets of {hours} h, clusters of {size}", each[constraint]);
                }

                yield return new ScoredSetting(
                    $"best constraint, buckets of {hours} h, clusters of {size}",
                    [.. Enumerable.Range(0, accounts.Count).Select(account => each.Max(levels => levels[account]))]);
            }
        }
    }

    void See(int constraint, ulong thing, int hour, int account)
    {
        if (thing != 0)
        {
            _seen[constraint].Add(new Sighting(thing, hour, account));
        }
    }

    List<Link> Similarities(HashSet<Sighting> seen, int hours)
    {
        var actions = seen.Select(sighting => sighting with { Hour = sighting.Hour / hours }).Distinct().Order().ToList();
        var totals = new int[accounts.Count];
        var common = new Dictionary<(int, int), int>();
        for (var from = 0; from < actions.Count;)
        {
            var to = from;
            while (to < actions.Count && actions[to].Thing == actions[from].Thing && actions[to].Hour == actions[from].Hour)
            {
                totals[actions[to++].Account]++;
            }

            CutBuckets += to - from > MostInBucket ? 1 : 0;
            Compare(actions, from, Math.Min(to, from + MostInBucket), common);
            from = to;
        }

        return [.. common.Where(pair => pair.Value >= FewestMatches).Select(pair =>
            new Link(pair.Key.Item1, pair.Key.Item2, (float)pair.Value / (totals[pair.Key.Item1] + totals[pair.Key.Item2] - pair.Value)))];
    }

    void Compare(List<Sighting> actions, int from, int to, Dictionary<(int, int), int> common)
    {
        for (var first = from; first < to; first++)
        {
            for (var second = first + 1; second < to; second++)
            {
                var pair = (actions[first].Account, actions[second].Account);
                if (accounts.Party(pair.Item1) != accounts.Party(pair.Item2))
                {
                    common[pair] = common.GetValueOrDefault(pair) + 1;
                }
            }
        }
    }

    readonly record struct Sighting(ulong Thing, int Hour, int Account) : IComparable<Sighting>
    {
        public int CompareTo(Sighting other)
            => Thing != other.Thing ? Thing.CompareTo(other.Thing) : Hour != other.Hour ? Hour.CompareTo(other.Hour) : Account.CompareTo(other.Account);
    }
}
