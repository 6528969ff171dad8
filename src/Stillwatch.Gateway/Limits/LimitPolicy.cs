using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Policies;

namespace Stillwatch.Gateway.Limits;

/// <summary>How much may be called. Rules are independent: an exchange must fit into every one that applies to it.</summary>
sealed record LimitPolicy
{
    public IReadOnlyList<LimitRule> Rules { get; init; } = [];

    /// <summary>What becomes of a request that the store cannot decide on.</summary>
    public StoreFailure OnStoreFailure { get; init; } = StoreFailure.Closed;

    /// <summary>Prices for spend; the first whose pattern matches the requested model. A model without a price spends nothing.</summary>
    public IReadOnlyList<ModelPrice> Prices { get; init; } = [];

    /// <summary>What a token read from the prompt cache counts as, of an input token; 0 to 1. The real API's input limits do not count them (its documentation, 2026).</summary>
    public double CacheReadWeight { get; init; }

    /// <summary>Output tokens reserved for a request that names no limit of its own.</summary>
    public int DefaultOutputTokens { get; init; } = 4096;
}

/// <summary>One budget for each subject it applies to.</summary>
sealed record LimitRule
{
    /// <summary>Unique in the policy; stated in refusals and metrics.</summary>
    public required string Name { get; init; }

    /// <summary>Who shares one budget.</summary>
    public required LimitScope Per { get; init; }

    /// <summary>A budget for each model of each subject, instead of one over all models.</summary>
    public bool PerModel { get; init; }

    public required Meter Meter { get; init; }

    /// <summary>Per <see cref="Period"/>, in the meter's unit; for concurrency, exchanges at once.</summary>
    public required long Amount { get; init; }

    /// <summary>Zero for concurrency. For spend a UTC calendar day or month, see <see cref="SpendPeriod"/>.</summary>
    public TimeSpan Period { get; init; }

    public SpendPeriod SpendPeriod { get; init; }

    /// <summary>What may be taken at once after a rest; equal to <see cref="Amount"/> unless the policy says otherwise.</summary>
    public long Burst { get; init; }

    public RuleMode Mode { get; init; } = RuleMode.Enforce;

    /// <summary>Applies to accounts of these levels only; empty for all.</summary>
    public IReadOnlyList<VerificationLevel> Levels { get; init; } = [];

    /// <summary>Applies to these requested models only (patterns with <c>*</c>); empty for all.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>Applies to accounts in these programmes only; empty for all.</summary>
    public IReadOnlyList<string> Programmes { get; init; } = [];
}

enum LimitScope
{
    Key,
    Account,

    /// <summary>The organization the account belongs to; an account without one is not counted.</summary>
    Organization,

    /// <summary>Everybody who asks for the model, together.</summary>
    Model,

    /// <summary>Accounts that policy holds together at <c>shape</c>: one budget, however many they are.</summary>
    Ring,
}

enum Meter
{
    Requests,

    /// <summary>Input with cache writes, cache reads weighted.</summary>
    InputTokens,
    OutputTokens,

    /// <summary>Both together.</summary>
    Tokens,

    /// <summary>Exchanges at once.</summary>
    Concurrency,

    /// <summary>Billionths of a US dollar.</summary>
    SpendNanoUsd,
}

enum SpendPeriod
{
    Day,
    Month,
}

enum StoreFailure
{
    /// <summary>Refuse with 503: the default.</summary>
    Closed,

    /// <summary>Serve, and count that it was served unlimited.</summary>
    Open,
}

/// <summary>Billionths of a US dollar per token.</summary>
/// <param name="Models">Pattern with <c>*</c>.</param>
sealed record ModelPrice(string Models, long InputNanoUsd, long OutputNanoUsd, long CacheReadNanoUsd, long CacheWriteNanoUsd);
