using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Limits;
using Stillwatch.Gateway.Policies;
using static Stillwatch.Gateway.Tests.Limits.LimiterBench;

namespace Stillwatch.Gateway.Tests.Limits;

public sealed class EmbeddedLimiterTests
{
    static LimitDemand Tokens(long input, long output) => new(1, input, output);

    [Fact]
    public void A_budget_of_requests_is_used_up_and_comes_back_one_by_one()
    {
        using var bench = new LimiterBench(Rule("rpm", Meter.Requests, 60));
        Assert.Equal(60, bench.AdmittedOf(100, Anna));
        bench.Clock.Advance(TimeSpan.FromMilliseconds(2500));
        Assert.Equal(2, bench.AdmittedOf(100, Anna));
        Assert.Equal(60, bench.AdmittedOf(100, Account("acct_bert")));
        Assert.Equal(122, bench.Limiter.Admitted);
    }

    [Fact]
    public void What_was_not_used_is_given_back_when_it_settles()
    {
        using var bench = new LimiterBench(Rule("otpm", Meter.OutputTokens, 1000));
        var reservation = bench.Admit(Anna, Tokens(0, 900));
        bench.Refuse(Anna, Tokens(0, 200));
        bench.Settle(reservation, output: 100);
        var second = bench.Admit(Anna, Tokens(0, 900));
        bench.Refuse(Anna, Tokens(0, 1));
        bench.Limiter.Release(second, bench.Now);
        bench.Admit(Anna, Tokens(0, 900));
    }

    [Fact]
    public void What_is_not_known_is_not_given_back()
    {
        using var bench = new LimiterBench(Rule("tpm", Meter.Tokens, 1000), Rule("at-once", Meter.Concurrency, 1));
        var reservation = bench.Admit(Anna, Tokens(300, 700));
        Assert.Equal("at-once", bench.Refuse(Anna, Tokens(0, 0)).Rule);
        bench.Settle(reservation, isKnown: false);
        Assert.Equal("tpm", bench.Refuse(Anna, Tokens(0, 1)).Rule); // the place is free again, the tokens are not
    }

    [Fact]
    public void More_than_was_reserved_becomes_debt_even_when_the_rest_is_unknown()
    {
        using var bench = new LimiterBench(Rule("otpm", Meter.OutputTokens, 60));
        bench.Settle(bench.Admit(Anna, Tokens(0, 60)), output: 120, isKnown: false);
        var refusal = bench.Refuse(Anna, Tokens(0, 1));
        Assert.Equal(TimeSpan.FromSeconds(61), refusal.RetryAfter);
        bench.Clock.Advance(TimeSpan.FromSeconds(60));
        bench.Refuse(Anna, Tokens(0, 1));
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        bench.Admit(Anna, Tokens(0, 1));
    }

    [Fact]
    public void Settling_or_releasing_twice_gives_back_once()
    {
        using var bench = new LimiterBench(Rule("otpm", Meter.OutputTokens, 1000));
        bench.Admit(Anna, Tokens(0, 500));
        var reservation = bench.Admit(Anna, Tokens(0, 500));
        bench.Settle(reservation, output: 0);
        bench.Settle(reservation, output: 0);
        bench.Limiter.Release(reservation, bench.Now);
        Assert.False(reservation.IsOpen);
        bench.Admit(Anna, Tokens(0, 500));
        bench.Refuse(Anna, Tokens(0, 1));
    }

    [Fact]
    public async Task An_open_reservation_cannot_be_used_again()
    {
        using var bench = new LimiterBench(Rule("rpm", Meter.Requests, 2));
        var reservation = bench.Admit(Anna);
        Assert.Throws<InvalidOperationException>(() => { _ = bench.Limiter.ReserveAsync(bench.Plan, Anna, new LimitDemand(1, 0, 0), reservation, bench.Now); });
        bench.Settle(reservation);
        Assert.Null(await bench.Limiter.ReserveAsync(bench.Plan, Anna, new LimitDemand(1, 0, 0), reservation, bench.Now));
    }

