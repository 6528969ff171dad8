using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Rings;

/// <summary>How many of an account's sampled exchanges follow a template class.</summary>
internal readonly record struct ClassHit(int Account, int Class, int Hits);

/// <summary>Which accounts follow which template class, from their samples: a class's accounts are all found, not only the sampled ones.</summary>
internal sealed class ClassMembers
{
    const double ShareOfSample = 0.3;

    readonly ClassHit[]?[] _byAccount;
    readonly short[]?[] _byDigest;
    readonly List<int>[] _byClass;

    ClassMembers(TemplateClasses classes, int accounts)
    {
        (_byAccount, _byDigest) = (new ClassHit[]?[accounts], new short[]?[accounts]);
        _byClass = [.. Enumerable.Range(0, classes.Count).Select(_ => new List<int>())];
    }

    /// <summary>Accounts that follow class <paramref name="c"/> more than in passing: twice, or in a third of what they do. Not to be written to.</summary>
    public List<int> Of(int c) => _byClass[c];

    /// <summary>How many classes there are.</summary>
    public int Classes => _byClass.Length;

    /// <summary>Not to be written to.</summary>
    public ClassHit[] HitsOf(int account) => _byAccount[account] ?? [];

    /// <summary>The class of each sampled exchange of an account, -1 for none; null when it follows none at all.</summary>
    public short[]? ClassesOf(int account) => _byDigest[account];

    public static ClassMembers Find(TemplateClasses classes, Population population)
    {
        var members = new ClassMembers(classes, population.Count);
        population.ForEachChunk((_, from, to) =>
        {
            var scratch = new Scratch(new int[classes.Count], new int[classes.Count], []);
            for (var account = from; account < to; account++)
            {
                if (classes.ShowsAny(account))
                {
                    members.Match(account, population.Accounts[account].Digests, classes, scratch);
                }
            }
        });
        members.Gather(population);
        return members;
    }

    /// <summary>More than in passing: twice, or in a third of what an account with so many sampled exchanges does.</summary>
    public static bool Follows(ClassHit hit, int sample) => hit.Hits >= 2 || hit.Hits >= ShareOfSample * sample;

    /// <summary>A worker's arrays, all zeros and empty between accounts.</summary>
    sealed record Scratch(int[] Tally, int[] Hits, List<int> Touched);

    void Match(int account, ReadOnlySpan<AccountDigest> digests, TemplateClasses classes, Scratch scratch)
    {
        var (tally, hits, touched) = scratch;
        Span<short> matched = digests.Length <= AccountPartition.MaxSample ? stackalloc short[digests.Length] : new short[digests.Length];
        Span<int> wordings = digests.Length <= AccountPartition.MaxSample ? stackalloc int[digests.Length] : new int[digests.Length];
        var different = 0;
        for (var d = 0; d < digests.Length; d++)
        {
            var c = classes.Match(digests[d], tally);
            if (c >= 0 && classes.IsReworded(c))
            {
                // Whoever draws on a pool of wordings hardly meets one twice; whoever works with one of them is its user, and no more.
                var wording = classes.WordingOf(digests[d], c);
                if (wordings[..different].Contains(wording))
                {
                    c = -1;
                }
                else
                {
                    wordings[different++] = wording;
                }
            }

            matched[d] = (short)c;
            if (c >= 0 && hits[c]++ == 0)
            {
                touched.Add(c);
            }
        }

        if (touched.Count == 0)
        {
            return;
        }

        _byDigest[account] = matched.ToArray();
        touched.Sort();
        var own = _byAccount[account] = new ClassHit[touched.Count];
        for (var i = 0; i < own.Length; i++)
        {
            own[i] = new ClassHit(account, touched[i], hits[touched[i]]);
            hits[touched[i]] = 0;
        }

        touched.Clear();
    }

    void Gather(Population population)
    {
        for (var account = 0; account < _byAccount.Length; account++)
        {
            foreach (var hit in _byAccount[account] ?? [])
            {
                if (Follows(hit, population.Accounts[account].Digests.Length))
                {
                    _byClass[hit.Class].Add(account);
                }
            }
        }
    }
}
