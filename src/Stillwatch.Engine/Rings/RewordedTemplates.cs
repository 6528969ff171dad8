using System.Numerics;
using System.Runtime.InteropServices;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Rings;

/// <summary>Templates that are kept in so many wordings that none is anybody's habit: the wordings that the same accounts use, and hardly anybody else.</summary>
/// <remarks>
/// The gate asks of each wording whether normal accounts live on it; of a hundred wordings none is lived on, whoever uses them. So they are found by their users:
/// accounts that are each other's peers (<see cref="TextPeers"/>) make a company, and texts that mostly a company uses are one template class. Like the gate it only
/// chooses what to look at: pupils with one set of exercises, a benchmark's and an app's users come out as well. Evasion: wordings that hardly any two accounts share.
/// </remarks>
internal static class RewordedTemplates
{
    const int MaxCompanies = 64; // a bit each
    const double NearShare = 0.3;
    const double CoreShare = 0.25;
    const double InsideShare = 0.5;
    const double SameShare = 0.4;

    const double MostlyTheirs = 0.5;
    const int Glance = 8; // names of a text; a company's own shows some member among the first
    const int MinKeys = 20; // about one wording's
    const int MaxKeys = 4096;

    /// <summary>Of each company the keys that the gate left out, the commonest first.</summary>
    public static List<List<GatedTrait>> Find(IReadOnlyList<TraitPartition> partitions, Population population, IReadOnlyList<GatedTrait> gated)
    {
        var peers = TextPeers.Find(partitions, population);
        var companies = Companies(peers.Probes);
        var companiesOf = new Dictionary<ulong, ulong>();
        for (var c = 0; c < companies.Count; c++)
        {
            foreach (var name in companies[c])
            {
                CollectionsMarshal.GetValueRefOrAddDefault(companiesOf, name, out _) |= 1UL << c;
            }
        }

        var known = gated.Select(g => g.Key.Value).ToHashSet();
        List<GatedTrait>[] keys = [.. companies.Select(_ => new List<GatedTrait>())];
        foreach (var text in companies.Count == 0 ? [] : peers.Texts)
        {
            if (!known.Contains(text.Key.Value) && CompanyOf(text, companiesOf) is >= 0 and var company)
            {
                keys[company].Add(new GatedTrait(text.Key, text.AccountCount, 0));
            }
        }

        return [.. keys.Where(own => own.Count >= MinKeys).Select(own => own.OrderByDescending(key => key.Accounts).ThenBy(key => key.Key.Value).Take(MaxKeys).ToList())];
    }

    /// <summary>The names of each company. From a probe that is in none yet: those that share some of its peers, then whoever is a peer of some of those; probes half of
    /// whose peers are such are not begun from again. Companies of much the same accounts are one: a task list has several templates, each with its wordings.
    /// Never by chains of accounts: campaigns that walk one published list have some that lie between them.</summary>
    static List<HashSet<ulong>> Companies(IReadOnlyList<ulong[]> probes)
    {
        var (companies, open) = (new List<HashSet<ulong>>(), Enumerable.Range(0, probes.Count).ToList());
        for (var begun = 0; begun < MaxCompanies && open.Count > 0; begun++)
        {
            var first = probes[open[0]].ToHashSet();
            var near = open.FindAll(p => probes[p].Count(first.Contains) >= NearShare * first.Count);
            var core = near.SelectMany(p => probes[p]).CountBy(name => name).Where(n => n.Value >= Math.Max(2, CoreShare * near.Count)).Select(n => n.Key).ToHashSet();
            open = open.FindAll(p => p != open[0] && probes[p].Count(core.Contains) < InsideShare * probes[p].Length);
            if (companies.Find(known => known.Count(core.Contains) >= SameShare * Math.Max(known.Count, core.Count)) is { } same)
            {
                same.UnionWith(core);
            }
            else
            {
                companies.Add(core);
            }
        }

        return companies;
    }

    /// <summary>The company that most of a text's accounts are of, -1 when it is not mostly one's.</summary>
    static int CompanyOf(TraitState text, Dictionary<ulong, ulong> companiesOf)
    {
        Span<int> counts = stackalloc int[MaxCompanies];
        counts.Clear();
        var (looked, any) = (0, false);
        foreach (var name in text.Accounts)
        {
            for (var left = companiesOf.GetValueOrDefault(name); left != 0; left &= left - 1)
            {
                counts[BitOperations.TrailingZeroCount(left)]++;
                any = true;
            }

            if (++looked == Glance && !any)
            {
                return -1;
            }
        }

        var best = 0;
        for (var c = 1; c < counts.Length; c++)
        {
            best = counts[c] > counts[best] ? c : best;
        }

        return counts[best] > MostlyTheirs * text.Accounts.Length ? best : -1;
    }
}
