using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Rings;

/// <summary>How many of an account's sampled exchanges follow a template class.</summary>
internal readonly record struct ClassHit(int Account, int Class, int Hits);

/// <summary>Which accounts follow which template class, from their samples: a class's accounts are all found, not only the sampled ones.</summary>
internal sealed class ClassMembers
{
    const double ShareOfSample = 0.3;

    readonly Dictionary<int, List<ClassHit>> _byAccount = [];
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

    public static ClassMembers Find(TemplateClasses classes, Population population)
    {
        var members = new ClassMembers(classes.Count);
        var tally = new int[classes.Count];
        var hits = new int[classes.Count];
        var touched = new List<int>();
        for (var account = 0; account < population.Count; account++)
        {
            var digests = population.Accounts[account].Digests;
            foreach (ref readonly var digest in digests)
            {
                var c = classes.Match(digest, tally);
                if (c >= 0 && hits[c]++ == 0)
                {
                    touched.Add(c);
                }
            }

            members.Take(account, touched, hits, digests.Length);
        }

        return members;
    }

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
            if (hits[c] >= 2 || hits[c] >= ShareOfSample * sample)
            {
                _byClass[c].Add(account);
            }

            hits[c] = 0;
        }

        touched.Clear();
    }
}