    [Fact]
    public void An_exchange_that_never_ran_gives_all_back_but_its_request()
    {
        var policy = new LimitPolicy
        {
            Rules =
            [
                Rule("rpm", Meter.Requests, 2), Rule("tpm", Meter.Tokens, 100), Rule("at-once", Meter.Concurrency, 1), Rule("day", Meter.SpendNanoUsd, 100),
            ],
            Prices = [new ModelPrice("*", 1, 1, 1, 1)],
        };
        using var bench = new LimiterBench(policy);
        bench.Limiter.Release(bench.Admit(Anna, Tokens(50, 50)), bench.Now);
        bench.Limiter.Release(bench.Admit(Anna, Tokens(50, 50)), bench.Now);
        Assert.Equal("rpm", bench.Refuse(Anna, Tokens(50, 50)).Rule);
    }

    [Fact]
    public void All_budgets_are_taken_or_none()
    {
        using var bench = new LimiterBench(
            Rule("key", Meter.Requests, 100, LimitScope.Key), Rule("account", Meter.Requests, 100), Rule("at-once", Meter.Concurrency, 100),
            Rule("organization", Meter.Requests, 3, LimitScope.Organization), Rule("tokens", Meter.Tokens, 1000, LimitScope.Key));
        Assert.Equal(3, bench.AdmittedOf(50, Anna, Tokens(10, 10)));
        bench.Plan = new LimitPlan(new LimitPolicy { Rules = [.. bench.Plan.Policy.Rules.Where(rule => rule.Name != "organization")] });
        Assert.Equal(47, bench.AdmittedOf(100, Anna, Tokens(10, 10))); // 50 requests of 20 tokens are 1,000: the refused ones took nothing
        bench.Plan = new LimitPlan(new LimitPolicy { Rules = [.. bench.Plan.Policy.Rules.Where(rule => rule.Name != "tokens")] });
        Assert.Equal(50, bench.AdmittedOf(100, Anna));
    }

    [Fact]
    public void A_request_that_asks_for_more_than_a_budget_holds_is_admitted_when_it_is_full()
    {
        using var bench = new LimiterBench(Rule("otpm", Meter.OutputTokens, 1000) with { Burst = 500 });
        var reservation = bench.Admit(Anna, Tokens(0, 64_000));
        bench.Refuse(Anna, Tokens(0, 1));
        bench.Settle(reservation, output: 2000);
        Assert.Equal(TimeSpan.FromSeconds(120), bench.Refuse(Anna, Tokens(0, 500)).RetryAfter);
    }

    [Fact]
    public void The_members_of_a_batch_all_count()
    {
        using var bench = new LimiterBench(Rule("rpm", Meter.Requests, 60));
        bench.Admit(Anna, new LimitDemand(90, 0, 0)); // more than the budget holds: passes while it is full, and all 90 count
        Assert.Equal(TimeSpan.FromSeconds(31), bench.Refuse(Anna).RetryAfter);
    }

    [Fact]
    public void Cache_reads_weigh_what_the_policy_says()
    {
        var policy = new LimitPolicy { Rules = [Rule("itpm", Meter.InputTokens, 1000)], CacheReadWeight = 0.1 };
        using var bench = new LimiterBench(policy);
        bench.Settle(bench.Admit(Anna, Tokens(1000, 0)), input: 100, cacheRead: 2005, cacheWrite: 200);
        bench.Refuse(Anna, Tokens(1000 - 500, 0));
        bench.Admit(Anna, Tokens(1000 - 501, 0)); // 100 + 200 + 200.5, rounded up
    }

