using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Simulator.Evaluation;

namespace Stillwatch.Tests.Simulator;

/// <summary>Accounts a, b and c send once an hour, a from the start on, b and c from the first and second hour on; the last exchange is at hour 10.</summary>
public sealed class ReportRulesTests
{
    static readonly DateTimeOffset s_start = new(2026, 2, 2, 0, 0, 0, 500, TimeSpan.Zero);

    [Fact]
    public void A_report_that_keeps_the_rules_has_no_faults()
    {
        // At an account's first second, at the end of the span that the last exchange lies in, and an automation ring over accused accounts.
        var report = Reports.Of(
            [Campaign("1", 0, "a", "b"), Campaign("2", 2, "c"), Reports.Campaign("3", Verdict.Automation, At(3), "a", "c")],
            [Account("a", "1", 0) with { DetectedAt = At(0).AddMilliseconds(-500), AlarmedAt = At(0) }, Account("b", "1", 10 + (10 / 60.0)), Account("c", "2", 2)]);
        Assert.Empty(Faults(report));
    }

    [Fact]
    public void An_account_is_in_one_accusing_campaign_and_in_its_list_once()
    {
        var faults = Faults(Reports.Of([Campaign("1", 3, "a", "b", "a"), Campaign("2", 3, "b", "c")], []));
        Assert.Equal(2, faults.Count);
        Assert.Contains("campaigns[0].accounts[2]: 'a' stands there twice", faults[0]);
        Assert.Contains("campaigns[1].accounts[0]: 'b' is in campaign '1' too", faults[1]);
    }

    [Fact]
    public void An_account_is_judged_once_and_in_a_campaign_that_lists_it()
    {
        var faults = Faults(Reports.Of([Campaign("1", 3, "a", "b")], [Account("a", "1", 3), Account("a", "1", 4), Account("c", "1", 3)]));
        Assert.Equal(2, faults.Count);
        Assert.Contains("accounts[1].account: 'a' stands there twice", faults[0]);
        Assert.Contains("accounts[2].campaign: '1' does not list 'c'", faults[1]);
    }

    [Fact]
    public void Who_sends_nothing_cannot_be_named()
    {
        var faults = Faults(Reports.Of([Campaign("1", 3, "ghost", "a")], [Account("ghost", "1", 3)]));
        Assert.Equal(2, faults.Count);
        Assert.Contains("campaigns[0].accounts[0]: 'ghost' sends nothing in the log", faults[0]);
        Assert.Contains("accounts[0].account: 'ghost' sends nothing in the log", faults[1]);
    }

    [Theory]
    [InlineData(-1, 3, null, "campaigns[0].detected_at: 2026-02-01T23:00:00.5Z (its own, or its campaign's) is before any of its accounts sends")]
    [InlineData(1, 0.5, null, "accounts[0].detected_at: 2026-02-02T00:30:00.5Z (its own, or its campaign's) is before 'b' sends anything, at 2026-02-02T01:00:00.5Z")]
    [InlineData(1, 3, 0.5, "accounts[0].alarmed_at: 2026-02-02T00:30:00.5Z")]
    [InlineData(11, 3, null, "campaigns[0].detected_at: 2026-02-02T11:00:00.5Z is after the last exchange, at 2026-02-02T10:00:00.5Z")]
    [InlineData(1, 11, null, "accounts[0].detected_at: 2026-02-02T11:00:00.5Z is after the last exchange")]
    public void Dates_lie_between_the_first_exchange_and_the_end_of_the_log(double campaign, double account, double? alarmed, string expected)
    {
        var judged = Account("b", "1", account) with { AlarmedAt = alarmed is { } hour ? At(hour) : null };
        Assert.StartsWith(expected, Assert.Single(Faults(Reports.Of([Campaign("1", campaign, "b", "a")], [judged]))));
    }

    [Fact]
    public void An_input_that_is_stated_must_be_the_logs()
    {
        InputSummary log = new() { Exchanges = 30, Accounts = 3, From = At(0), To = At(10) };
        Assert.All([new(), log, new() { Exchanges = 30 }, log with { Accounts = 2, Dropped = 5 }, log with { To = At(10.1) }], input => Assert.Null(Misfit(input)));
        Assert.All([log with { Exchanges = 31 }, log with { Accounts = 2 }, log with { Accounts = 4, Dropped = 5 }, log with { From = At(1) }, log with { To = At(9) }],
            input => Assert.Contains("the log has 30 exchanges of 3 accounts, 2026-02-02T00:00:00.5Z to 2026-02-02T10:00:00.5Z", Misfit(input)));
    }

    static IReadOnlyList<string> Faults(Report report) => Seen(report).Faults();

    static string? Misfit(InputSummary input) => Seen(Reports.Of([], []) with { Input = input }).Misfit();

    static ReportRules Seen(Report report)
    {
        var rules = new ReportRules(report);
        foreach (var (account, from) in new[] { ("b", 1), ("a", 0), ("c", 2) })
        {
            for (var hour = 10; hour >= from; hour--) // merged logs need not come in order
            {
                rules.Add(new LogEntry("", account, At(hour).ToUnixTimeMilliseconds()));
            }
        }

        return rules;
    }

    static DateTimeOffset At(double hour) => s_start.AddHours(hour);

    static Campaign Campaign(string id, double hour, params IReadOnlyList<string> accounts) => Reports.Campaign(id, Verdict.Distillation, At(hour), accounts);

    static AccountJudgement Account(string account, string campaign, double hour) => Reports.Account(account, campaign, 0.9, At(hour), Rung.Verify);
}
