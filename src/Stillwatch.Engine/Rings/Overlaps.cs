using System.Runtime.InteropServices;

namespace Stillwatch.Engine.Rings;

/// <summary>How many accounts each pair of traits has in common, counted by account: never by pairs of accounts.</summary>
internal static class Overlaps
{
    const int MaxPerAccount = 24; // an account with more shared traits than this says little by each

    public static Dictionary<(int A, int B), int> Count(IReadOnlyList<SharedTrait> traits)
    {
        var byAccount = new Dictionary<int, List<int>>();
        for (var t = 0; t < traits.Count; t++)
        {
            foreach (var account in traits[t].Accounts)
            {
                var list = CollectionsMarshal.GetValueRefOrAddDefault(byAccount, account, out _) ??= [];
                if (list.Count < MaxPerAccount)
                {
                    list.Add(t);
                }
            }
        }

        return PairsOf(byAccount.Values);
    }

    /// <summary>How often each pair stands in one list together.</summary>
    public static Dictionary<(int A, int B), int> PairsOf(IEnumerable<List<int>> lists)
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
}
