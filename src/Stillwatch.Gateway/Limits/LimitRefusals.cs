using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Limits;

/// <summary>Refusals in the caller's terms: the rule, the meter, the limit and the cure; never what another account used.</summary>
static class LimitRefusals
{
    // Beyond this some SDKs sleep as long as they are told and others ignore the header, so a longer wait is said as "do not retry".
    static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(60);

    // Exchanges take seconds to minutes, and money is written every second; nobody can say more.
    static readonly TimeSpan Shortly = TimeSpan.FromSeconds(1);

    const string Cure = "ask less often, or ask the operator for more.";

    public static LimitRefusal TooLittle(BudgetRule rule, TimeSpan wait)
    {
        var limit = rule.Rule;
        if (rule.Meter == Meter.SpendNanoUsd)
        {
            var period = limit.SpendPeriod == SpendPeriod.Day ? "day" : "month";
            return new LimitRefusal(limit.Name, rule.Meter, null, new GatewayError(429, "spend_limit_reached",
                $"The spend limit '{limit.Name}' of ${limit.Amount / 1_000_000_000m:0.##########} a {period} for {WhoseBudget(limit)} "
                + $"leaves too little for this request. Wait for the next UTC {period}, ask for fewer tokens, "
                + $"or ask the operator for more.{Standing(limit)}")
            {
                ShouldRetry = false,
            });
        }

        if (rule.Meter == Meter.Concurrency)
        {
            return new LimitRefusal(limit.Name, rule.Meter, Shortly, new GatewayError(429, "too_many_concurrent",
                $"The limit '{limit.Name}' allows {limit.Amount} requests at once for {WhoseBudget(limit)}: "
                + $"let some end first, {Cure}{Standing(limit)}")
            {
                RetryAfter = Shortly,
            });
        }

        var isSoon = wait <= LongestRetryAfter;
        return new LimitRefusal(limit.Name, rule.Meter, wait, new GatewayError(429, "rate_limited",
            $"The limit '{limit.Name}' of {limit.Amount} {Unit(rule.Meter)} per {Written(limit.Period)} for {WhoseBudget(limit)} "
            + $"leaves too little for this request: {Cure}{Standing(limit)}")
        {
            RetryAfter = isSoon ? wait : null,
            ShouldRetry = isSoon ? null : false,
        });
    }

    /// <summary>The limiter could not decide and the policy says that nobody is served then.</summary>
    public static LimitRefusal Unavailable(BudgetRule rule) => new(rule.Rule.Name, rule.Meter, Shortly, new GatewayError(
        503, "limits_unavailable",
        $"The limit '{rule.Rule.Name}' cannot be checked at the moment. Try again shortly; if it lasts, tell the operator.")
    {
        RetryAfter = Shortly,
    });

    static string WhoseBudget(LimitRule rule) => rule.Per switch
    {
        LimitScope.Key => "this key",
        LimitScope.Account => "this account",
        LimitScope.Organization => "this organization",
        LimitScope.Model => "everybody who uses this model",
        _ => "the accounts that share one budget under a restriction",
    } + (rule.PerModel && rule.Per != LimitScope.Model ? " and this model" : "");

    static string Standing(LimitRule rule) => rule.Per == LimitScope.Ring
        ? " This account is one of them; why, until when, and how to appeal is said at GET /stillwatch/v1/standing."
        : "";

    static string Unit(Meter meter) => meter switch
    {
        Meter.Requests => "requests",
        Meter.InputTokens => "input tokens",
        Meter.OutputTokens => "output tokens",
        _ => "tokens",
    };

    static string Written(TimeSpan period) => period.Ticks switch
    {
        TimeSpan.TicksPerSecond => "second",
        TimeSpan.TicksPerMinute => "minute",
        TimeSpan.TicksPerHour => "hour",
        TimeSpan.TicksPerDay => "day",
        _ => period.ToString("c"),
    };
}
