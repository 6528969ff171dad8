namespace Stillwatch.Engine.Sketches;

/// <summary>Capabilities as reports spell them.</summary>
public static class CapabilityNames
{
    public static string Of(Capabilities capability) => capability switch
    {
        Capabilities.ReasoningElicitation => "reasoning-elicitation",
        Capabilities.RubricGrading => "rubric-grading",
        Capabilities.SafeRewriting => "safe-rewriting",
        Capabilities.SyntheticData => "synthetic-data",
        Capabilities.AgenticTrajectories => "agentic-trajectories",
        Capabilities.AgenticCoding => "agentic-coding",
        _ => "other",
    };
}
