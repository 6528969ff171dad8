using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Limits;
using Stillwatch.Gateway.Policies;
using static Stillwatch.Gateway.Tests.Limits.LimiterBench;

namespace Stillwatch.Gateway.Tests.Limits;

public sealed class LimitPlanTests
{
    [Fact]
    public void More_than_sixteen_rules_for_one_exchange_are_a_fault_of_the_policy()
    {
        static LimitPolicy Of(int rules, Func<int, LimitRule, LimitRule> narrow) =>
            new() { Rules = [.. Enumerable.Range(0, rules).Select(i => narrow(i, Rule($"r{i}", Meter.Requests, 5)))] };
        Assert.Empty(LimitPlan.FaultsOf(Of(16, (_, rule) => rule)));
        Assert.Contains("17 rules apply to accounts of level none that ask for any model", Assert.Single(LimitPlan.FaultsOf(Of(17, (_, rule) => rule))));
        Assert.Empty(LimitPlan.FaultsOf(Of(30, (i, rule) => i > 15 ? rule with { Mode = RuleMode.Off } : rule)));
        Assert.Empty(LimitPlan.FaultsOf(Of(50, (i, rule) => rule with { Levels = [(VerificationLevel)(i % 5)] })));
        Assert.Empty(LimitPlan.FaultsOf(Of(32, (i, rule) => rule with { Models = [$"m{i % 2}-*"] })));
        Assert.Contains("'m1-'", Assert.Single(LimitPlan.FaultsOf(Of(34, (i, rule) => rule with { Models = [$"m{i % 2}-*"] }))).Replace("m0-", "m1-"));
        Assert.Contains("in programme 'startup'", Assert.Single(LimitPlan.FaultsOf(Of(17, (i, rule) => i == 0 ? rule with { Programmes = ["startup"] } : rule))));
    }

    [Fact]
    public void Two_rules_of_one_name_are_a_fault()
        => Assert.Contains("2 rules are named 'twice'", Assert.Single(LimitPlan.FaultsOf(new LimitPolicy { Rules = [Rule("twice", Meter.Requests, 1), Rule("twice", Meter.Tokens, 1)] })));

    [Fact]
    public void An_exchange_that_meets_more_rules_than_it_can_hold_is_not_waved_through()
    {
        var policy = new LimitPolicy { Rules = [.. Enumerable.Range(0, 17).Select(i => Rule($"r{i}", Meter.Requests, 5) with { Models = [i == 0 ? "*b" : "a*"] })] };
        Assert.Empty(LimitPlan.FaultsOf(policy)); // the two patterns meet in "ab" alone
        using var closed = new LimiterBench(policy);
        Assert.Equal("limits_unavailable", closed.Refuse(Anna with { Model = "ab" }).Error.Code);
        Assert.Equal(5, closed.AdmittedOf(9, Anna with { Model = "ac" }));
        using var open = new LimiterBench(policy with { OnStoreFailure = StoreFailure.Open });
        Assert.Equal(5, open.AdmittedOf(9, Anna with { Model = "ab" }));
        Assert.Equal(9, open.Limiter.Tally.Of("r16", LimitOutcome.ServedTooManyRules));
    }

    [Fact]
    public void A_flood_of_invented_models_leaves_the_cache_bounded_and_right()
    {
        var plan = new LimitPlan(new LimitPolicy { Rules = [Rule("opus", Meter.Requests, 1) with { Models = ["claude-*"] }], Prices = [new ModelPrice("claude-*", 1, 2, 3, 4)] });
        for (var i = 0; i < 5000; i++)
        {
            Assert.Empty(plan.For($"invented-{i}").Rules);
            Assert.InRange(plan.KnownModels.Count(), 0, 1024);
        }

        Assert.Single(plan.For("claude-opus-4-1").Rules);
        Assert.Same(plan.For("claude-opus-4-1"), plan.For("claude-opus-4-1"));
        Assert.Equal(4, plan.For("claude-opus-4-1").Price!.CacheWriteNanoUsd);
        var endless = "claude-" + new string('x', 100_000);
        Assert.Single(plan.For(endless).Rules);
        Assert.DoesNotContain(endless, plan.KnownModels);
    }

    [Fact]
    public void A_demand_is_estimated_from_bytes_and_from_what_the_request_allows_itself()
    {
        var policy = new LimitPolicy { DefaultOutputTokens = 777 };
        Assert.Equal(new LimitDemand(1, 334, 20), LimitDemands.Of(1000, 20, policy));
        Assert.Equal(new LimitDemand(1, 0, 777), LimitDemands.Of(0, null, policy));
        Assert.Equal(new LimitDemand(1, 1, 777), LimitDemands.Of(1, -5, policy));
    }
}