    [Fact]
    public void What_time_has_refilled_is_not_given_back_again()
    {
        using var bench = new LimiterBench(Rule("otpm", Meter.OutputTokens, 1000));
        var longOne = bench.Admit(Anna, Tokens(0, 1000));
        bench.Clock.Advance(TimeSpan.FromMinutes(2));
        bench.Admit(Anna, Tokens(0, 1000));
        bench.Settle(longOne, output: 1);
        bench.Refuse(Anna, Tokens(0, 1));
    }

    [Fact]
    public void Of_two_callers_whose_clocks_were_read_in_the_other_order_each_gets_its_own_back()
    {
        using var bench = new LimiterBench(Rule("otpm", Meter.OutputTokens, 1000));
        var (late, early) = (new LimitReservation(), new LimitReservation());
        _ = bench.Limiter.ReserveAsync(bench.Plan, Anna, Tokens(0, 400), late, Start.AddTicks(10));
        _ = bench.Limiter.ReserveAsync(bench.Plan, Anna, Tokens(0, 600), early, Start);
        bench.Settle(early);
        bench.Settle(late);
        bench.Clock.Advance(TimeSpan.FromTicks(10));
        bench.Admit(Anna, Tokens(0, 1000));
    }

    [Fact]
    public void Concurrency_is_what_runs_now_however_it_ends()
    {
        using var bench = new LimiterBench(Rule("at-once", Meter.Concurrency, 3));
        var running = Enumerable.Range(0, 3).Select(_ => bench.Admit(Anna)).ToList();
        var refusal = bench.Refuse(Anna);
        Assert.Equal((429, "too_many_concurrent", TimeSpan.FromSeconds(1)), (refusal.Error.Status, refusal.Error.Code, refusal.Error.RetryAfter));
        bench.Settle(running[0], isKnown: false);
        bench.Limiter.Release(running[1], bench.Now);
        bench.Settle(running[2]);
        Assert.Equal(0, bench.Limiter.Budgets);
        Assert.Equal(3, bench.AdmittedOf(9, Anna));
    }

    [Fact]
    public void A_shadow_rule_counts_in_full_and_refuses_nobody()
    {
        using var bench = new LimiterBench(Rule("shadow", Meter.Requests, 3) with { Mode = RuleMode.Shadow }, Rule("enforced", Meter.Requests, 5));
        Assert.Equal(5, bench.AdmittedOf(9, Anna));
        Assert.Equal(2, bench.Limiter.Tally.Of("shadow", LimitOutcome.ShadowRefused)); // of what was served, not of what another rule refused
        Assert.Equal(4, bench.Limiter.Tally.Of("enforced", LimitOutcome.Refused));
        bench.Clock.Advance(TimeSpan.FromSeconds(20));
        bench.Admit(Anna);
        Assert.Equal(2, bench.Limiter.Tally.Of("shadow", LimitOutcome.ShadowRefused));
    }

    [Fact]
    public void A_rule_that_is_off_holds_no_budget()
    {
        using var bench = new LimiterBench(Rule("off", Meter.Requests, 1) with { Mode = RuleMode.Off });
        Assert.Equal(9, bench.AdmittedOf(9, Anna));
        Assert.Equal(0, bench.Limiter.Budgets);
        Assert.Empty(bench.Plan.Rules);
    }

    [Fact]
    public void Rules_apply_by_level_programme_and_model()
    {
        using var bench = new LimiterBench(
            Rule("unverified", Meter.Requests, 1) with { Levels = [VerificationLevel.None, VerificationLevel.Contact] },
            Rule("students", Meter.Requests, 2) with { Programmes = ["education"] },
            Rule("opus", Meter.Requests, 4) with { Models = ["claude-opus-*"] },
            Rule("each", Meter.Requests, 3) with { PerModel = true, Models = ["small-*"] });
        Assert.Equal(1, bench.AdmittedOf(9, Account("a") with { Level = VerificationLevel.Contact }));
        Assert.Equal(2, bench.AdmittedOf(9, Account("b") with { Programme = "education" }));
        Assert.Equal(4, bench.AdmittedOf(9, Account("c") with { Programme = "startup" }));
        Assert.Equal(9, bench.AdmittedOf(9, Account("c") with { Model = "mid" }));
        Assert.Equal(3, bench.AdmittedOf(9, Account("c") with { Model = "small-1" }));
        Assert.Equal(3, bench.AdmittedOf(9, Account("c") with { Model = "small-2" }));
    }

