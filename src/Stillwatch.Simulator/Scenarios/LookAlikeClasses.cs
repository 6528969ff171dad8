namespace Stillwatch.Simulator.Scenarios;

/// <summary>The benign classes a scenario may hold: ordinary people, everybody who resembles a campaign in one respect, and victims of framing.</summary>
public static class LookAlikeClasses
{
    public static IReadOnlyList<string> Names { get; } =
    [
        "chat", "code", "benchmark", "rag-batch", "classification-batch", "coding-agent", "licensed-reseller", "classroom", "hackathon",
        "viral-app", "own-key-app", "corporate-network", "carrier-network", "viral-prompt", "published-output", "agency", "household",
        "procurement-card", "red-team", "licensed-distillation", "synthetic-data", "labelling", "load-test", "new-model", "fail-over",
    ];

    /// <summary>Look-alikes of one adaptation, in scenarios of their own.</summary>
    public static IReadOnlyList<string> OfAdaptations { get; } = ["prompt-variants"];

    /// <summary>Innocents whom a campaign of the same scenario frames.</summary>
    public static IReadOnlyList<string> Victims { get; } = ["framed-template", "framed-echo", "framed-exits"];

    /// <summary>The victims that a campaign with this framing needs beside it; null for none.</summary>
    public static string? VictimsOf(Framing framing) => framing == Framing.None ? null : $"framed-{framing.ToString().ToLowerInvariant()}";
}
