using Stillwatch.Engine.Links;

namespace Stillwatch.Engine.Rings;

/// <summary>The template classes of a ring, and what following them says for membership.</summary>
/// <remarks>
/// Five levels of how much of an account's sampled traffic follows the classes: under 10, 30, 50 and 80 percent, and above, where half an exchange is
/// taken off for chance: many people try a published template once. A level weighs ln of its share among members over its share among everybody else;
/// outsiders who live on the same published template are counted, all of them.
/// </remarks>
internal sealed class RingTemplates
{
    const int Levels = 5;
    const double Floor = -3;
    const double MinShare = 0.08;

    static readonly double[] s_caps = [1, 1.5, 3, 4, 4.5]; // a part of one's traffic proves less than all of it, however rare

    readonly ClassMembers _followers;
    readonly HashSet<int> _classes;
    readonly double[] _nats = new double[Levels];

    /// <param name="members">Who is a member now.</param>
    public RingTemplates(IReadOnlyCollection<int> classes, ClassMembers followers, Population population, IReadOnlySet<int> members)
    {
        (_followers, _classes) = (followers, [.. classes]);
        if (_classes.Count == 0)
        {
            return;
        }

        var (ring, rest) = (new int[Levels], new int[Levels]);
        foreach (var account in _classes.SelectMany(followers.Of).Concat(members).Distinct())
        {
            (members.Contains(account) ? ring : rest)[LevelOf(HitsOf(account), population.Accounts[account].Digests.Length)]++;
        }

        var others = population.Count - members.Count;
        rest[0] = others - rest.Skip(1).Sum();
        for (var level = 0; level < Levels; level++)
        {
            var (inRing, outside) = ((ring[level] + 0.5) / (members.Count + (Levels / 2.0)), (rest[level] + 0.5) / (others + (Levels / 2.0)));
            _nats[level] = Math.Clamp(Math.Log(inRing / outside), Floor, s_caps[level]);
        }
    }

    public IReadOnlySet<int> Classes => _classes;

    /// <summary>How many of an account's sampled exchanges follow the classes.</summary>
    public int HitsOf(int account)
    {
        var hits = 0;
        if (_classes.Count > 0)
        {
            foreach (var hit in _followers.HitsOf(account))
            {
                hits += _classes.Contains(hit.Class) ? hit.Hits : 0;
            }
        }

        return hits;
    }

    /// <summary>Those of the classes that an account follows more than in passing.</summary>
    public IEnumerable<int> FollowedBy(int account, int sample) =>
        _followers.HitsOf(account).Where(h => _classes.Contains(h.Class) && ClassMembers.Follows(h, sample)).Select(h => h.Class);

    public double NatsOf(int hits, int sample) => _classes.Count == 0 ? 0 : _nats[LevelOf(hits, sample)];

    /// <summary>The classes that members follow far more than chance, a twelfth of them at least: what the ring works at.</summary>
    /// <param name="known">Template classes that passed the gate, with all their followers.</param>
    public static List<int> ClassesOf(IReadOnlyList<SharedTrait> known, IReadOnlySet<int> members, int population)
    {
        var found = new List<int>();
        foreach (var template in known)
        {
            var shared = template.Accounts.Count(members.Contains);
            if (shared >= Math.Max(TraitGate.MinActors, MinShare * members.Count)
                && OverlapTest.LogRatio(shared, (double)template.Accounts.Count * members.Count / population) >= OverlapTest.Significant)
            {
                found.Add((int)template.Id);
            }
        }

        return found;
    }

    static int LevelOf(int hits, int sample)
    {
        var share = (hits - 0.5) / (sample + 0.5);
        return share >= 0.8 ? 4 : share >= 0.5 ? 3 : share >= 0.3 ? 2 : share >= 0.1 ? 1 : 0;
    }
}
