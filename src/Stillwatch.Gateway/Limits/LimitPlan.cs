namespace Stillwatch.Gateway.Limits;

/// <summary>A limit policy made ready for the hot path: which rules apply to which subjects, prices by model. Immutable; made at start and at each reload.</summary>
sealed class LimitPlan(LimitPolicy policy)
{
    public LimitPolicy Policy { get; } = policy;
}
