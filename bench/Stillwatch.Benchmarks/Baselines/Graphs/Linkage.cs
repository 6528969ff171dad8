namespace Stillwatch.Benchmarks.Baselines.Graphs;

/// <param name="Similarity">0 to 1.</param>
internal readonly record struct Link(int A, int B, float Similarity);

/// <summary>Single-linkage clustering of accounts.</summary>
internal static class Linkage
{
    /// <summary>
    /// For each account the highest similarity at which it belongs to a cluster of at least <paramref name="size"/> accounts; unjudged when
    /// there is none.
    /// </summary>
    public static float[] EntryLevels(int accounts, IEnumerable<Link> links, int size)
    {
        var levels = ScoredSetting.Empty(accounts);
        var parents = Enumerable.Range(0, accounts).ToArray();
        var members = new List<int>?[accounts];
        foreach (var link in links.OrderByDescending(link => link.Similarity).ThenBy(link => link.A).ThenBy(link => link.B))
        {
            var (a, b) = (Find(parents, link.A), Find(parents, link.B));
            if (a == b)
            {
                continue;
            }

            var (all, fewer) = (members[a] ?? [a], members[b] ?? [b]);
            if (all.Count < fewer.Count)
            {
                (a, b, all, fewer) = (b, a, fewer, all);
            }

            var isLarge = all.Count >= size;
            all.AddRange(fewer);
            parents[b] = a;
            (members[a], members[b]) = (all, null);
            if (all.Count >= size)
            {
                // Whoever was in a large cluster already entered at a higher level.
                foreach (var member in isLarge ? fewer : all)
                {
                    levels[member] = Math.Max(levels[member], link.Similarity);
                }
            }
        }

        return levels;
    }

    static int Find(int[] parents, int account)
    {
        while (parents[account] != account)
        {
            account = parents[account] = parents[parents[account]];
        }

        return account;
    }
}
