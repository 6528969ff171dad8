namespace Stillwatch.Gateway.Configuration;

/// <summary>Where the configuration stands: a part of <c>/readyz</c>. Immutable. A refused edit leaves the gateway ready, on the last good one.</summary>
/// <param name="IsCurrent">What runs is what the file says, as far as it can change while running.</param>
/// <param name="Faults">Why the file was refused.</param>
/// <param name="Since">When this state began.</param>
/// <param name="NeedsRestart">Keys whose new values wait for a restart.</param>
sealed record ConfigStatus(
    bool IsCurrent, IReadOnlyList<ConfigFault> Faults, IReadOnlyList<ConfigFault> Warnings, DateTimeOffset Since, IReadOnlyList<string> NeedsRestart)
{
    /// <summary>The state after a refused edit; a refusal that goes on keeps its beginning.</summary>
    public ConfigStatus Refuse(IReadOnlyList<ConfigFault> faults, IReadOnlyList<ConfigFault> warnings, DateTimeOffset now) =>
        new(false, faults, warnings, IsCurrent ? now : Since, NeedsRestart);
}
