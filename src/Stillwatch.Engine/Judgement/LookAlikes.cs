using Stillwatch.Engine.Judgement.Evidence;

namespace Stillwatch.Engine.Judgement;

/// <summary>The innocent explanations of a ring, and what of the evidence they would leave unexplained.</summary>
internal static class LookAlikes
{
    /// <summary>Class, what it is, and the kinds of evidence that it would not show.</summary>
    static readonly IReadOnlyList<(string Class, string Is, string[] NotExplained)> Known =
    [
        ("viral-app", "a new third-party app", ["shared-payment", "shared-device", "network", "activity-rhythm", "round-the-clock", "volume-evenness", "own-output", "output-circulation"]),
        ("classroom", "a class with one assignment", ["task-coverage", "shared-payment", "round-the-clock", "activity-rhythm", "release-pivot"]),
        ("benchmark", "an evaluation run", ["shared-payment", "signup-cohort", "network", "own-output", "output-circulation"]),
        ("coding-client", "users of one coding client", ["prompt-template", "shared-payment", "round-the-clock", "intent-cues"]),
        ("shared-network", "an office, a campus or a carrier's NAT", ["shared-payment", "prompt-template", "intent-cues", "volume-evenness", "activity-rhythm"]),
        ("household-or-company", "one payer behind several accounts", ["prompt-template", "network", "signup-cohort", "round-the-clock", "intent-cues"]),
    ];

    /// <summary>For each explanation: minus the weight it leaves unexplained, and the strongest finding against it.</summary>
    public static List<LookAlike> Of(Balance balance)
    {
        var found = new List<LookAlike>();
        foreach (var (name, what, notExplained) in Known)
        {
            var against = balance.Items.Where(i => i.LogOdds > 0 && notExplained.Contains(i.Trait)).OrderByDescending(i => i.LogOdds).ToList();
            if (against.Count > 0)
            {
                found.Add(new LookAlike(name, -against.Sum(i => i.LogOdds), $"If it were {what}, this would be odd: {against[0].Says}"));
            }
        }

        return [.. found.OrderBy(l => l.LogOdds)];
    }

    /// <summary>The traits that spoke for innocence, strongest first: what a benign verdict rests on.</summary>
    public static IEnumerable<string> Innocence(Balance negated) =>
        negated.Items.Where(i => i.LogOdds > 0).OrderByDescending(i => i.LogOdds).Select(i => i.Says);
}
