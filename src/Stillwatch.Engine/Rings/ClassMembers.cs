using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Rings;

/// <summary>How many of an account's sampled exchanges follow a template class.</summary>
internal readonly record struct ClassHit(int Account, int Class, int Hits);

/// <summary>Which accounts follow which template class, from their samples: a class's accounts are all found, not only the sampled ones.</summary>
internal sealed class ClassMembers
{
    const double ShareOfSample = 0.3;
    const int MaxSample = 64; // MemoryShare's largest sample

    readonly Dictionary<int, List<ClassHit>> _byAccount = [];
    readonly Dictionary<int, short[]> _byDigest = [];
    readonly List<int>[] _byClass;

    ClassMembers(int classes)
    {
        _byClass = new List<int>[classes];
        for (var c = 0; c < classes; c++)
        {
            _byClass[c] = [];
        }
    }

    /// <summary>Accounts that follow class <paramref name="c"/> more than in passing: twice, or in a third of what they do.</summary>
    public IReadOnlyList<int> Of(int c) => _byClass[c];

    public IReadOnlyList<ClassHit> HitsOf(int account) => _byAccount.TryGetValue(account, out var hits) ? hits : [];

    /// <summary>The class of each sampled exchange of an account, -1 for none; null when it follows none at all.</summary>
    public short[]? ClassesOf(int account) => _byDigest.GetValueOrDefault(account);

    public static ClassMembers Find(TemplateClasses classes, Population population)
    {
        var members = new ClassMembers(classes.Count);
        var tally = new int[classes.Count];
        var hits = new int[classes.Count];
        var touched = new List<int>();
        var matched = new short[MaxSample];
        for (var account = 0; account < population.Count; account++)
        {
            var digests = population.Accounts[account].Digests;
            for (var d = 0; d < digests.Length; d++)
            {
                var c = classes.Match(digests[d], tally);
                matched[d] = (short)c;
                if (c >= 0 && hits[c]++ == 0)
                {
                    touched.Add(c);
                }
            }

            if (touched.Count > 0)
            {
                members._byDigest[account] = matched[..digests.Length];
                members.Take(account, touched, hits, digests.Length);
            }
        }

        return members;
    }

    /// <summary>More than in passing: twice, or in a third of what an account with so many sampled exchanges does.</summary>
    public static bool Follows(ClassHit hit, int sample) => hit.Hits >= 2 || hit.Hits >= ShareOfSample * sample;

    void Take(int account, List<int> touched, int[] hits, int sample)
    {
        touched.Sort();
        foreach (var c in touched)
        {
            if (!_byAccount.TryGetValue(account, out var list))
            {
                _byAccount[account] = list = [];
            }

            list.Add(new ClassHit(account, c, hits[c]));
            if (Follows(new ClassHit(account, c, hits[c]), sample))
            {
                _byClass[c].Add(account);
            }

            hits[c] = 0;
        }

        touched.Clear();
    }
}
