namespace Stillwatch.Gateway.Enforcement.Displacement;

/// <summary>Whether and how a suspected ring is tested by slowing some of its accounts. Off by default; only accounts at <c>shape</c>, always logged.</summary>
sealed record DisplacementPolicy
{
    public bool IsOn { get; init; }

    /// <summary>How long one trial slows them.</summary>
    public TimeSpan Length { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Pause between trials of one ring.</summary>
    public TimeSpan Rest { get; init; } = TimeSpan.FromHours(1);

    /// <summary>What is left of a slowed account's own rate during a trial, 0 to 1.</summary>
    public double RateRatio { get; init; } = 0.2;

    /// <summary>Trials of one ring, at most.</summary>
    public int MaxTrials { get; init; } = 6;
}
