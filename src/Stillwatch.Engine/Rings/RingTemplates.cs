using Stillwatch.Engine.Links;

namespace Stillwatch.Engine.Rings;

/// <summary>The template classes of a ring, and what following them says for membership.</summary>
/// <remarks>
/// Six levels of how much of an account's sampled traffic follows the classes: in passing, under 10, 30, 50 and 80 percent, and above, where half an exchange is
/// taken off for chance: many people try a published template once. A level weighs ln of its share among members over its share among everybody else;
/// outsiders who live on the same published template are counted, all of them. Whoever follows one and met another, unrelated class of the ring is counted apart
/// and may weigh more: strangers meet on one published template, hardly ever on two.
/// </remarks>
internal sealed class RingTemplates
{
    const int Levels = 6;
    const double Floor = -3;
    const double MinShare = 0.08;

    // A part of one's traffic proves less than all of it, however rare. First for users of one class at most, then of several.
    static readonly double[] s_caps = [1, 1, 3, 4, 4.5, 4.5, 0, 2.5, 5.5, 6, 6.5, 6.5];

    readonly HashSet<int> _classes;
    readonly bool[] _wanted; // the same, by number
    readonly double[] _nats = new double[2 * Levels];

    /// <param name="members">Who is a member now.</param>
    public RingTemplates(IReadOnlyCollection<int> classes, ClassMembers followers, AccountFeatures features, AccountSet members)
        : this(classes, followers.Classes)
    {
        if (_classes.Count == 0)
        {
            return;
        }

        var (ring, rest, seen) = (new int[2 * Levels], new int[2 * Levels], new AccountSet(features.Count));
        foreach (var c in _classes)
        {
            seen.Add(followers.Of(c));
        }

        seen.Add(members.ToArray());
        foreach (var account in seen.ToArray())
        {
            ref readonly var row = ref features[account];
            (members.Contains(account) ? ring : rest)[LevelOf(row, HitsOf(row.Hits))]++;
        }

        var others = features.Count - members.Count;
        rest[0] = others - rest.Skip(1).Sum();
        for (var level = 0; level < 2 * Levels; level++)
        {
            var (inRing, outside) = ((ring[level] + 0.5) / (members.Count + Levels), (rest[level] + 0.5) / (others + Levels));
            _nats[level] = Math.Clamp(Math.Log(inRing / outside), Floor, s_caps[level]);
        }
    }

    RingTemplates(IReadOnlyCollection<int> classes, int all)
    {
        (_classes, _wanted) = ([.. classes], new bool[all]);
        foreach (var c in _classes)
        {
            _wanted[c] = true;
        }
    }

    /// <summary>Nothing but who follows them: <see cref="HitsOf"/>.</summary>
    public static RingTemplates Only(IReadOnlyCollection<int> classes, ClassMembers followers) => new(classes, followers.Classes);

    public IReadOnlySet<int> Classes => _classes;

    /// <summary>How many of an account's sampled exchanges follow the classes.</summary>
    public int HitsOf(ClassHit[] ofAccount)
    {
        var hits = 0;
        foreach (ref readonly var hit in ofAccount.AsSpan())
        {
            hits += _wanted[hit.Class] ? hit.Hits : 0;
        }

        return hits;
    }

    /// <summary>Whether an account follows one of the classes more than in passing.</summary>
    public bool Follows(in AccountRow account, ClassHit hit) => _wanted[hit.Class] && ClassMembers.Follows(hit, account.Sample);

    /// <summary>What an account's following says for or against membership, nats.</summary>
    public double NatsOf(in AccountRow account, int hits) => _classes.Count == 0 ? 0 : _nats[LevelOf(account, hits)];

    /// <summary>The classes that members follow far more than chance, a twelfth of them at least: what the ring works at.</summary>
    /// <param name="known">Template classes that passed the gate, with all their followers.</param>
    public static List<int> ClassesOf(IReadOnlyList<SharedTrait> known, IReadOnlyCollection<int> members, AccountFeatures features, int classes)
    {
        var following = new int[classes];
        foreach (var member in members)
        {
            ref readonly var row = ref features[member];
            foreach (ref readonly var hit in row.Hits.AsSpan())
            {
                following[hit.Class] += ClassMembers.Follows(hit, row.Sample) ? 1 : 0;
            }
        }

        var found = new List<int>();
        foreach (var template in known)
        {
            var shared = following[(int)template.Id];
            if (shared >= Math.Max(TraitGate.MinActors, MinShare * members.Count)
                && OverlapTest.LogRatio(shared, (double)template.Accounts.Count * members.Count / features.Count) >= OverlapTest.Significant)
            {
                found.Add((int)template.Id);
            }
        }

        return found;
    }

    int LevelOf(in AccountRow account, int hits)
    {
        var (met, follows) = (0, false);
        foreach (ref readonly var hit in account.Hits.AsSpan())
        {
            met += _wanted[hit.Class] ? 1 : 0;
            follows |= Follows(account, hit);
        }

        var share = (hits - 0.5) / (account.Sample + 0.5);
        var level = share >= 0.8 ? 5 : share >= 0.5 ? 4 : share >= 0.3 ? 3 : share >= 0.1 ? 2 : follows ? 1 : 0;
        return follows && met > 1 ? Levels + level : level; // who follows none was not counted among the outsiders
    }
}
