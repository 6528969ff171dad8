using Stillwatch.Engine.Rings;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>The ring's templates are common outside the reference cohort and rare inside it.</summary>
/// <remarks>
/// Sees: the highest cohort lift among the ring's template classes, and how much of the members' traffic follows them.
/// Why extraction shows it: a task list is walked with one frame. Statistic: ln lift times the members' median template share. Unit: nats.
/// Cost: from the gate. False positives: every new app and class, which is why the cap is 2. Evasion: paraphrase, a template a head.
/// Source: cohort lift of the reference prototype; FRAUDAR's discount of popular objects (Hooi 2016).
/// </remarks>
internal sealed class TemplateLift : IEvidence
{
    const double Cap = 2;

    public string Family => Families.Content;

    public string Trait => "prompt-template";

    public Finding? Weigh(RingView ring, BenignReference reference)
    {
        if (!ring.HasTemplates)
        {
            return null;
        }

        var nodes = ring.Candidate.Nodes.Where(n => n.Kind == TraitKind.HeadSkeleton).ToList();
        var best = nodes.MaxBy(n => n.Lift)!;
        var shares = ring.Members.Select(m => m.TemplateShare).Order().ToList();
        var median = shares[shares.Count / 2];
        var count = ring.Members.Count(m => m.Hits > 0);
        return new Finding(
            best.Lift, Math.Clamp(best.Lift / 2, 0, Cap) * Math.Min(1, median / 0.3), 1 - Math.Exp(-best.Lift), count,
            $"{count} of {ring.Members.Count} members follow {(nodes.Count == 1 ? "one template" : $"{nodes.Count} templates")} (of {reference.Cohort.Count} reference accounts {best.Inside} do): {median:P0} of a member's exchanges.",
            best.Inside, best.Lift);
    }
}
