using Stillwatch.Console.Reports;
using Stillwatch.Console.Reports.Charts;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Tests.Reports;

public sealed class LedgerTests
{
    [Fact]
    public void The_waterfall_walks_from_the_prior_to_the_confidence()
    {
        foreach (var campaign in Some.Report().Campaigns)
        {
            var balance = BalanceSteps.Of(Ledger.Of(campaign));
            var at = campaign.PriorLogOdds;
            foreach (var step in balance.Steps)
            {
                Assert.Equal(at, step.Start, 12);
                at = step.End;
            }

            Assert.Equal(balance.Total, at + campaign.CalibrationLogOdds, 12);
            Assert.Equal(Math.Log(campaign.Confidence / (1 - campaign.Confidence)), balance.Total, 9);
        }
    }

    [Fact]
    public void Every_step_lies_inside_the_scale()
    {
        var balance = BalanceSteps.Of(Ledger.Of(Some.Report().Campaigns[0]));
        Assert.All(balance.Steps, step => Assert.InRange(balance.Scale(step.Start + step.Item.RawLogOdds), 0.001, 0.999));
    }

    [Theory]
    [InlineData(-9)]
    [InlineData(0)]
    [InlineData(14)]
    [InlineData(30)]
    [InlineData(45)]
    public void A_true_ledger_agrees_however_sure_it_is(double total)
    {
        var item = SomeEvidence.Item("content", "prompt-template", total, total, 1, 0, 0, "");
        Assert.True(new Ledger("C-1", 0, [item], 0, Ledger.ProbabilityOf(total), total).Agrees);
    }

    [Theory]
    [InlineData(-9)]
    [InlineData(0)]
    [InlineData(14)]
    public void A_millionth_of_a_nat_too_much_is_noticed(double total)
    {
        var item = SomeEvidence.Item("content", "prompt-template", total, total + 1e-6, 1, 0, 0, "");
        Assert.False(new Ledger("C-1", 0, [item], 0, Ledger.ProbabilityOf(total), null).Agrees);
        Assert.False(new Ledger("C-1", 1e-6, [item with { LogOdds = total }], -1e-6, Ledger.ProbabilityOf(total), total + 1e-6).Agrees);
    }

    [Fact]
    public void Exchanges_before_detection_count_the_open_bucket_in_proportion()
    {
        TimelinePoint[] timeline = [new(Some.Start, 100, 1), new(Some.Start.AddHours(1), 60, 1), new(Some.Start.AddHours(3), 10, 1)];
        Assert.Equal(130, TimelineBuckets.ExchangesBefore(timeline, Some.Start.AddMinutes(90)));
        Assert.Equal(170, TimelineBuckets.ExchangesBefore(timeline, Some.Start.AddDays(1)));
        Assert.Null(TimelineBuckets.ExchangesBefore([], Some.Start));
    }

    [Fact]
    public void Grouping_a_ring_loses_no_account_and_no_edge()
    {
        var ring = Some.Report().Campaigns[0].Ring;
        var groups = RingGroups.Of(ring, 64, 10);
        Assert.Equal(ring.Nodes.Count(node => node.Kind == "account"), groups.Accounts);
        Assert.Equal(ring.Edges.Count, groups.Groups.Sum(group => group.ByTrait.Sum()));
        Assert.Equal(10, groups.Groups.Count);
    }

    [Theory]
    [InlineData(0.99999, "> 99.99 %")]
    [InlineData(1.0, "> 99.99 %")]
    [InlineData(0.9996, "99.96 %")]
    [InlineData(0.95, "95 %")]
    [InlineData(0.0, "< 0.01 %")]
    public void A_probability_is_never_rounded_up_to_certainty(double probability, string text) => Assert.Equal(text, Figures.Percent(probability));
}
