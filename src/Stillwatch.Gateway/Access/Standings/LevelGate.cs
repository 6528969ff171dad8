using System.Collections.Concurrent;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Policies;

namespace Stillwatch.Gateway.Access.Standings;

/// <summary>What a level rule that is not satisfied leads to.</summary>
/// <param name="Rule">The rule that asks most.</param>
/// <param name="Has">The level the account is at.</param>
/// <param name="Error">403 in the caller's terms; null for <see cref="GatedFeature.Reasoning"/>, which is withheld and not refused.</param>
sealed record LevelDecision(LevelRule Rule, VerificationLevel Has, GatewayError? Error)
{
    /// <summary>The call is served with its reasoning omitted, as at the rung withhold.</summary>
    public bool WithholdsReasoning => Error is null;
}

/// <summary>Holds calls against the rules on verification. Thread-safe; nothing is allocated for a call that passes.</summary>
sealed class LevelGate
{
    /// <summary>Rules that are counted by name; those of later policies beyond it are counted together.</summary>
    const int MaxCounted = 1024;

    readonly ConcurrentDictionary<(string Rule, RuleMode Mode), Count> _counts = new();

    /// <summary>How often each rule was not satisfied, in the mode it then had.</summary>
    public IReadOnlyList<(string Rule, RuleMode Mode, long Calls)> Counts =>
        [.. _counts.Select(entry => (entry.Key.Rule, entry.Key.Mode, Interlocked.Read(ref entry.Value.Calls)))];

    /// <param name="model">As the caller names it.</param>
    /// <param name="verifyUrl">Where a higher level is reached; null says to ask the operator.</param>
    /// <returns>Null when the call may go on as it is. Rules in shadow only count.</returns>
    public LevelDecision? Check(LevelPolicy policy, Standing standing, GatedFeature feature, string model, Uri? verifyUrl)
    {
        LevelRule? strictest = null;
        var rules = policy.Rules;
        for (var i = 0; i < rules.Count; i++) // no foreach: over an interface it allocates
        {
            var rule = rules[i];
            if (rule.Mode == RuleMode.Off || rule.Feature != feature || standing.Level >= rule.Needs || !Applies(rule, standing, model))
            {
                continue;
            }

            CountOne(rule);
            if (rule.Mode == RuleMode.Enforce && (strictest is null || rule.Needs > strictest.Needs))
            {
                strictest = rule;
            }
        }

        return strictest is null
            ? null
            : new LevelDecision(strictest, standing.Level, feature == GatedFeature.Reasoning ? null : Refusal(strictest, standing.Level, model, verifyUrl));
    }

    static bool Applies(LevelRule rule, Standing standing, string model)
    {
        var isOfProgramme = rule.Programmes.Count == 0;
        for (var i = 0; i < rule.Programmes.Count && !isOfProgramme; i++)
        {
            isOfProgramme = rule.Programmes[i] == standing.Account.Programme;
        }

        var isOfModel = rule.Models.Count == 0;
        for (var i = 0; i < rule.Models.Count && !isOfModel && isOfProgramme; i++)
        {
            isOfModel = ModelPattern.Matches(rule.Models[i], model);
        }

        return isOfProgramme && isOfModel;
    }

    static GatewayError Refusal(LevelRule rule, VerificationLevel has, string model, Uri? verifyUrl)
    {
        var what = rule.Feature switch
        {
            GatedFeature.Batches => "Batches need",
            GatedFeature.Files => "Files need",
            _ => $"The model {model} needs",
        };
        var where = verifyUrl is null ? "Ask whoever runs this API how to reach it" : $"Reach it at {verifyUrl.AbsoluteUri}";
        return new GatewayError(
            403, "verification_required",
            $"{what} an account verified to the level {NameOf(rule.Needs)}; this one is at the level {NameOf(has)}. {where}; sending the request again does not help.")
        {
            ShouldRetry = false,
        };
    }

    static string NameOf(VerificationLevel level) => level.ToString().ToLowerInvariant();

    void CountOne(LevelRule rule)
    {
        var key = (rule.Name, rule.Mode);
        if (!_counts.TryGetValue(key, out var count))
        {
            count = _counts.GetOrAdd(_counts.Count < MaxCounted ? key : ("other", rule.Mode), _ => new Count());
        }

        Interlocked.Increment(ref count.Calls);
    }

    sealed class Count
    {
        public long Calls;
    }
}
