using System.Text.Json.Nodes;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Access.Regions;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Limits;

namespace Stillwatch.Gateway.Policies;

/// <summary>A policy as the file's keys and values, every default stated. What is shown to people, and what a hash is made of.</summary>
/// <remarks>
/// The canonical form differs where files may differ without another meaning: limits, which are independent, by name; networks by content
/// in place of the list's name; databases by name without their folder, since their content changes by the week.
/// </remarks>
static class PolicyForm
{
    /// <summary>Source of networks that the policy itself lists.</summary>
    public const string Inline = "policy";

    public static JsonObject Of(AccessPolicy policy, bool isCanonical) => new()
    {
        ["mode"] = PolicyWords.Modes.Of(policy.Mode),
        ["verify_url"] = policy.VerifyUrl?.ToString(),
        ["appeal_url"] = policy.AppealUrl?.ToString(),
        ["ladder"] = Ladder(policy.Ladder),
        ["responses"] = Responses(policy, isCanonical),
        ["levels"] = List(policy.Levels.Rules.Select(rule => new JsonObject
        {
            ["name"] = rule.Name,
            ["feature"] = PolicyWords.Features.Of(rule.Feature),
            ["models"] = Words(rule.Models),
            ["programmes"] = Words(rule.Programmes),
            ["needs"] = PolicyWords.Levels.Of(rule.Needs),
            ["mode"] = PolicyWords.RuleModes.Of(rule.Mode),
        })),
        ["regions"] = new JsonObject
        {
            ["databases"] = Words(policy.Regions.Databases.Select(path => isCanonical ? Path.GetFileName(path) : path)),
            ["networks"] = isCanonical ? MergedNetworks(policy.Regions.Networks) : List(policy.Regions.Networks.Select(Networks)),
            ["rules"] = List(policy.Regions.Rules.Select(Region)),
        },
        ["limits"] = Limits(policy.Limits, isCanonical),
        ["displacement"] = new JsonObject
        {
            ["on"] = policy.Displacement.IsOn,
            ["length"] = ConfigScalars.Say(policy.Displacement.Length),
            ["rest"] = ConfigScalars.Say(policy.Displacement.Rest),
            ["rate_ratio"] = policy.Displacement.RateRatio,
            ["max_trials"] = policy.Displacement.MaxTrials,
        },
    };

    static JsonObject Ladder(Policy ladder)
    {
        var form = new JsonObject();
        foreach (var rung in (Rung[])[Rung.Verify, Rung.Shape, Rung.Withhold, Rung.Suspend])
        {
            var rule = ladder.RuleOf(rung);
            form[PolicyWords.Rungs.Of(rung)] = new JsonObject
            {
                ["min_confidence"] = rule.MinConfidence,
                ["min_families"] = rule.MinFamilies,
                ["min_family_log_odds"] = rule.MinFamilyLogOdds,
                ["hard_family"] = rule.HardFamily,
                ["automatic"] = rule.Automatic,
                ["days"] = rule.Days,
            };
        }

        form["hysteresis_log_odds"] = ladder.HysteresisLogOdds;
        return form;
    }

    static JsonObject Responses(AccessPolicy policy, bool isCanonical)
    {
        var responses = policy.Responses;
        var cues = Enum.GetValues<Capabilities>().Where(cue => cue != Capabilities.None && responses.RefusedCues.HasFlag(cue)).Select(PolicyWords.Cues.Of).ToList();
        var form = new JsonObject
        {
            ["verify_grace"] = ConfigScalars.Say(responses.VerifyGrace),
            ["four_eyes"] = responses.FourEyes,
            ["states_thinking_tokens"] = responses.StatesThinkingTokens,
            ["refuse"] = cues.Count == 0 ? null : new JsonObject { ["cues"] = Words(cues), ["from"] = PolicyWords.Rungs.Of(responses.RefuseFrom) },
            ["judge_every"] = ConfigScalars.Say(responses.JudgeEvery),
        };
        if (!isCanonical || responses.FourEyesFrom != Rung.Suspend)
        {
            form["four_eyes_from"] = PolicyWords.Rungs.Of(responses.FourEyesFrom); // policies from before this key keep their hash
        }

        return form;
    }

