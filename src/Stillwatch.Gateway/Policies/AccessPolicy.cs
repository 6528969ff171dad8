using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Access.Regions;
using Stillwatch.Gateway.Access.Standings;
using Stillwatch.Gateway.Enforcement;
using Stillwatch.Gateway.Enforcement.Displacement;
using Stillwatch.Gateway.Limits;

namespace Stillwatch.Gateway.Policies;

/// <summary>The operator's policy (docs/access.md), whole, valid and immutable: who may call, from where, how much, and what follows a judgement.</summary>
sealed record AccessPolicy
{
    /// <summary>Whether responses are enforced or only decided and recorded. Levels, regions and limits have modes of their own.</summary>
    public PolicyMode Mode { get; init; } = PolicyMode.Observe;

    /// <summary>What each rung needs before it is decided.</summary>
    public Policy Ladder { get; init; } = new();

    /// <summary>What each rung does.</summary>
    public ResponsePolicy Responses { get; init; } = new();

    public LevelPolicy Levels { get; init; } = new();

    public RegionPolicy Regions { get; init; } = new();

    public LimitPolicy Limits { get; init; } = new();

    public DisplacementPolicy Displacement { get; init; } = new();

    /// <summary>Where an account reaches a higher level; stated in refusals and notices. Null: refusals say to ask the operator.</summary>
    public Uri? VerifyUrl { get; init; }

    /// <summary>Where a person appeals who cannot or will not use the API's own endpoint; stated in refusals.</summary>
    public Uri? AppealUrl { get; init; }

    /// <summary>First 16 hex digits of the SHA-256 of the policy's canonical form: names it in every action.</summary>
    public string Hash { get; init; } = "";
}

/// <summary>Whether responses bite.</summary>
enum PolicyMode
{
    /// <summary>Decide and record, change nothing: the default.</summary>
    Observe,

    Enforce,
}

/// <summary>What one rule does when it matches.</summary>
enum RuleMode
{
    Off,

    /// <summary>Decide and count, refuse nobody.</summary>
    Shadow,

    Enforce,
}
