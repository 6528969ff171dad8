using Stillwatch.Gateway.Limits;

namespace Stillwatch.Gateway.Policies;

/// <summary>The policy as the data plane uses it: with its limits compiled. Immutable; an exchange keeps the one it began with.</summary>
sealed class PolicyInForce(AccessPolicy policy)
{
    public AccessPolicy Policy { get; } = policy;

    public LimitPlan Limits { get; } = new(policy.Limits);
}
