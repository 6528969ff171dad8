namespace Stillwatch.Gateway.Limits;

/// <summary>What a plan says of one model's name: the rules that may apply, its price, its hash. Immutable.</summary>
sealed record ModelLimits(BudgetRule[] Rules, ModelPrice? Price, UInt128 Hash, UInt128 SubjectHash);