    static JsonObject Region(RegionRule rule) => new()
    {
        ["name"] = rule.Name,
        ["code"] = rule.Code,
        ["facts"] = Words(rule.Facts.Select(PolicyWords.Facts.Of)),
        [rule.IsAllowList && rule.Countries.Count > 0 ? "allow" : "refuse"] = Words(rule.Countries),
        ["kinds"] = Words(rule.Kinds.Select(PolicyWords.Kinds.Of)),
        ["min_owned_ratio"] = rule.Facts.Contains(RegionFact.OwnerCountry) ? rule.MinOwnedRatio : null,
        ["ownership"] = rule.Facts.Contains(RegionFact.OwnerCountry) ? PolicyWords.Ownerships.Of(rule.Ownership) : null,
        ["unknown"] = PolicyWords.Unknowns.Of(rule.Unknown),
        ["mode"] = PolicyWords.RuleModes.Of(rule.Mode),
    };

    static JsonObject Networks(KnownNetworks networks) => networks.Source == Inline
        ? Listed(networks.Kind, networks.Prefixes.Select(prefix => prefix.ToString()), networks.Asns)
        : new() { ["kind"] = PolicyWords.Kinds.Of(networks.Kind), ["file"] = networks.Source };

    static JsonArray? MergedNetworks(IReadOnlyList<KnownNetworks> networks) => List(networks
        .GroupBy(list => list.Kind).OrderBy(kind => kind.Key)
        .Select(kind => Listed(kind.Key, kind.SelectMany(list => list.Prefixes).Select(prefix => prefix.ToString()), kind.SelectMany(list => list.Asns))));

    static JsonObject Listed(NetworkKind kind, IEnumerable<string> prefixes, IEnumerable<long> asns) => new()
    {
        ["kind"] = PolicyWords.Kinds.Of(kind),
        ["prefixes"] = Words(prefixes),
        ["asns"] = Words(asns.Select(asn => $"AS{asn}")),
    };

    static JsonObject Limits(LimitPolicy limits, bool isCanonical) => new()
    {
        ["store_failure"] = PolicyWords.StoreFailures.Of(limits.OnStoreFailure),
        ["cache_read_weight"] = limits.CacheReadWeight,
        ["default_output_tokens"] = limits.DefaultOutputTokens,
        ["prices"] = List(limits.Prices.Select(price => new JsonObject
        {
            ["models"] = price.Models,
            ["input_usd_per_million"] = PolicyScalars.SayPrice(price.InputNanoUsd),
            ["output_usd_per_million"] = PolicyScalars.SayPrice(price.OutputNanoUsd),
            ["cache_read_usd_per_million"] = PolicyScalars.SayPrice(price.CacheReadNanoUsd),
            ["cache_write_usd_per_million"] = PolicyScalars.SayPrice(price.CacheWriteNanoUsd),
        })),
        ["rules"] = List((isCanonical ? limits.Rules.OrderBy(rule => rule.Name, StringComparer.Ordinal) : limits.Rules.AsEnumerable())
            .GroupBy(rule => rule.Name[..rule.Name.LastIndexOf('.')]).Select(group => LimitRule(group.Key, [.. group.OrderBy(rule => rule.Meter)]))),
    };

    static JsonObject LimitRule(string name, IReadOnlyList<LimitRule> meters)
    {
        var first = meters[0];
        var form = new JsonObject
        {
            ["name"] = name,
            ["per"] = PolicyWords.Scopes.Of(first.Per),
            ["per_model"] = first.PerModel,
            ["levels"] = Words(first.Levels.Select(PolicyWords.Levels.Of)),
            ["models"] = Words(first.Models),
            ["programmes"] = Words(first.Programmes),
        };
        foreach (var rule in meters)
        {
            form[PolicyWords.Meters.Of(rule.Meter)] = rule.Meter switch
            {
                Meter.Concurrency => JsonValue.Create(rule.Amount),
                Meter.SpendNanoUsd => PolicyScalars.Say(new SpendRate(rule.Amount, rule.SpendPeriod)),
                _ => PolicyScalars.Say(new MeterRate(rule.Amount, rule.Period, rule.Burst)),
            };
        }

        form["mode"] = PolicyWords.RuleModes.Of(first.Mode);
        return form;
    }

    static JsonArray? List(IEnumerable<JsonObject> items)
    {
        JsonNode[] nodes = [.. items];
        return nodes.Length == 0 ? null : new JsonArray(nodes);
    }

    // Sets: their order says nothing.
    static JsonArray? Words(IEnumerable<string> words)
    {
        JsonNode[] nodes = [.. words.Distinct().Order(StringComparer.Ordinal).Select(word => (JsonNode)word)];
        return nodes.Length == 0 ? null : new JsonArray(nodes);
    }
}
