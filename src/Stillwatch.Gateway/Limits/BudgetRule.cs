using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Metering;
using Stillwatch.Gateway.Policies;

namespace Stillwatch.Gateway.Limits;

/// <summary>A rule made ready for the hot path. Immutable, but for cached texts.</summary>
sealed class BudgetRule
{
    readonly int _levels; // a bit for each level it applies to
    readonly string[] _programmes;

    public BudgetRule(LimitRule rule, LimitPolicy policy)
    {
        Rule = rule;
        Hash = HashOf(rule.Name, rule.Per, rule.PerModel, rule.Meter, rule.SpendPeriod);
        Capacity = IsRate && rule.Burst > 0 ? rule.Burst : rule.Amount;
        Rate = IsRate ? new BudgetRate(rule.Amount, rule.Period, Capacity) : default;
        CacheReadPpm = (long)Math.Round(policy.CacheReadWeight * Million);
        _levels = rule.Levels.Count == 0 ? -1 : rule.Levels.Aggregate(0, (mask, level) => mask | 1 << (int)level);
        _programmes = [.. rule.Programmes];
        Texts = new LimitTexts(Capacity);
    }

    const long Million = 1_000_000;

    public LimitRule Rule { get; }

    public Meter Meter => Rule.Meter;

    public bool IsEnforced => Rule.Mode == RuleMode.Enforce;

    public bool IsRate => Rule.Meter is Meter.Requests or Meter.InputTokens or Meter.OutputTokens or Meter.Tokens;

    public UInt128 Hash { get; }

    /// <summary>What a full budget holds.</summary>
    public long Capacity { get; }

    public BudgetRate Rate { get; }

    public LimitTexts Texts { get; }

    long CacheReadPpm { get; }

    /// <summary>What makes two rules the same over a reload: how much they allow may change, what they count may not.</summary>
    public static UInt128 HashOf(string name, LimitScope per, bool perModel, Meter meter, SpendPeriod period) =>
        BudgetKey.HashRule($"{(int)per} {perModel} {(int)meter} {(meter == Meter.SpendNanoUsd ? (int)period : 0)} {name}");

    /// <summary>Whose budget it is; null when the rule does not apply to them.</summary>
    public string? SubjectIn(in LimitSubject subject)
    {
        if ((_levels & (1 << (int)subject.Level)) == 0 || (_programmes.Length > 0 && Array.IndexOf(_programmes, subject.Programme) < 0))
        {
            return null;
        }

        return Rule.Per switch
        {
            LimitScope.Key => subject.KeyId,
            LimitScope.Account => subject.Account,
            LimitScope.Organization => subject.Organization,
            LimitScope.Model => subject.Model,
            _ => subject.Ring,
        };
    }

    /// <summary>What a demand may come to in this rule's meter.</summary>
    public long CostOf(in LimitDemand demand, ModelPrice? price) => Rule.Meter switch
    {
        Meter.Requests => demand.Requests,
        Meter.InputTokens => demand.InputTokens,
        Meter.OutputTokens => demand.OutputTokens,
        Meter.Tokens => demand.InputTokens + demand.OutputTokens,
        Meter.Concurrency => 1,
        _ => price is null ? 0 : Saturated(demand.InputTokens, price.InputNanoUsd) + Saturated(demand.OutputTokens, price.OutputNanoUsd),
    };

    /// <summary>What an exchange came to in this rule's meter. Only what is counted in tokens is ever settled.</summary>
    public long CostOf(in TokenUsage use, ModelPrice? price) => Rule.Meter switch
    {
        Meter.InputTokens => InputOf(use),
        Meter.OutputTokens => use.OutputTokens,
        Meter.Tokens => InputOf(use) + use.OutputTokens,
        Meter.SpendNanoUsd when price is not null =>
            Saturated(use.InputTokens, price.InputNanoUsd) + Saturated(use.OutputTokens, price.OutputNanoUsd)
            + Saturated(use.CacheReadTokens, price.CacheReadNanoUsd) + Saturated(use.CacheWriteTokens, price.CacheWriteNanoUsd),
        _ => 0,
    };

    long InputOf(in TokenUsage use) =>
        use.InputTokens + (long)use.CacheWriteTokens + (((use.CacheReadTokens * CacheReadPpm) + Million - 1) / Million);

    // Four of these never overflow a sum.
    static long Saturated(long tokens, long price) => (long)Int128.Min((Int128)tokens * price, long.MaxValue / 8);
}
