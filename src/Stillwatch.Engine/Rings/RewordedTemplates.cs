using System.Numerics;
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
    const double NearShare = 0.3; // of the first probe's peers; whoever merely lies between two pools has fewer of either's
    const double CoreShare = 0.25; // of those near: a peer of fewer was met by chance
    const double InsideShare = 0.5;
    const double SameShare = 0.4; // of the larger: one pool seen from two of its accounts
    const double MostlyTheirs = 0.5;
    const int Glance = 8; // names of a text; a company's own shows some member among the first
    const int MinKeys = 20; // about one wording's
    const int MaxKeys = 4096;

    /// <summary>Of each company the keys that the gate left out, the commonest first.</summary>
    public static List<List<GatedTrait>> Find(IReadOnlyList<TraitPartition> partitions, Population population, IReadOnlyList<GatedTrait> gated)
    {
        var peers = TextPeers.Find(partitions, population);
        var companies = Companies(peers.Probes, population.Count);
        var companiesOf = new ulong[population.Count];
        for (var c = 0; c < companies.Count; c++)
        {
            foreach (var account in companies[c].ToArray())
            {
                companiesOf[account] |= 1UL << c;
            }
        }

        var known = gated.Select(g => g.Key.Value).ToHashSet();
        List<GatedTrait>[] keys = [.. companies.Select(_ => new List<GatedTrait>())];
        foreach (var text in companies.Count == 0 ? [] : peers.Texts)
        {
            if (!known.Contains(text.Key.Value) && CompanyOf(text, companiesOf, population) is >= 0 and var company)
            {
                keys[company].Add(new GatedTrait(text.Key, text.AccountCount, 0));
            }
        }

        return [.. keys.Where(own => own.Count >= MinKeys).Select(own => own.OrderByDescending(key => key.Accounts).ThenBy(key => key.Key.Value).Take(MaxKeys).ToList())];
    }

    /// <summary>From a probe that is in no company yet: those that share some of its peers, then whoever is a peer of some of those; probes half of
    /// whose peers are such are not begun from again. Companies of much the same accounts are one: a task list has several templates, each with its wordings.
    /// Never by chains of accounts: campaigns that walk one published list have some that lie between them.</summary>
    static List<AccountSet> Companies(IReadOnlyList<int[]> probes, int accounts)
    {
        var (companies, open) = (new List<AccountSet>(), Enumerable.Range(0, probes.Count).ToList());
        var times = new int[accounts];
        for (var begun = 0; begun < MaxCompanies && open.Count > 0; begun++)
        {
            var (first, core) = (new AccountSet(accounts), new AccountSet(accounts));
            first.Add(probes[open[0]].AsSpan());
            var near = open.FindAll(p => first.Common(probes[p]) >= NearShare * first.Count);
            near.ForEach(p => Array.ForEach(probes[p], account => times[account]++));
            foreach (var account in near.SelectMany(p => probes[p]))
            {
                if (times[account] >= Math.Max(2, CoreShare * near.Count))
                {
                    core.Add(account);
                }

                times[account] = 0; // for the next one, and so that none comes twice
            }

            open = open.FindAll(p => p != open[0] && core.Common(probes[p]) < InsideShare * probes[p].Length);
            if (companies.Find(known => core.Common(known.ToArray()) >= SameShare * Math.Max(known.Count, core.Count)) is { } same)
            {
                same.Add(core.ToArray().AsSpan());
            }
            else
            {
                companies.Add(core);
            }
        }

        return companies;
    }

    /// <summary>The company that most of a text's accounts are of, -1 when it is not mostly one's.</summary>
    static int CompanyOf(TraitState text, ulong[] companiesOf, Population population)
    {
        Span<int> counts = stackalloc int[MaxCompanies];
        counts.Clear();
        var (looked, any) = (0, false);
        foreach (var name in text.Accounts)
        {
            for (var left = population.IndexOf(name) is >= 0 and var account ? companiesOf[account] : 0; left != 0; left &= left - 1)
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
