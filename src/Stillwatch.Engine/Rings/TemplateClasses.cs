using System.Collections.Concurrent;
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
    const int EdgesPerKey = 4; // of which there is room from the start

    readonly ShortKeySet _keys;
    readonly int[] _classOf;
    readonly int[] _wordingOf;
    readonly bool[] _shows;
    readonly bool[] _reworded;

    TemplateClasses(IReadOnlyList<GatedTrait> gated, int passed, ShortKeySet keys, int[] classOf, int[] wordingOf, int count, bool[] shows)
    {
        (_shows, _wordingOf, _reworded) = (shows, wordingOf, [.. Enumerable.Repeat(true, count)]);
        Gated = gated;
        _keys = keys;
        _classOf = classOf;
        Count = count;
        KeyCounts = new int[count];
        for (var i = 0; i < classOf.Length; i++)
        {
            if (classOf[i] is >= 0 and var c)
            {
                KeyCounts[c]++;
                _reworded[c] &= i >= passed;
            }
        }
    }

    public int Count { get; }

    public IReadOnlyList<GatedTrait> Gated { get; }

    /// <summary>Keys of each class.</summary>
    public int[] KeyCounts { get; }

    public int ClassOf(int gated) => _classOf[gated];

    /// <summary>Whether a class is known by its users, and has many wordings.</summary>
    public bool IsReworded(int c) => _reworded[c];

    /// <summary>Whether any of an account's sampled exchanges shows a gated key.</summary>
    public bool ShowsAny(int account) => _shows[account];

    /// <param name="passed">What came through the gate.</param>
    /// <param name="reworded">Keys of each template that is known by its users (<see cref="RewordedTemplates"/>), none of them in <paramref name="passed"/>.</param>
    public static TemplateClasses Cluster(IReadOnlyList<GatedTrait> passed, IReadOnlyList<IReadOnlyList<GatedTrait>> reworded, Population population)
    {
        IReadOnlyList<GatedTrait> gated = [.. passed, .. reworded.SelectMany(r => r)];
        var keys = new ShortKeySet([.. gated.Select(g => g.Key.Short)]);

        // 1. How many digests show each key, chunk by chunk, and who shows any.
        var counts = new int[population.Chunks][];
        var shows = new bool[population.Count];
        population.ForEachChunk((chunk, from, to) =>
        {
            var own = counts[chunk] = new int[gated.Count];
            for (var account = from; account < to; account++)
            {
                shows[account] = CountKeys(population.Accounts[account].Digests, keys, own);
            }
        });

        // 2. A chunk goes on counting where the one before it ended: which digests are the first so many does not hang on who counts.
        var digests = new int[gated.Count];
        foreach (var own in counts)
        {
            for (var i = 0; i < digests.Length; i++)
            {
                (own[i], digests[i]) = (digests[i], digests[i] + own[i]);
            }
        }

        // 3. Which keys stand together; counts add up whoever counted what.
        var edges = new ConcurrentBag<PairCounts>();
        population.ForEachChunk((chunk, from, to) =>
        {
            var here = new int[AccountDigestKeys];
            var own = edges.TryTake(out var taken) ? taken : new PairCounts(EdgesPerKey * gated.Count);
            for (var account = from; account < to; account++)
            {
                if (!shows[account])
                {
                    continue;
                }

                foreach (ref readonly var digest in population.Accounts[account].Digests)
                {
                    CountEdges(digest, keys, counts[chunk], own, here);
                }
            }

            edges.Add(own);
        });
        var sets = Join([.. edges], digests);
        int[] wordingOf = [.. Enumerable.Range(0, gated.Count).Select(sets.Find)];
        var ofTheGate = wordingOf.Take(passed.Count).ToHashSet(); // what stands together with them is a template by itself
        var from = passed.Count;
        foreach (var template in reworded)
        {
            List<int> own = [.. Enumerable.Range(from, template.Count).Where(key => !ofTheGate.Contains(wordingOf[key]))];
            for (var i = 1; i < own.Count; i++)
            {
                sets.Union(own[0], own[i]);
            }

            from += template.Count;
        }

        return Number(gated, passed.Count, keys, sets, wordingOf, digests, shows);
    }

    const int AccountDigestKeys = Sketches.ContentKeys.Capacity;

    static bool CountKeys(ReadOnlySpan<AccountDigest> sample, ShortKeySet keys, int[] digests)
    {
        var any = false;
        foreach (ref readonly var digest in sample)
        {
            foreach (var key in ((ReadOnlySpan<uint>)digest.Keys)[..digest.KeyCount])
            {
                if (keys.IndexOf(key) is >= 0 and var index)
                {
                    digests[index]++;
                    any = true;
                }
            }
        }

        return any;
    }

    static void CountEdges(in AccountDigest digest, ShortKeySet keys, int[] digests, PairCounts edges, int[] here)
    {
        var n = 0;
        foreach (var key in ((ReadOnlySpan<uint>)digest.Keys)[..digest.KeyCount])
        {
            if (keys.IndexOf(key) is >= 0 and var index)
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
                edges.Add(a, b, 1);
            }
        }
    }

    static UnionFind Join(List<PairCounts> parts, int[] digests)
    {
        var edges = parts.Count == 0 ? new PairCounts(0) : parts[0];
        foreach (var (a, b, count) in parts.Skip(1).SelectMany(part => part.All))
        {
            edges.Add(a, b, count);
        }

        var sets = new UnionFind(digests.Length);
        foreach (var (a, b, count) in edges.All)
        {
            if (count >= Together * Math.Max(Math.Min(digests[a], EnoughDigests), Math.Min(digests[b], EnoughDigests)))
            {
                sets.Union(a, b);
            }
        }

        return sets;
    }

    static TemplateClasses Number(IReadOnlyList<GatedTrait> gated, int passed, ShortKeySet keys, UnionFind sets, int[] wordingOf, int[] digests, bool[] shows)
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

        return new TemplateClasses(gated, passed, keys, classOf, wordingOf, roots.Count, shows);
    }

    /// <summary>Which wording of a class a digest follows: of keys that stand together by themselves, the most; the same number for digests of one wording.</summary>
    /// <param name="c">What <see cref="Match"/> said of it.</param>
    public int WordingOf(in AccountDigest digest, int c)
    {
        Span<int> seen = stackalloc int[AccountDigestKeys];
        var n = 0;
        foreach (var key in ((ReadOnlySpan<uint>)digest.Keys)[..digest.KeyCount])
        {
            if (_keys.IndexOf(key) is >= 0 and var index && _classOf[index] == c)
            {
                seen[n++] = _wordingOf[index];
            }
        }

        var (best, most) = (-1, 0);
        foreach (var wording in seen[..n])
        {
            var keys = seen[..n].Count(wording);
            if (keys > most || (keys == most && wording < best))
            {
                (best, most) = (wording, keys);
            }
        }

        return best;
    }

    /// <summary>The class a digest follows, -1 for none: the one most of its keys belong to, two keys at least where the class has two.</summary>
    /// <param name="tally">Scratch, <see cref="Count"/> zeros; zeros again on return.</param>
    public int Match(in AccountDigest digest, int[] tally)
    {
        Span<int> seen = stackalloc int[AccountDigestKeys];
        var (best, bestHits, n) = (-1, 0, 0);
        foreach (var key in ((ReadOnlySpan<uint>)digest.Keys)[..digest.KeyCount])
        {
            if (_keys.IndexOf(key) is >= 0 and var index && _classOf[index] is >= 0 and var c)
            {
                seen[n++] = c;
                var hits = ++tally[c];
                if (hits >= Math.Min(2, KeyCounts[c]) && (hits > bestHits || (hits == bestHits && c < best)))
                {
                    (best, bestHits) = (c, hits);
                }
            }
        }

        foreach (var c in seen[..n])
        {
            tally[c] = 0;
        }

        return best;
    }
}
