using System.Collections.Concurrent;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Policies;

namespace Stillwatch.Gateway.Limits;

/// <summary>A limit policy made ready for the hot path: which rules apply to which subjects, prices by model. Immutable but for its
/// caches; made at start and at each reload. Thread-safe.</summary>
sealed class LimitPlan
{
    /// <summary>Rules that may apply to one exchange; what it holds is kept in place, without allocation.</summary>
    public const int MostRules = 16;

    // A flood of invented names throws the cache away now and then; it never grows beyond this, nor keeps names of any length.
    const int MostModels = 1024;
    const int LongestModel = 256;

    readonly BudgetRule[] _rules;
    ConcurrentDictionary<string, ModelLimits> _models = new(StringComparer.Ordinal);
    int _cached;

    public LimitPlan(LimitPolicy policy)
    {
        Policy = policy;
        _rules = [.. policy.Rules.Where(rule => rule.Mode != RuleMode.Off).Select(rule => new BudgetRule(rule, policy))];
    }

    public LimitPolicy Policy { get; }

    /// <summary>Rules that are not off, in the policy's order.</summary>
    public IReadOnlyList<BudgetRule> Rules => _rules;

    /// <summary>Names of models seen lately.</summary>
    public IEnumerable<string> KnownModels => Volatile.Read(ref _models).Select(pair => pair.Key);

    public ResetTexts Resets { get; } = new();

    /// <summary>The rules and the price for a requested model. Allocates for a name that was not seen lately only.</summary>
    public ModelLimits For(string model)
    {
        var models = Volatile.Read(ref _models);
        return models.TryGetValue(model, out var known) ? known : Learn(models, model);
    }

    /// <summary>What is wrong with a policy, a sentence each: what only the whole of it shows. Values out of range are the reader's
    /// business.</summary>
    public static IReadOnlyList<string> FaultsOf(LimitPolicy policy)
    {
        var faults = policy.Rules.GroupBy(rule => rule.Name, StringComparer.Ordinal)
            .Where(group => group.Count() > 1)
            .Select(group => $"{group.Count()} rules are named '{group.Key}'; give each its own name.").ToList();
        var rules = policy.Rules.Where(rule => rule.Mode != RuleMode.Off).ToList();
        var worst = Exchanges(rules)
            .Select(exchange => (exchange.Text, Count: rules.Count(rule => Applies(rule, exchange))))
            .MaxBy(found => found.Count);
        if (worst.Count > MostRules)
        {
            faults.Add(
                $"{worst.Count} rules apply to {worst.Text}; at most {MostRules} may. "
                + "Remove some, or narrow their levels, programmes or models.");
        }

        return faults;
    }

    ModelLimits Learn(ConcurrentDictionary<string, ModelLimits> models, string model)
    {
        var learnt = new ModelLimits(
            [.. _rules.Where(rule => MatchesAny(rule.Rule.Models, model))],
            Policy.Prices.FirstOrDefault(price => ModelPattern.Matches(price.Models, model)),
            BudgetKey.HashModel(model), BudgetKey.HashSubject(model));
        if (model.Length <= LongestModel && models.TryAdd(model, learnt) && Interlocked.Increment(ref _cached) >= MostModels)
        {
            Volatile.Write(ref _models, new(StringComparer.Ordinal));
            Volatile.Write(ref _cached, 0);
        }

        return learnt;
    }

    static bool MatchesAny(IReadOnlyList<string> patterns, string model) =>
        patterns.Count == 0 || patterns.Any(pattern => ModelPattern.Matches(pattern, model));

    static bool Applies(LimitRule rule, (VerificationLevel Level, string? Programme, string Model, string Text) exchange) =>
        (rule.Levels.Count == 0 || rule.Levels.Contains(exchange.Level))
        && (rule.Programmes.Count == 0 || (exchange.Programme is not null && rule.Programmes.Contains(exchange.Programme)))
        && MatchesAny(rule.Models, exchange.Model);

    // Every level, every programme named, and for each pattern the shortest name it matches. Two patterns that meet elsewhere are found
    // when
    // an exchange meets both: it is then treated as one the store cannot decide on.
    static IEnumerable<(VerificationLevel Level, string? Programme, string Model, string Text)> Exchanges(IReadOnlyList<LimitRule> rules) =>
        from level in Enum.GetValues<VerificationLevel>()
        from programme in rules.SelectMany(rule => rule.Programmes).Distinct().Prepend(null)
        from model in rules.SelectMany(rule => rule.Models).Select(pattern => pattern.Replace("*", "")).Distinct().Prepend("")
        select (level, programme, model, Described(level, programme, model));

    static string Described(VerificationLevel level, string? programme, string model) =>
        $"accounts of level {level.ToString().ToLowerInvariant()}{(programme is null ? "" : $" in programme '{programme}'")} that ask for "
        + (model.Length == 0 ? "any model" : $"'{model}'");
}
