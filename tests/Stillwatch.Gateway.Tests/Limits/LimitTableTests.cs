using Stillwatch.Gateway.Limits;
using static Stillwatch.Gateway.Tests.Limits.LimiterBench;

namespace Stillwatch.Gateway.Tests.Limits;

public sealed class LimitTableTests
{
    static readonly LimitPolicy Policy = new() { Rules = [Rule("rpm", Meter.Requests, 2)] };

    [Fact]
    public void Budgets_that_are_full_again_are_forgotten_without_loss()
    {
        using var bench = new LimiterBench(Policy, mostBudgets: 6400);
        for (var i = 0; i < 50_000; i++)
        {
            Assert.Equal(2, bench.AdmittedOf(3, Account($"acct_{i}")));
            Assert.Equal(0, bench.AdmittedOf(1, Account($"acct_{i}")));
            bench.Clock.Advance(TimeSpan.FromMilliseconds(30)); // 2,000 accounts are live at once
        }

        Assert.InRange(bench.Limiter.Budgets, 2000, 6400);
        Assert.Equal(0, bench.AdmittedOf(1, Account("acct_49999"))); // live, so never forgotten
        Assert.Equal(0, bench.Limiter.Tally.Of("rpm", LimitOutcome.RefusedTableFull));
    }

    [Fact]
    public void A_table_full_of_live_budgets_refuses_new_ones_counts_it_and_keeps_the_old()
    {
        using var bench = new LimiterBench(Policy, mostBudgets: 640);
        bench.Admit(Account("acct_first"));
        var admitted = Enumerable.Range(0, 5000).Count(i => bench.Reserve(Account($"acct_{i}")).Refusal is null);
        Assert.InRange(admitted, 600, 640);
        Assert.Equal(5000 - admitted, bench.Limiter.Tally.Of("rpm", LimitOutcome.RefusedTableFull));
        Assert.InRange(bench.Limiter.Budgets, 600, 640);
        Assert.Equal(1, bench.AdmittedOf(2, Account("acct_first")));
        var refusal = Enumerable.Range(0, 50).Select(i => bench.Reserve(Account($"new_{i}")).Refusal).OfType<LimitRefusal>().First();
        Assert.Equal((503, "limits_unavailable", TimeSpan.FromSeconds(1)), (refusal.Error.Status, refusal.Error.Code, refusal.Error.RetryAfter));

        bench.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(100, Enumerable.Range(0, 100).Count(i => bench.Reserve(Account($"later_{i}")).Refusal is null)); // few enough for any stripe, however they fall
    }

    [Fact]
    public void A_table_full_of_live_budgets_serves_and_counts_when_open()
    {
        using var bench = new LimiterBench(Policy with { OnStoreFailure = StoreFailure.Open }, mostBudgets: 640);
        Assert.Equal(5000, Enumerable.Range(0, 5000).Count(i => bench.Reserve(Account($"acct_{i}")).Refusal is null));
        Assert.InRange(bench.Limiter.Tally.Of("rpm", LimitOutcome.ServedTableFull), 4360, 4400);
        Assert.InRange(bench.Limiter.Budgets, 600, 640);
    }

    [Fact]
    public void A_shadow_rule_without_room_refuses_nobody()
    {
        var shadow = Policy with { Rules = [Policy.Rules[0] with { Mode = Stillwatch.Gateway.Policies.RuleMode.Shadow }] };
        using var bench = new LimiterBench(shadow, mostBudgets: 640);
        Assert.Equal(2000, Enumerable.Range(0, 2000).Count(i => bench.Reserve(Account($"acct_{i}")).Refusal is null));
        Assert.NotEqual(0, bench.Limiter.Tally.Of("rpm", LimitOutcome.ServedTableFull));
    }

    [Fact]
    public void Debt_that_finds_no_room_is_counted()
    {
        using var bench = new LimiterBench(new LimitPolicy { Rules = [Rule("otpm", Meter.OutputTokens, 600)] }, mostBudgets: 640);
        var early = Enumerable.Range(0, 64).Select(i => bench.Admit(Account($"early_{i}"), new LimitDemand(1, 0, 10))).ToList();
        bench.Clock.Advance(TimeSpan.FromMinutes(1));
        var full = Enumerable.Range(0, 5000).Count(i => bench.Reserve(Account($"acct_{i}"), new LimitDemand(1, 0, 600)).Refusal is null);
        Assert.InRange(full, 600, 640);
        early.ForEach(reservation => bench.Settle(reservation, output: 500));
        Assert.InRange(bench.Limiter.Tally.Of("otpm", LimitOutcome.DebtLost), 50, 64);
    }

    [Fact]
    public void A_decision_and_its_settling_allocate_nothing()
    {
        var policy = new LimitPolicy
        {
            Rules =
            [
                Rule("key", Meter.Requests, 1_000_000, LimitScope.Key), Rule("account", Meter.Tokens, 1_000_000_000), Rule("at-once", Meter.Concurrency, 100),
                Rule("each", Meter.InputTokens, 1_000_000_000, LimitScope.Organization) with { PerModel = true },
                Rule("model", Meter.Requests, 1_000_000, LimitScope.Model), Rule("day", Meter.SpendNanoUsd, long.MaxValue / 2),
                Rule("shadow", Meter.Requests, 1) with { Mode = Stillwatch.Gateway.Policies.RuleMode.Shadow },
            ],
            Prices = [new ModelPrice("claude-*", 10, 50, 1, 12)],
        };
        using var bench = new LimiterBench(policy);
        var reservation = new LimitReservation();
        var (use, now) = (new Engine.Exchanges.TokenUsage(100, 20, 3, 40), bench.Now);
        long before = 0;
        for (var i = 0; i < 2000; i++)
        {
            before = i == 1000 ? GC.GetAllocatedBytesForCurrentThread() : before;
            _ = bench.Limiter.ReserveAsync(bench.Plan, Anna, new LimitDemand(1, 500, 500), reservation, now);
            Assert.True(reservation.IsOpen);
            bench.Limiter.Settle(reservation, use, true, now);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
