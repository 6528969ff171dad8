using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Sketches;

namespace Stillwatch.Gateway.Enforcement;

/// <summary>What each rung does to an account. When it is reached is the ladder's business.</summary>
sealed record ResponsePolicy
{
    /// <summary>How long an account at <c>verify</c> keeps its limits.</summary>
    public TimeSpan VerifyGrace { get; init; } = TimeSpan.FromHours(72);

    /// <summary>State the length of omitted reasoning in usage details; off by default, since it leaks.</summary>
    public bool StatesThinkingTokens { get; init; }

    /// <summary>Requests with one of these cues are refused in the official shape, from this rung on.</summary>
    public Capabilities RefusedCues { get; init; }

    /// <summary>From which rung <see cref="RefusedCues"/> are refused.</summary>
    public Rung RefuseFrom { get; init; } = Rung.Withhold;

    /// <summary>How often the ladder looks at what detection holds.</summary>
    public TimeSpan JudgeEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Suspending, and withholding where the policy says so, needs two different people.</summary>
    public bool FourEyes { get; init; } = true;

    /// <summary>The mildest rung that needs them with <see cref="FourEyes"/>: withhold or suspend.</summary>
    public Rung FourEyesFrom { get; init; } = Rung.Suspend;
}
