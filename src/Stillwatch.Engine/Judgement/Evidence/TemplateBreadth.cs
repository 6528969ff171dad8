using Stillwatch.Engine.Rings;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>The members have several unrelated templates in common, not one.</summary>
/// <remarks>
/// Sees: template classes that half of the members follow. Why extraction shows it: one task list walks several capabilities with a frame each.
/// Statistic: number of such classes. Unit: count. Cost: from the ring's classes. False positives: an app with several functions, a course with
/// several assignments; hence a cap of 2, of 3 where a hundred members hold to three (no lawful group of that size comes near a campaign by all its evidence).
/// Evasion: a template a ring. Source: near-bipartite cores (CopyCatch, Beutel 2013).
/// </remarks>
internal sealed class TemplateBreadth : IEvidence
{
    const int ManyMembers = 100;
    static readonly Curve ByCount = new((1, 0), (2, 1), (3, 2));
    static readonly Curve ByCountOfMany = new((1, 0), (2, 1), (3, 3));

    public string Family => Families.Content;

    public string Trait => "template-breadth";

    public Finding? Weigh(RingView ring, BenignReference reference)
    {
        if (!ring.HasTemplates)
        {
            return null;
        }

        var members = ring.Members.Select(m => m.Index).ToHashSet();
        var common = ring.Candidate.Nodes.Count(n => n.Kind == TraitKind.HeadSkeleton && n.Accounts.Count(members.Contains) >= 0.5 * members.Count);
        return new Finding(
            common, (members.Count >= ManyMembers ? ByCountOfMany : ByCount).At(common), common > 1 ? 0.95 : 0.5, ring.Members.Count,
            common == 1 ? "One template is followed by half of the members or more." : $"{common} unrelated templates are each followed by half of the members or more.");
    }
}
