using System.Runtime.InteropServices;
using Stillwatch.Engine.Links;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Rings;

/// <summary>Gated keys that come from one template, found by how often they stand in the same exchange.</summary>
/// <remarks>
/// A template leaves some twenty keys (skeletons, shingles). Two keys belong together when they stand together in at least 60 % of the
/// exchanges that show the commoner one: mutual, so a phrase that many templates share joins none of them.
/// </remarks>
internal sealed class TemplateClasses
{
    const double Together = 0.6;
    const int EnoughDigests = 768; // an edge's share is known well enough by then; more would only cost time
    const int MaxClasses = 512;

    readonly ShortKeySet _keys;
    readonly int[] _classOf;

    TemplateClasses(IReadOnlyList<GatedTrait> gated, ShortKeySet keys, int[] classOf, int count)
    {
        Gated = gated;
        _keys = keys;
        _classOf = classOf;
        Count = count;
        KeyCounts = new int[count];
        foreach (var c in classOf)
        {
            if (c >= 0)
            {
                KeyCounts[c]++;
            }
        }
    }

    public int Count { get; }

    public IReadOnlyList<GatedTrait> Gated { get; }

    /// <summary>Keys of each class.</summary>
    public int[] KeyCounts { get; }

    public int ClassOf(int gated) => _classOf[gated];

    public static TemplateClasses Cluster(IReadOnlyList<GatedTrait> gated, Population population)
    {
        var keys = new ShortKeySet([.. gated.Select(g => g.Key.Short)]);
        var digests = new int[gated.Count];
        var edges = new Dictionary<ulong, int>();
        var here = new int[AccountDigestKeys];
        foreach (var account in population.Accounts)
        {
            foreach (ref readonly var digest in account.Digests)
            {
                CountEdges(digest, keys, digests, edges, here);
            }
        }

        var sets = new UnionFind(gated.Count);
        foreach (var (edge, count) in edges)
        {
            var (a, b) = ((int)(edge >> 32), (int)(uint)edge);
            if (count >= Together * Math.Max(Math.Min(digests[a], EnoughDigests), Math.Min(digests[b], EnoughDigests)))
            {
                sets.Union(a, b);
            }
        }

        return Number(gated, keys, sets, digests);
    }

    const int AccountDigestKeys = Sketches.ContentKeys.Capacity;

    static void CountEdges(in AccountDigest digest, ShortKeySet keys, int[] digests, Dictionary<ulong, int> edges, int[] here)
    {
        var n = 0;
        for (var i = 0; i < digest.KeyCount; i++)
        {
            if (keys.IndexOf(digest.Keys[i]) is >= 0 and var index)
            {
                here[n++] = index;
            }
        }

        for (var i = 0; i < n; i++)
        {
            if (++digests[here[i]] > EnoughDigests)
            {
                continue;
            }

            // To the next two only: a chain connects a template's keys as well as all pairs would.
            for (var j = i + 1; j < n && j <= i + 3; j++)
            {
                var (a, b) = (Math.Min(here[i], here[j]), Math.Max(here[i], here[j]));
                CollectionsMarshal.GetValueRefOrAddDefault(edges, ((ulong)a << 32) | (uint)b, out _)++;
            }
        }
    }

    static TemplateClasses Number(IReadOnlyList<GatedTrait> gated, ShortKeySet keys, UnionFind sets, int[] digests)
    {
        var roots = Enumerable.Range(0, gated.Count).Where(i => digests[i] > 0).GroupBy(sets.Find)
            .OrderByDescending(g => g.Max(i => digests[i])).ThenBy(g => g.Min(i => gated[i].Key.Value)).Take(MaxClasses).ToList();
        var classOf = new int[gated.Count];
        Array.Fill(classOf, -1);
        for (var c = 0; c < roots.Count; c++)
        {
            foreach (var i in roots[c])
            {
                classOf[i] = c;
            }
        }

        return new TemplateClasses(gated, keys, classOf, roots.Count);
    }

    /// <summary>The class a digest follows, -1 for none: the one most of its keys belong to, two keys at least where the class has two.</summary>
    /// <param name="tally">Scratch, <see cref="Count"/> zeros; zeros again on return.</param>
    public int Match(in AccountDigest digest, int[] tally)
    {
        var (best, bestHits) = (-1, 0);
        for (var i = 0; i < digest.KeyCount; i++)
        {
            if (_keys.IndexOf(digest.Keys[i]) is >= 0 and var index && _classOf[index] is >= 0 and var c)
            {
                var hits = ++tally[c];
                if (hits >= Math.Min(2, KeyCounts[c]) && (hits > bestHits || (hits == bestHits && c < best)))
                {
                    (best, bestHits) = (c, hits);
                }
            }
        }

        for (var i = 0; i < digest.KeyCount; i++)
        {
            if (_keys.IndexOf(digest.Keys[i]) is >= 0 and var index && _classOf[index] is >= 0 and var c)
            {
                tally[c] = 0;
            }
        }

        return best;
    }
}
