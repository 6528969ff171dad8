using Stillwatch.Gateway.Limits;
using static Stillwatch.Gateway.Tests.Limits.LimiterBench;

namespace Stillwatch.Gateway.Tests.Limits;

public sealed class LimitRefusalTests
{
    [Fact]
    public void A_wait_of_a_minute_or_less_is_said_and_a_longer_one_means_do_not_retry()
    {
        using var bench = new LimiterBench(Rule("rpm", Meter.Requests, 1));
        bench.Admit(Anna);
        var refusal = bench.Refuse(Anna);
        Assert.Equal((429, "rate_limited", TimeSpan.FromMinutes(1), null), (refusal.Error.Status, refusal.Error.Code, refusal.Error.RetryAfter, refusal.Error.ShouldRetry));
        Assert.Equal(("rpm", Meter.Requests, TimeSpan.FromMinutes(1)), (refusal.Rule, refusal.Meter, refusal.RetryAfter));

        using var hourly = new LimiterBench(Rule("rph", Meter.Requests, 1, period: TimeSpan.FromHours(1)));
        hourly.Admit(Anna);
        refusal = hourly.Refuse(Anna);
        Assert.Equal((null, false), (refusal.Error.RetryAfter, refusal.Error.ShouldRetry));
        Assert.Equal(TimeSpan.FromHours(1), refusal.RetryAfter);
    }

    [Fact]
    public void A_request_that_waits_as_long_as_it_is_told_is_admitted_and_no_sooner()
    {
        using var bench = new LimiterBench(Rule("tpm", Meter.Tokens, 7919));
        bench.Admit(Anna, new LimitDemand(1, 7000, 0));
        var wait = bench.Refuse(Anna, new LimitDemand(1, 1000, 333)).RetryAfter!.Value;
        bench.Clock.Advance(wait - TimeSpan.FromTicks(1));
        bench.Refuse(Anna, new LimitDemand(1, 1000, 333));
        bench.Clock.Advance(TimeSpan.FromTicks(1));
        bench.Admit(Anna, new LimitDemand(1, 1000, 333));
    }

    [Fact]
    public void Of_several_the_one_that_holds_longest_is_named()
    {
        using var bench = new LimiterBench(
            Rule("second", Meter.Requests, 1, period: TimeSpan.FromSeconds(1)), Rule("hour", Meter.Requests, 1, period: TimeSpan.FromHours(1)),
            Rule("minute", Meter.Requests, 1), Rule("at-once", Meter.Concurrency, 1));
        bench.Admit(Anna);
        Assert.Equal("hour", bench.Refuse(Anna).Rule);
    }

    [Fact]
    public void The_message_names_rule_limit_meter_and_cure()
    {
        using var bench = new LimiterBench(Rule("student-rpm", Meter.Requests, 1), Rule("at-once", Meter.Concurrency, 9));
        bench.Admit(Anna);
        Assert.Equal(
            "The limit 'student-rpm' of 1 requests per minute for this account leaves too little for this request: ask less often, or ask the operator for more.",
            bench.Refuse(Anna).Error.Message);
    }
}
