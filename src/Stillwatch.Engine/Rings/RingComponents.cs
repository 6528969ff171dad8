using Stillwatch.Engine.Links;

namespace Stillwatch.Engine.Rings;

/// <summary>Keeps a ring in one piece: groups that have nothing of value in common are not one ring, however alike they look.</summary>
/// <remarks>Three classes, each with its own payer, campus and assignment, share kinds of things but no thing. Members are joined by payers, devices, exits,
/// sign-up waves and templates of the ring; the largest piece stays.</remarks>
internal static class RingComponents
{
    /// <param name="members">Ascending.</param>
    /// <param name="values">How many values there are, numbered from 0.</param>
    /// <param name="valuesOf">Adds what a member shares with the ring, as numbers that are the same for whoever shares it.</param>
    public static List<int> Largest(IReadOnlyList<int> members, int values, Action<int, List<int>> valuesOf)
    {
        var (sets, first, own) = (new UnionFind(members.Count), new int[values], new List<int>());
        for (var m = 0; m < members.Count; m++)
        {
            own.Clear();
            valuesOf(members[m], own);
            foreach (var value in own)
            {
                if (first[value] == 0)
                {
                    first[value] = m + 1;
                }
                else
                {
                    sets.Union(first[value] - 1, m);
                }
            }
        }

        var pieces = Enumerable.Range(0, members.Count).GroupBy(sets.Find);
        var largest = pieces.OrderByDescending(p => p.Count()).ThenBy(p => p.Key).FirstOrDefault();
        return largest is null ? [] : [.. largest.Select(m => members[m])];
    }
}
