using System.Numerics;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Console.Reports.Charts;

/// <summary>A ring small enough to draw: accounts that show the same set of traits become one group.</summary>
/// <param name="Traits">The traits drawn, by family and then size.</param>
/// <param name="Groups">Largest first; the last one may hold several smaller sets.</param>
/// <param name="HiddenTraits">Traits left out because the picture is full.</param>
internal sealed record RingGroups(IReadOnlyList<RingNode> Traits, IReadOnlyList<RingGroups.Group> Groups, int HiddenTraits)
{
    /// <param name="Accounts">How many accounts.</param>
    /// <param name="ByTrait">How many of them show each trait of <see cref="Traits"/>.</param>
    /// <param name="Sets">Sets of traits in here: 1, unless this is the rest.</param>
    internal sealed record Group(int Accounts, IReadOnlyList<int> ByTrait, int Sets);

    public int Accounts => Groups.Sum(group => group.Accounts);

    /// <summary>Whether a group stands for several smaller sets.</summary>
    public bool HasMerged => Groups.Any(group => group.Sets > 1);

    public static RingGroups Of(RingPicture ring, int mostTraits, int mostGroups)
    {
        var all = ring.Nodes.Where(node => node.Kind != "account" && node.Accounts > 0).ToList();
        var traits = Chosen(all, Math.Min(mostTraits, 64));
        var index = traits.Select((trait, i) => (trait.Id, i)).ToDictionary(pair => pair.Id, pair => pair.i);
        var sets = ring.Nodes.Where(node => node.Kind == "account").Select(node => node.Id).Distinct().ToDictionary(id => id, _ => 0UL);
        foreach (var edge in ring.Edges)
        {
            sets[edge.Account] = sets.GetValueOrDefault(edge.Account) | (index.TryGetValue(edge.Trait, out var at) ? 1UL << at : 0);
        }

        var bySet = sets.Values.GroupBy(set => set).Select(set => (Set: set.Key, Accounts: set.Count()))
            .OrderByDescending(group => group.Accounts).ThenByDescending(group => BitOperations.PopCount(group.Set)).ThenBy(group => group.Set)
            .ToList();
        var kept = bySet.Count <= mostGroups ? bySet.Count : mostGroups - 1;
        var groups = bySet.Take(kept).Select(set => Merge([set], traits.Count)).ToList();
        if (kept < bySet.Count)
        {
            groups.Add(Merge(bySet[kept..], traits.Count));
        }

        return new RingGroups(traits, groups, all.Count - traits.Count);
    }

    // Every family gets its widest trait before any gets its second: one family must not crowd the others out.
    static List<RingNode> Chosen(List<RingNode> all, int most) =>
    [
        .. all.DistinctBy(node => node.Id)
            .GroupBy(node => node.Family)
            .SelectMany(family => family.OrderByDescending(node => node.Accounts).ThenBy(node => node.Id, StringComparer.Ordinal)
                .Select((node, rank) => (Node: node, Rank: rank)))
            .OrderBy(ranked => ranked.Rank).ThenByDescending(ranked => ranked.Node.Accounts).ThenBy(ranked => ranked.Node.Id, StringComparer.Ordinal)
            .Take(most)
            .Select(ranked => ranked.Node)
            .OrderBy(node => Family.Of(node.Family).Order).ThenByDescending(node => node.Accounts).ThenBy(node => node.Id, StringComparer.Ordinal),
    ];

    static Group Merge(List<(ulong Set, int Accounts)> sets, int traits) => new(
        sets.Sum(set => set.Accounts),
        [.. Enumerable.Range(0, traits).Select(trait => sets.Where(set => (set.Set >> trait & 1) == 1).Sum(set => set.Accounts))],
        sets.Count);
}
