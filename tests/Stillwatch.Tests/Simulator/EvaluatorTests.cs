using System.Text.Json;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Evaluation;

namespace Stillwatch.Tests.Simulator;

public sealed class EvaluatorTests
{
    static readonly DateTimeOffset s_start = new(2026, 2, 2, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, 3000, 0.000998)] // the rule of three, one-sided
    [InlineData(0, 10, 0.258866)]
    [InlineData(1, 10, 0.394163)]
    [InlineData(2, 20, 0.282620)]
    [InlineData(10, 10, 1.0)]
    public void The_upper_bound_is_the_exact_one(long hits, long trials, double expected)
        => Assert.Equal(expected, ClopperPearson.Upper(hits, trials), 5);

    [Fact]
    public void The_upper_bound_covers_and_grows_with_hits()
    {
        for (var hits = 1L; hits < 200; hits++)
        {
            Assert.True(ClopperPearson.Upper(hits, 200) > ClopperPearson.Upper(hits - 1, 200));
            Assert.True(ClopperPearson.Upper(hits, 200) > hits / 200.0);
        }

        Assert.Equal(1, ClopperPearson.Upper(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClopperPearson.Upper(3, 2));
    }

    [Fact]
    public void An_account_counts_as_found_only_with_the_true_verdict_and_a_rung_of_its_own()
    {
        var result = Evaluate();
        var plain = result.Campaigns.Single(score => score.Campaign == "campaign:plain");
        // a1 is found; a2 is only observed; a3 stands in a campaign of the wrong verdict; a4 nowhere.
        Assert.Equal((4L, 1L, 1L), (plain.Accounts, plain.Found, plain.Restricted));
        Assert.Equal(0.25, plain.RecallRatio);
    }

    [Fact]
    public void False_positives_are_counted_by_class_and_rung()
    {
        var result = Evaluate();
        Assert.Equal(new ClassScore("benign:chat", 2, 1, 0), result.Classes.Single(score => score.Class == "benign:chat"));
        Assert.Equal(new ClassScore("benign:viral-app", 1, 0, 1), result.Classes.Single(score => score.Class == "benign:viral-app"));
        Assert.Equal(new Share(4, 2), result.FlaggedAccounts);
        Assert.Equal(new Share(3, 2), result.ReportedCampaigns);
    }

    [Fact]
    public void Exchanges_are_lost_until_the_own_detection_and_until_the_first_alarm()
    {
        var plain = Evaluate().Campaigns.Single(score => score.Campaign == "campaign:plain");
        // Each account sends at hours 0 to 5, cover at hour 5. The first alarm is at hour 1, a1's own detection at hour 2.
        Assert.Equal(20, plain.Exchanges);
        Assert.Equal(4, plain.LostBeforeAlarm);
        Assert.Equal(2 + (3 * 5), plain.LostBeforeOwn);
        Assert.Equal(1, plain.Alarmed);
    }

    [Fact]
    public void A_ring_that_swallowed_two_campaigns_is_an_alarm_on_both()
    {
        AccountTruth[] truth =
        [
            new("a1", null, "campaign:one", true, Verdict.Distillation), new("a2", null, "campaign:one", true, Verdict.Distillation),
            new("c1", null, "campaign:two", true, Verdict.Distillation), new("c2", null, "campaign:two", true, Verdict.Distillation),
        ];
        var report = Reports.Of(
            [Reports.Campaign("C-1", Verdict.Distillation, s_start.AddHours(1), "a1", "a2", "c1", "c2")],
            [
                Reports.Account("a1", "C-1", 0.95, s_start.AddHours(1), Rung.Verify), Reports.Account("a2", "C-1", 0.95, s_start.AddHours(3), Rung.Verify),
                Reports.Account("c1", "C-1", 0.95, s_start.AddHours(4), Rung.Verify), Reports.Account("c2", "C-1", 0.95, s_start.AddHours(2), Rung.Verify),
            ]);
        var evaluator = new Evaluator(report, truth, _ => ExchangeLabel.Harvest);
        foreach (var hour in Enumerable.Range(0, 5))
        {
            evaluator.Add(new LogEntry("", "a1", s_start.AddHours(hour).ToUnixTimeMilliseconds()));
            evaluator.Add(new LogEntry("", "c1", s_start.AddHours(hour).ToUnixTimeMilliseconds()));
        }

        // Each from the first of its own accounts on: hour 1 and hour 2.
        Assert.Equal([1L, 2L], evaluator.Result().Campaigns.Select(score => score.LostBeforeAlarm));
    }

    [Fact]
    public void Verdicts_are_tabled_by_true_label()
    {
        var cells = Evaluate().Confusion.ToDictionary(cell => (cell.Label, cell.Verdict), cell => cell.Exchanges);
        Assert.Equal(10, cells[("harvest", "distillation")]);
        Assert.Equal(5, cells[("harvest", "resale")]);
        Assert.Equal(5, cells[("harvest", "none")]);
        Assert.Equal(6, cells[("benign", "none")]);
        Assert.Equal(12, cells[("benign", "distillation")]);
    }

    [Fact]
    public void Calibration_compares_stated_confidence_with_frequency()
    {
        var result = Evaluate();
        var top = result.Reliability.Single(bin => bin.Bin == 9);
        Assert.Equal((4L, 2L), (top.Accounts, top.Right));
        // Bin 9: |3.8 - 2|; bin 6: one account at 0.6 that is wrong.
        Assert.Equal((1.8 + 0.6) / 5, result.ExpectedCalibrationError, 9);
    }

    [Fact]
    public void Pooled_results_are_those_of_the_pooled_counts()
    {
        var (one, two) = (Evaluate(), Evaluate());
        var pooled = EvaluationResult.Pool([one, two]);
        Assert.Equal(2, pooled.Runs);
        Assert.Equal(one.Campaigns[0].RecallRatio, pooled.Campaigns[0].RecallRatio);
        Assert.Equal(2 * one.Classes[0].Accounts, pooled.Classes[0].Accounts);
        Assert.Equal(one.ExpectedCalibrationError, pooled.ExpectedCalibrationError, 12);
        // The merge law: grouping does not matter.
        string Json(EvaluationResult result) => JsonSerializer.Serialize(result, EvaluationJson.Default.EvaluationResult);
        Assert.Equal(Json(EvaluationResult.Pool([one, two, one])), Json(EvaluationResult.Pool([EvaluationResult.Pool([one, two]), one])));
        Assert.Equal(Json(one), Json(JsonSerializer.Deserialize(Json(one), EvaluationJson.Default.EvaluationResult)!));
    }

    [Fact]
    public void The_table_begins_with_what_was_done_to_innocents()
    {
        var text = EvaluationText.Format(Evaluate());
        Assert.StartsWith("False positives", text);
        Assert.Contains("benign:viral-app", text);
        Assert.True(text.IndexOf("Recall", StringComparison.Ordinal) > text.IndexOf("Precision", StringComparison.Ordinal));
        var svg = ReliabilityPlot.Svg(Evaluate());
        Assert.StartsWith("<svg", svg);
        Assert.DoesNotContain("href", svg);
        Assert.NotNull(System.Xml.Linq.XDocument.Parse(svg).Root);
    }

    [Fact]
    public void A_log_line_is_read_for_id_account_and_time()
    {
        Assert.True(LogEntry.TryRead("""{"x":{"id":"no"},"id":"ex_1","time":"2026-02-02T00:00:01.500Z","account":"a","request":{}}"""u8, out var entry));
        Assert.Equal(new LogEntry("ex_1", "a", s_start.ToUnixTimeMilliseconds() + 1500), entry);
        Assert.False(LogEntry.TryRead("""{"id":"ex_1","account":"a"}"""u8, out _));
        Assert.False(LogEntry.TryRead("""{"id":"ex_1","""u8, out _));
        Assert.False(LogEntry.TryRead("[]"u8, out _));
    }

    static EvaluationResult Evaluate()
    {
        AccountTruth[] truth =
        [
            new("a1", null, "campaign:plain", true, Verdict.Distillation), new("a2", null, "campaign:plain", true, Verdict.Distillation),
            new("a3", null, "campaign:plain", true, Verdict.Distillation), new("a4", null, "campaign:plain", true, Verdict.Distillation),
            new("b1", null, "benign:chat", false, null), new("b2", null, "benign:chat", false, null), new("v1", null, "benign:viral-app", false, null),
        ];
        var report = Reports.Of(
            [
                Reports.Campaign("C-1", Verdict.Distillation, s_start.AddHours(1), "a1", "a2"),
                Reports.Campaign("C-2", Verdict.Resale, s_start.AddHours(3), "a3"),
                Reports.Campaign("C-3", Verdict.Distillation, s_start.AddHours(2), "b1", "v1"),
            ],
            [
                Reports.Account("a1", "C-1", 0.95, s_start.AddHours(2), Rung.Shape), Reports.Account("a2", "C-1", 0.95, s_start.AddHours(2), Rung.Observe),
                Reports.Account("a3", "C-2", 0.6, s_start.AddHours(3), Rung.Verify), Reports.Account("b1", "C-3", 0.95, s_start.AddHours(2), Rung.Verify),
                Reports.Account("v1", "C-3", 0.95, s_start.AddHours(2), Rung.Suspend),
            ]);
        var evaluator = new Evaluator(report, truth, id => id.StartsWith('b') || id.StartsWith('v') ? ExchangeLabel.Benign : id.EndsWith("-5", StringComparison.Ordinal) ? ExchangeLabel.Cover : ExchangeLabel.Harvest);
        foreach (var item in truth)
        {
            for (var hour = 0; hour < 6; hour++)
            {
                evaluator.Add(new LogEntry($"{item.Account}-{hour}", item.Account, s_start.AddHours(hour).ToUnixTimeMilliseconds()));
            }
        }

        evaluator.Add(new LogEntry("x", "stranger", 0));
        Assert.Equal(1, evaluator.UnknownExchanges);
        return evaluator.Result();
    }
}
