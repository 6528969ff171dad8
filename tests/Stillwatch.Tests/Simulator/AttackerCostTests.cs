using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Evaluation;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Tests.Simulator;

public sealed class AttackerCostTests
{
    static readonly DateTimeOffset s_start = new(2026, 2, 2, 0, 0, 0, TimeSpan.Zero);
    static readonly AttackerPrices s_prices = new();

    [Fact]
    public void A_plain_budget_is_the_sum_of_its_parts()
    {
        // 100 accounts, half on shared cards of ten, four to an address of which half lie in data centres, opened ten days ahead on average.
        var budget = AttackerCost.Of(Plan(""), 48, 100, s_prices);
        var cards = (100 * 0.5 / 10) + (100 * 0.5);
        var addresses = 25 * ((0.5 * s_prices.DatacenterAddressUsd) + (0.5 * s_prices.ResidentialAddressUsd));
        Assert.Equal(
            (100 * s_prices.AccountUsd) + (cards * s_prices.CardUsd) + (85 * s_prices.DeviceUsd) + addresses + (100 * 10 * s_prices.IdleDayUsd) + s_prices.RingUsd,
            budget.OnceUsd, 9);
        Assert.Equal((s_prices.ExchangeUsd, 10.0), (budget.PerExchangeUsd, budget.DelayDays));
    }

    [Theory]
    [InlineData("own_card: true")]
    [InlineData("own_device: true")]
    [InlineData("own_signup: true")]
    [InlineData("residential: true")]
    [InlineData("paraphrase: pool, rewordings: 1000")]
    [InlineData("languages: 6")]
    [InlineData("rings: 4")]
    public void Every_adaptation_costs_something(string adaptation)
        => Assert.True(AttackerCost.Of(Plan(adaptation), 48, 100, s_prices).OnceUsd > AttackerCost.Of(Plan(""), 48, 100, s_prices).OnceUsd);

    [Fact]
    public void Machine_rewording_costs_with_every_exchange_and_a_rented_key_with_every_day()
    {
        Assert.Equal(s_prices.ExchangeUsd + s_prices.RewordingUsd, AttackerCost.Of(Plan("paraphrase: machine"), 48, 100, s_prices).PerExchangeUsd, 12);
        Assert.Equal((100 * 2 * s_prices.RentedKeyPerDayUsd) + s_prices.RingUsd, AttackerCost.Of(Plan("rented_ratio: 1"), 48, 100, s_prices).OnceUsd, 9);
    }

    [Fact]
    public void A_detected_account_is_spent_and_multipliers_compare_with_the_plain_campaign_of_the_run()
    {
        var result = Evaluate();
        var (plain, hidden) = (result.Costs.Single(cost => cost.Campaign == "campaign:plain"), result.Costs.Single(cost => cost.Campaign == "campaign:hidden"));
        var score = result.Campaigns.Single(item => item.Campaign == "campaign:plain");
        // Two accounts of ten exchanges each, both found after four; every tenth is cover.
        Assert.Equal((18L, 8L), (score.Harvested, score.HarvestedBeforeOwn));
        var budget = AttackerCost.Of(Scenario().Campaigns[0], 48, 2, s_prices);
        Assert.Equal(1000 * (budget.OnceUsd + (20 * budget.PerExchangeUsd)) / 18, plain.UndetectedUsd, 9);
        Assert.Equal(1000 * (budget.OnceUsd + (8 * budget.PerExchangeUsd)) / 8, plain.ServedUsd!.Value, 9);
        Assert.Equal((1.0, 1.0), (plain.UndetectedMultiplier, plain.ServedMultiplier));
        Assert.Equal(plain.ServedUsd!.Value / plain.UndetectedUsd, plain.HoldsMultiplier!.Value, 9);
        // Never found: what it paid for is what it got.
        Assert.Equal(1.0, hidden.HoldsMultiplier!.Value, 9);
        Assert.True(hidden.UndetectedMultiplier > 1 && hidden.ServedMultiplier < hidden.UndetectedMultiplier);
        Assert.Contains("Cost of 1,000 harvested exchanges", EvaluationText.Format(result));
        var pooled = EvaluationResult.Pool([result, result]);
        Assert.Equal(result.Costs.Select(cost => cost.UndetectedUsd), pooled.Costs.Select(cost => cost.UndetectedUsd));
        Assert.Equal(result.Costs.Select(cost => cost.DelayDays!.Value), pooled.Costs.Select(cost => cost.DelayDays!.Value));
    }

    static EvaluationResult Evaluate()
    {
        AccountTruth[] truth =
        [
            new("p1", null, "campaign:plain", true, Verdict.Distillation), new("p2", null, "campaign:plain", true, Verdict.Distillation),
            new("h1", null, "campaign:hidden", true, Verdict.Distillation), new("h2", null, "campaign:hidden", true, Verdict.Distillation),
        ];
        var report = Reports.Of(
            [Reports.Campaign("C-1", Verdict.Distillation, s_start.AddHours(2), "p1", "p2")],
            [Reports.Account("p1", "C-1", 0.95, s_start.AddHours(4), Rung.Verify), Reports.Account("p2", "C-1", 0.95, s_start.AddHours(4), Rung.Verify)]);
        var evaluator = new Evaluator(report, truth, id => id.EndsWith("-9", StringComparison.Ordinal) ? ExchangeLabel.Cover : ExchangeLabel.Harvest, Scenario());
        foreach (var (account, hour) in truth.SelectMany(item => Enumerable.Range(0, 10).Select(hour => (item.Account, hour))))
        {
            evaluator.Add(new LogEntry($"{account}-{hour}", account, s_start.AddHours(hour).ToUnixTimeMilliseconds()));
        }

        return evaluator.Result();
    }

    static CampaignPlan Plan(string adaptation) => ScenarioReader.Read($"{Head}{Campaign("plan", adaptation)}").Campaigns[0];

    static Scenario Scenario() => ScenarioReader.Read($"{Head}{Campaign("plain", "")}{Campaign("hidden", "own_card: true, residential: true")}");

    const string Head = "name: costs\nstart: 2026-02-02T00:00:00Z\nhours: 48\nmodels: {}\npopulations: []\ncampaigns:\n";

    static string Campaign(string name, string adaptation) => $$"""
          - name: {{name}}
            kind: harvest
            accounts: 100
            exchanges_median: 40
            start_hour: 0
            payment: {shared_ratio: 0.5, accounts_min: 5, accounts_max: 15}
            network: {accounts_per_prefix: 4, datacenter_ratio: 0.5}
            signup: {days: 20}
            adaptation: {{{adaptation}}}

        """;
}
