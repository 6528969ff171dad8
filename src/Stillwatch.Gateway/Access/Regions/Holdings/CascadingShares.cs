namespace Stillwatch.Gateway.Access.Regions.Holdings;

/// <summary>
/// Majorities instead of products: an owner in which matching owners together hold more than half counts as matching for all that it holds,
/// and so on upwards; one
/// below that counts for nothing. What counts is the least set that satisfies this: a ring of companies that only own one another is held
/// by nobody.
/// </summary>
static class CascadingShares
{
    /// <summary>More than half, and not by a rounding error.</summary>
    const double MajorityRatio = 0.5 + ReadyRule.RoundingRatio;

    public static OwnedShares Of(OwnershipGraph graph, Func<string, bool> isMatch)
    {
        var owned = Owned(graph);
        return new(graph, Spread(graph, owned, isMatch, unknownMatches: false), Spread(graph, owned, isMatch, unknownMatches: true), 0);
    }

    static double[] Spread(OwnershipGraph graph, (int[] First, int[] By) owned, Func<string, bool> isMatch, bool unknownMatches)
    {
        var held = new double[graph.Organizations];
        var majority = new Queue<int>();
        for (var i = 0; i < held.Length; i++)
        {
            var stated = 0.0;
            foreach (ref readonly var edge in graph.Owners(i))
            {
                stated += edge.Share;
                held[i] += IsDirect(edge) ? edge.Share : 0;
            }

            held[i] += unknownMatches ? Math.Max(0, 1 - stated) : 0;
            if (held[i] > MajorityRatio)
            {
                majority.Enqueue(i);
            }
        }

        while (majority.TryDequeue(out var owner))
        {
            // Once for each company it owns, though it may own one by several entries.
            for (var at = owned.First[owner]; at < owned.First[owner + 1]; at++)
            {
                var company = owned.By[at];
                var before = held[company];
                foreach (ref readonly var edge in graph.Owners(company))
                {
                    held[company] += edge.Target == owner && !IsDirect(edge) ? edge.Share : 0;
                }

                if (before <= MajorityRatio && held[company] > MajorityRatio)
                {
                    majority.Enqueue(company);
                }
            }
        }

        return held;

        bool IsDirect(in HoldingEdge edge) => edge.Country is { } country ? isMatch(country) : unknownMatches && !graph.GoesOn(edge);
    }

    /// <summary>For each organization those it owns a part of, each once.</summary>
    static (int[] First, int[] By) Owned(OwnershipGraph graph)
    {
        var lists = new (int Owner, int Company)[Enumerable.Range(0, graph.Organizations).Sum(i => graph.Owners(i).Length)];
        var count = 0;
        for (var i = 0; i < graph.Organizations; i++)
        {
            foreach (ref readonly var edge in graph.Owners(i))
            {
                if (edge.Target >= 0)
                {
                    lists[count++] = (edge.Target, i);
                }
            }
        }

        Array.Sort(lists, 0, count);
        var (first, by) = (new int[graph.Organizations + 1], new List<int>(count));
        for (var (at, owner) = (0, 0); owner < graph.Organizations; owner++)
        {
            for (; at < count && lists[at].Owner == owner; at++)
            {
                if (at == 0 || lists[at] != lists[at - 1])
                {
                    by.Add(lists[at].Company);
                }
            }

            first[owner + 1] = by.Count;
        }

        return (first, [.. by]);
    }
}
