using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>Who pays for the members of a ring.</summary>
/// <param name="Known">Members whose payment token is known.</param>
/// <param name="Tokens">Tokens that several unrelated members use.</param>
/// <param name="Sharing">Members that pay with one of those.</param>
/// <param name="Largest">Members that pay with the commonest of them.</param>
/// <param name="HiddenTokens">Tokens of <paramref name="Tokens"/> whose users are met in no one place.</param>
/// <param name="Hidden">Members that pay with one of those.</param>
internal readonly record struct Payers(int Known, int Tokens, int Sharing, int Largest, int HiddenTokens, int Hidden)
{
    const double OnePlaceShare = 0.6;
    const int MinPlace = 4;

    public static Payers Of(IReadOnlyList<RingMember> members)
    {
        var known = members.Where(m => m.Account.Facts?.Payment > 0).ToList();
        var shared = known.GroupBy(m => m.Account.Facts!.Payment).Where(g => g.Select(m => m.Account.Actor).Distinct().Skip(1).Any()).ToList();
        var hidden = shared.Where(g => !IsOnePlace(g)).ToList();
        return new Payers(
            known.Count, shared.Count, shared.Sum(g => g.Count()), shared.Count == 0 ? 0 : shared.Max(g => g.Count()), hidden.Count, hidden.Sum(g => g.Count()));
    }

    /// <summary>Whether most of who uses a token is met in one network: a school, an office, an event pays openly for its people. Two or three may meet by chance.</summary>
    static bool IsOnePlace(IEnumerable<RingMember> users)
    {
        var placed = users.Where(m => m.Account.Networks.Count > 0).ToList();
        return placed.Count > 0
            && placed.SelectMany(m => m.Account.Networks.Select(n => n.Value)).CountBy(n => n).Max(n => n.Value) >= Math.Max(MinPlace, OnePlaceShare * placed.Count);
    }
}
