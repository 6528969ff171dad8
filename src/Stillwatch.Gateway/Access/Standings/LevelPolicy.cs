using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Policies;

namespace Stillwatch.Gateway.Access.Standings;

/// <summary>What needs a verified identity. A call must satisfy every rule that names what it uses.</summary>
sealed record LevelPolicy
{
    public IReadOnlyList<LevelRule> Rules { get; init; } = [];
}

/// <summary>One thing and the level it needs.</summary>
/// <param name="Feature">What is gated.</param>
/// <param name="Models">Requested models (patterns with <c>*</c>); empty for all.</param>
/// <param name="Programmes">The rule holds for accounts in these programmes only; empty for all accounts.</param>
/// <param name="Needs">The least level.</param>
sealed record LevelRule(
    string Name, GatedFeature Feature, IReadOnlyList<string> Models, IReadOnlyList<string> Programmes, VerificationLevel Needs, RuleMode Mode);

enum GatedFeature
{
    /// <summary>Calling the model at all.</summary>
    Models,

    /// <summary>Seeing the model's reasoning. Below the level the call is served with reasoning omitted, as at the rung withhold.</summary>
    Reasoning,

    Batches,

    Files,
}
