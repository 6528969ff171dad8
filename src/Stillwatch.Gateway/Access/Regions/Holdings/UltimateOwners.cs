using System.Runtime.InteropServices;

namespace Stillwatch.Gateway.Access.Regions.Holdings;

/// <summary>Who holds one organization in the end: for a statement of reasons and for the operator, not for the hot path.</summary>
/// <param name="Owner">Null for what nobody states.</param>
/// <param name="Country">Null when nobody states one.</param>
/// <param name="ShareRatio">Multiplied along paths, summed over them.</param>
readonly record struct UltimateOwner(string? Owner, string? Country, double ShareRatio);

/// <summary>Follows one organization's shares up until they end at owners that no record gives owners to.</summary>
static class UltimateOwners
{
    /// <summary>What may stay in a ring of cross-holdings when following ends; it is then counted as unknown.</summary>
    public const double ToleranceRatio = 1e-10;

    /// <summary>Turns through a ring; and organizations followed in all. Beyond either the rest is unknown.</summary>
    const int MostSteps = 1_000_000;

    /// <returns>The greatest first; shares come to one. Empty without a record.</returns>
    public static IReadOnlyList<UltimateOwner> Of(OwnershipGraph graph, string organization)
    {
        if (graph.Find(organization) is var start && start < 0)
        {
            return [];
        }

        var ends = new Dictionary<(string? Owner, string? Country), double>();
        var waiting = new Dictionary<int, double> { [start] = 1 };
        var queue = new PriorityQueue<int, int>(); // owned before owners, so that a graph without rings is followed in one pass
        queue.Enqueue(start, -graph.Blocks.Places[start]);
        var unknown = 0.0;
        for (var steps = 0; queue.TryDequeue(out var at, out _); steps++)
        {
            waiting.Remove(at, out var share);
            if (steps >= MostSteps || share < ToleranceRatio / 100)
            {
                unknown += share;
                continue;
            }

            var rest = 1.0;
            foreach (ref readonly var edge in graph.Owners(at))
            {
                rest -= edge.Share;
                if (graph.GoesOn(edge))
                {
                    ref var held = ref CollectionsMarshal.GetValueRefOrAddDefault(waiting, edge.Target, out var isWaiting);
                    held += share * edge.Share;
                    if (!isWaiting)
                    {
                        queue.Enqueue(edge.Target, -graph.Blocks.Places[edge.Target]);
                    }
                }
                else
                {
                    CollectionsMarshal.GetValueRefOrAddDefault(ends, (edge.Owner, edge.Country), out _) += share * edge.Share;
                }
            }

            unknown += share * Math.Max(0, rest);
        }

        if (unknown > ToleranceRatio)
        {
            ends[(null, null)] = unknown;
        }

        return [.. ends.Select(end => new UltimateOwner(end.Key.Owner, end.Key.Country, end.Value))
            .OrderByDescending(end => end.ShareRatio).ThenBy(end => end.Owner, StringComparer.Ordinal)];
    }
}
