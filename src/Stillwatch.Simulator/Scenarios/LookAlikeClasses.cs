namespace Stillwatch.Simulator.Scenarios;

/// <summary>The benign classes a scenario may hold: ordinary people, and everybody who resembles a campaign in one respect.</summary>
public static class LookAlikeClasses
{
    public static IReadOnlyList<string> Names { get; } =
    [
        "chat", "code", "benchmark", "rag-batch", "classification-batch", "coding-agent", "licensed-reseller", "classroom", "hackathon",
        "viral-app", "own-key-app", "corporate-network", "carrier-network", "viral-prompt", "published-output", "agency", "household",
        "procurement-card", "red-team", "licensed-distillation", "synthetic-data", "labelling", "load-test", "new-model", "fail-over",
    ];
}
