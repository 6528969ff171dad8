using Stillwatch.Engine.Links;

namespace Stillwatch.Engine.Rings;

/// <summary>Keeps a ring in one piece: groups that have nothing of value in common are not one ring, however alike they look.</summary>
/// <remarks>Three classes, each with its own payer, campus and assignment, share kinds of things but no thing. Members are joined by payers, devices, exits,
/// sign-up waves and templates of the ring; the largest piece stays.</remarks>
internal static class RingComponents
{
    /// <param name="members">Ascending.</param>
    /// <param name="valuesOf">What a member shares with the ring, as values that are the same for whoever shares them.</param>
    public static List<int> Largest(IReadOnlyList<int> members, Func<int, IEnumerable<(int Kind, ulong Value)>> valuesOf)
    {
        var sets = new UnionFind(members.Count);
        var first = new Dictionary<(int, ulong), int>();
        for (var m = 0; m < members.Count; m++)
        {
            foreach (var value in valuesOf(members[m]))
            {
                if (!first.TryAdd(value, m))
                {
                    sets.Union(first[value], m);
                }
            }
        }

        var pieces = Enumerable.Range(0, members.Count).GroupBy(sets.Find);
        var largest = pieces.OrderByDescending(p => p.Count()).ThenBy(p => p.Key).FirstOrDefault();
        return largest is null ? [] : [.. largest.Select(m => members[m])];
    }
}
