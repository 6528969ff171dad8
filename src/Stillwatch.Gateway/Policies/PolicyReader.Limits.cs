using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Limits;

namespace Stillwatch.Gateway.Policies;

sealed partial class PolicyReader
{
    const int MostAtOnce = 1_000_000;
    const int MostOutputTokens = 1_000_000;

    static readonly string[] MeterKeys = [.. Enum.GetValues<Meter>().Select(PolicyWords.Meters.Of)];

    LimitPolicy Limits(ConfigSection section)
    {
        var (standard, names) = (new LimitPolicy(), new HashSet<string>(StringComparer.Ordinal));
        List<LimitRule> rules = [.. section.Sections("rules").SelectMany(rule => LimitRules(rule, names))];
        var policy = new LimitPolicy
        {
            OnStoreFailure = section.Read("store_failure", PolicyWords.StoreFailures.Parse, standard.OnStoreFailure),
            CacheReadWeight = section.Read("cache_read_weight", PolicyScalars.Number(0, 1), standard.CacheReadWeight),
            DefaultOutputTokens = section.Read("default_output_tokens", ConfigScalars.Whole(1, MostOutputTokens), standard.DefaultOutputTokens),
            Prices = [.. section.Sections("prices").Select(Price)],
            Rules = rules.Exists(rule => rule.Per == LimitScope.Ring) ? rules : [.. rules, .. DefaultRingBudget.Rules],
        };
        section.RefuseOthers();
        return policy;
    }

    // A rule of several meters becomes a rule each. The meter is always part of the name, so that a second one renames nothing.
    List<LimitRule> LimitRules(ConfigSection section, HashSet<string> names)
    {
        var name = Name(section, names);
        var shared = new LimitRule
        {
            Name = name,
            Per = section.Require("per", PolicyWords.Scopes.Parse, "write who shares the budget: key, account, organization, model or ring."),
            Meter = default,
            Amount = 0,
            PerModel = section.Read("per_model", ConfigScalars.Flag, false),
            Mode = section.Read("mode", PolicyWords.RuleModes.Parse, RuleMode.Enforce),
            Levels = [.. section.List("levels", PolicyWords.Levels.Parse).Distinct().Order()],
            Models = [.. section.List("models", (ConfigParser<string>)ConfigScalars.ModelName).Distinct()],
            Programmes = [.. section.List("programmes", (ConfigParser<string>)PolicyScalars.Programme).Distinct().Order(StringComparer.Ordinal)],
        };
        var rules = new List<LimitRule>();
        foreach (var meter in (Meter[])[Meter.Requests, Meter.InputTokens, Meter.OutputTokens, Meter.Tokens])
        {
            var rate = section.Read<MeterRate?>(PolicyWords.Meters.Of(meter), RateOrNull, null) ?? default;
            Add(meter, rate.Amount, rate.Period, rate.Burst, default);
        }

        var atOnce = section.Read<int?>("concurrency", WholeOrNull, null) ?? 0;
        Add(Meter.Concurrency, atOnce, TimeSpan.Zero, atOnce, default);
        var spend = section.Read<SpendRate?>("spend", SpendOrNull, null) ?? default;
        Add(Meter.SpendNanoUsd, spend.NanoUsd, TimeSpan.Zero, spend.NanoUsd, spend.Period);
        section.RefuseOthers();
        Check(section, shared);
        return rules;

        void Add(Meter meter, long amount, TimeSpan period, long burst, SpendPeriod spendPeriod)
        {
            if (amount > 0)
            {
                rules.Add(shared with
                {
                    Name = $"{name}.{PolicyWords.Meters.Of(meter)}", Meter = meter, Amount = amount, Period = period, Burst = burst, SpendPeriod = spendPeriod,
                });
            }
        }
    }

    void Check(ConfigSection section, LimitRule rule)
    {
        if (!MeterKeys.Any(section.Has))
        {
            _notes.Fault(section.Path("name"), $"the rule limits nothing; give it at least one of {string.Join(", ", MeterKeys)}.");
        }

        if (rule is { Per: LimitScope.Model, PerModel: true })
        {
            _notes.Warn(section.Path("per_model"), "changes nothing: per: model counts each model by itself already.");
        }

        if (rule is { Per: LimitScope.Ring, Mode: not RuleMode.Enforce })
        {
            _notes.Warn(section.Path("mode"), $"is {PolicyWords.RuleModes.Of(rule.Mode)}: unless another ring rule is enforced, the rung shape changes nothing.");
        }
    }

    static ModelPrice Price(ConfigSection section)
    {
        var models = section.Require("models", (ConfigParser<string>)ConfigScalars.ModelName, "write a model's name, or a pattern like \"big-*\".");
        var input = section.Require("input_usd_per_million", (ConfigParser<long>)PolicyScalars.Price, "write US dollars per million input tokens.");
        var output = section.Require("output_usd_per_million", (ConfigParser<long>)PolicyScalars.Price, "write US dollars per million output tokens.");
        var price = new ModelPrice(
            models ?? "",
            input,
            output,
            section.Read<long?>("cache_read_usd_per_million", PriceOrNull, null) ?? input,
            section.Read<long?>("cache_write_usd_per_million", PriceOrNull, null) ?? input);
        section.RefuseOthers();
        return price;
    }

    static string? WholeOrNull(string text, out int? value) => Optional(ConfigScalars.Whole(1, MostAtOnce), text, out value);

    static string? RateOrNull(string text, out MeterRate? value) => Optional(PolicyScalars.Rate, text, out value);

    static string? SpendOrNull(string text, out SpendRate? value) => Optional(PolicyScalars.Spend, text, out value);

    static string? PriceOrNull(string text, out long? value) => Optional(PolicyScalars.Price, text, out value);

    static string? Optional<T>(ConfigParser<T> parse, string text, out T? value)
        where T : struct
    {
        var fault = parse(text, out var read);
        value = read;
        return fault;
    }
}
