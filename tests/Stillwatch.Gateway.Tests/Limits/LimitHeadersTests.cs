using Microsoft.AspNetCore.Http;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Limits;
using Stillwatch.Gateway.Policies;
using static Stillwatch.Gateway.Tests.Limits.LimiterBench;

namespace Stillwatch.Gateway.Tests.Limits;

public sealed class LimitHeadersTests
{
    static readonly LimitRule[] Rules =
    [
        Rule("key", Meter.Requests, 60, LimitScope.Key), Rule("account", Meter.Requests, 10), Rule("loose", Meter.Requests, 1) with { Mode = RuleMode.Shadow },
        Rule("tpm", Meter.Tokens, 100_000), Rule("itpm", Meter.InputTokens, 50_000), Rule("otpm", Meter.OutputTokens, 9_500),
        Rule("at-once", Meter.Concurrency, 2),
    ];

    [Fact]
    public void Anthropics_headers_state_the_tightest_enforced_limit_of_each_meter()
    {
        using var bench = new LimiterBench(Rules);
        bench.Settle(bench.Admit(Anna));
        Assert.Equal(
            new SortedDictionary<string, string>
            {
                ["anthropic-ratelimit-requests-limit"] = "10",
                ["anthropic-ratelimit-requests-remaining"] = "8",
                ["anthropic-ratelimit-requests-reset"] = "2026-03-10T12:00:12Z",
                ["anthropic-ratelimit-tokens-limit"] = "100000",
                ["anthropic-ratelimit-tokens-remaining"] = "89000", // 88,600
                ["anthropic-ratelimit-tokens-reset"] = "2026-03-10T12:00:07Z", // 6.84 s
                ["anthropic-ratelimit-input-tokens-limit"] = "50000",
                ["anthropic-ratelimit-input-tokens-remaining"] = "40000",
                ["anthropic-ratelimit-input-tokens-reset"] = "2026-03-10T12:00:12Z",
                ["anthropic-ratelimit-output-tokens-limit"] = "9500",
                ["anthropic-ratelimit-output-tokens-remaining"] = "8000", // 8,100
                ["anthropic-ratelimit-output-tokens-reset"] = "2026-03-10T12:00:09Z",
            },
            Written(Dialect.Anthropic, bench.Admit(Anna, new LimitDemand(1, 10_000, 1400))));
    }

    [Fact]
    public void OpenAis_headers_have_one_meter_of_tokens_and_durations()
    {
        using var bench = new LimiterBench(Rules);
        Assert.Equal(
            new SortedDictionary<string, string>
            {
                ["x-ratelimit-limit-requests"] = "10",
                ["x-ratelimit-remaining-requests"] = "9",
                ["x-ratelimit-reset-requests"] = "6s",
                ["x-ratelimit-limit-tokens"] = "9500",
                ["x-ratelimit-remaining-tokens"] = "8000",
                ["x-ratelimit-reset-tokens"] = "9s",
            },
            Written(Dialect.OpenAi, bench.Admit(Anna, new LimitDemand(1, 10_000, 1400))));
    }

    [Fact]
    public void A_refusal_bears_them_too_and_shows_what_is_left_after_nothing_was_taken()
    {
        using var bench = new LimiterBench(Rule("rpm", Meter.Requests, 2), Rule("tpm", Meter.Tokens, 10_000));
        bench.AdmittedOf(2, Anna, new LimitDemand(1, 3000, 0));
        var (refusal, reservation) = bench.Reserve(Anna, new LimitDemand(1, 3000, 0));
        Assert.NotNull(refusal);
        var headers = Written(Dialect.Anthropic, reservation);
        Assert.Equal("0", headers["anthropic-ratelimit-requests-remaining"]);
        Assert.Equal("2026-03-10T12:01:00Z", headers["anthropic-ratelimit-requests-reset"]);
        Assert.Equal("4000", headers["anthropic-ratelimit-tokens-remaining"]);
    }

    [Fact]
    public void Debt_shows_as_nothing_left_and_a_later_reset()
    {
        using var bench = new LimiterBench(Rule("otpm", Meter.OutputTokens, 60_000));
        bench.Settle(bench.Admit(Anna, new LimitDemand(1, 0, 60_000)), output: 400_000);
        var headers = Written(Dialect.OpenAi, bench.Reserve(Anna, new LimitDemand(1, 0, 1)).Reservation);
        Assert.Equal(("0", "6m40s"), (headers["x-ratelimit-remaining-tokens"], headers["x-ratelimit-reset-tokens"]));
    }

    [Fact]
    public void Where_no_rule_is_enforced_nothing_is_said()
    {
        using var bench = new LimiterBench(Rule("shadow", Meter.Requests, 1) with { Mode = RuleMode.Shadow }, Rule("at-once", Meter.Concurrency, 9));
        Assert.Empty(Written(Dialect.Anthropic, bench.Admit(Anna)));
        Assert.Empty(Written(Dialect.OpenAi, new LimitReservation()));
    }

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(0.0120001, "13ms")]
    [InlineData(1, "1s")]
    [InlineData(59.1, "1m0s")]
    [InlineData(360, "6m0s")]
    [InlineData(3661, "1h1m1s")]
    public void Durations_are_written_as_OpenAI_writes_them(double seconds, string text)
        => Assert.Equal(text, new ResetTexts().Duration(TimeSpan.FromSeconds(seconds).Ticks));

    [Fact]
    public void Cached_texts_are_those_of_their_own_second()
    {
        var texts = new ResetTexts();
        for (var i = 0; i < 3000; i++)
        {
            var at = Start.AddSeconds(i);
            Assert.Equal(at.ToString("yyyy-MM-ddTHH:mm:ssZ"), texts.Instant(at.UtcTicks));
            Assert.Equal(at.AddSeconds(1).ToString("yyyy-MM-ddTHH:mm:ssZ"), texts.Instant(at.UtcTicks + 1));
        }

        var numbers = new LimitTexts(2_500_400);
        Assert.All(Enumerable.Range(0, 3000), i => Assert.Equal((i / 2 * 1000).ToString(), numbers.OfThousands((i / 2 * 1000) + (i % 2 * 499))));
        Assert.Equal("2500400", numbers.OfThousands(2_500_500));
    }

    static SortedDictionary<string, string> Written(Dialect dialect, LimitReservation reservation)
    {
        var headers = new HeaderDictionary();
        LimitHeaders.Write(headers, dialect, reservation);
        return new SortedDictionary<string, string>(headers.ToDictionary(header => header.Key, header => header.Value.ToString()));
    }
}