    [Fact]
    public void Scopes_share_what_they_say_and_an_account_without_an_organization_is_in_none()
    {
        using var bench = new LimiterBench(Rule("organization", Meter.Requests, 4, LimitScope.Organization), Rule("model", Meter.Requests, 20, LimitScope.Model));
        Assert.Equal(3, bench.AdmittedOf(3, Anna));
        Assert.Equal(1, bench.AdmittedOf(9, Anna with { Account = "acct_bert" }));
        Assert.Equal(16, bench.AdmittedOf(99, Account("acct_cleo")));
        Assert.Equal(0, bench.AdmittedOf(9, Account("acct_dora")));
        Assert.Equal(9, bench.AdmittedOf(9, Account("acct_dora") with { Model = "other" }));
    }

    [Fact]
    public void A_thousand_accounts_of_a_ring_share_one_budget()
    {
        using var bench = new LimiterBench(Rule("ring", Meter.Requests, 50, LimitScope.Ring), Rule("own", Meter.Requests, 10));
        var ring = Enumerable.Range(0, 1000).Select(i => Account($"acct_{i}") with { Ring = "case_7" }).ToList();
        Assert.Equal(50, ring.Count(subject => bench.Reserve(subject).Refusal is null));
        var refusal = bench.Refuse(ring[999]);
        Assert.Equal("ring", refusal.Rule);
        Assert.Contains("GET /stillwatch/v1/standing", refusal.Error.Message);
        Assert.Contains("share one budget under a restriction", refusal.Error.Message);
        Assert.Equal(10, bench.AdmittedOf(99, Account("acct_free"))); // no ring, no ring budget
        bench.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(50, ring.Count(subject => bench.Reserve(subject).Refusal is null));
    }

    [Fact]
    public void A_changed_plan_keeps_what_was_used()
    {
        using var bench = new LimiterBench(Rule("rpm", Meter.Requests, 10), Rule("at-once", Meter.Concurrency, 30));
        Assert.Equal(5, bench.AdmittedOf(5, Anna));
        bench.Plan = new LimitPlan(new LimitPolicy { Rules = [Rule("rpm", Meter.Requests, 20), Rule("at-once", Meter.Concurrency, 10)] });
        Assert.Equal(5, bench.AdmittedOf(5, Anna)); // 10 run
        Assert.Equal("at-once", bench.Refuse(Anna).Rule);
        bench.Plan = new LimitPlan(new LimitPolicy { Rules = [Rule("rpm", Meter.Requests, 20)] });
        Assert.Equal(5, bench.AdmittedOf(99, Anna)); // half of it was used under the old amount, a quarter under the new
    }

    [Fact]
    public void A_repair_fills_the_accounts_own_rates_and_nobody_elses()
    {
        using var bench = new LimiterBench(
            Rule("account", Meter.Requests, 5), Rule("each", Meter.Tokens, 50) with { PerModel = true }, Rule("organization", Meter.Requests, 8, LimitScope.Organization));
        Assert.Equal(5, bench.AdmittedOf(9, Anna, Tokens(10, 0)));
        Assert.Equal(0, bench.AdmittedOf(9, Anna with { Model = "other" }));
        bench.Limiter.Repair("acct_anna", 0, bench.Now);
        Assert.Equal(3, bench.AdmittedOf(9, Anna, Tokens(10, 0)));
        Assert.Equal("organization", bench.Refuse(Anna).Rule);
    }
}
