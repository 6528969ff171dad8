using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement;

/// <summary>The content keys of a ring's template classes, so that others can tell whether an exchange belongs to them.</summary>
/// <remarks>
/// All sixty-four bits, as sketches hold them: the gate works on whole keys, and only the accounts' samples keep the short form. A class's
/// keys that stand together in an exchange are what makes it one of the class (two, or the only one a class has); a tester of single
/// exchanges asks for two of any class, which a one-key class never gives: such a class restricts nobody.
/// </remarks>
internal static class ClassKeys
{
    /// <summary>Keys of one campaign; beyond it the rarest go.</summary>
    public const int Max = 2_048;

    /// <summary>Keys that name one class in an account's traits.</summary>
    public const int NamesPerClass = 2;

    const double Core = 0.5;

    /// <summary>Keys of all the candidate's classes, ascending.</summary>
    public static IReadOnlyList<ulong> Of(RingCandidate candidate, TemplateClasses classes)
    {
        var wanted = candidate.Classes.ToHashSet();
        return [.. Gated(classes, wanted.Contains).OrderByDescending(g => g.Accounts).ThenBy(g => g.Key.Value).Take(Max).Select(g => g.Key.Value).Order()];
    }

    /// <summary>Two keys that stand for one class: the smallest of its core, which half of its users show, so that a rare key more moves nothing.</summary>
    public static IReadOnlyList<ulong> NamesOf(int wanted, TemplateClasses classes)
    {
        var keys = Gated(classes, c => c == wanted).ToList();
        var core = Core * keys.Max(k => k.Accounts);
        return [.. keys.Where(k => k.Accounts >= core).Select(k => k.Key.Value).Order().Take(NamesPerClass)];
    }

    static IEnumerable<GatedTrait> Gated(TemplateClasses classes, Func<int, bool> isWanted)
    {
        for (var i = 0; i < classes.Gated.Count; i++)
        {
            if (isWanted(classes.ClassOf(i)))
            {
                yield return classes.Gated[i];
            }
        }
    }
}
