using Stillwatch.Simulator;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Tests.Simulator;

/// <summary>The scenario at full size holds what was disclosed; it is too large to be run here, so its plan is counted and a hundredth of it run.</summary>
public sealed class DisclosureTests(ITestOutputHelper output)
{
    static Scenario Read(string name) => ScenarioReader.Open(name);

    [Fact]
    public void The_plan_adds_up_to_the_disclosed_figures()
    {
        var scenario = Read("disclosure");
        Assert.Equal([13_000_000L, 3_400_000, 150_000], scenario.Campaigns.Select(plan => plan.ExchangesTotal).OrderDescending());
        Assert.Equal(16_550_000, scenario.Campaigns.Sum(plan => plan.ExchangesTotal));
        Assert.Equal(24_000, scenario.Campaigns.Sum(plan => plan.Accounts));
        var hydra = scenario.Campaigns.Single(plan => plan.Kind == CampaignKind.Hydra);
        Assert.Equal(20_000, hydra.Accounts);
        Assert.True(hydra is { ResaleRatio: > 0, PivotRatio: >= 0.5 });
        Assert.Equal(250_000, scenario.Populations.Sum(plan => plan.Accounts));
        Assert.Equal(LookAlikeClasses.Names.Order(), scenario.Populations.Select(plan => plan.Class).Order());
        // Mean of a log-normal: median × exp(σ²/2).
        Assert.InRange(scenario.Populations.Sum(plan => plan.Accounts * plan.ExchangesMedian * Math.Exp(plan.ExchangesSigma * plan.ExchangesSigma / 2)), 15_700_000, 16_300_000);
    }

    [Fact]
    public void A_hundredth_has_a_hundredth_of_the_harvest_to_the_exchange_and_resale_on_top()
    {
        var simulation = Simulated.Make("disclosure", 1, 0.01);
        var truth = simulation.Truth.ToDictionary(item => item.Account);
        var labels = new Dictionary<(string, ExchangeLabel), long>();
        var (texts, characters, cold, benign) = (0L, 0L, new HashSet<int>(), 0L);
        var (moved, late) = (0, 0);
        var sent = new Dictionary<string, int>();
        foreach (var item in simulation.Exchanges())
        {
            var text = Twin.Text(item);
            (texts, characters) = (texts + 1, characters + text.Length);
            cold.Add(string.GetHashCode(text, StringComparison.Ordinal));
            var name = truth[item.Exchange.Account].Class;
            sent[item.Exchange.Account] = sent.GetValueOrDefault(item.Exchange.Account) + 1;
            labels[(name, item.Label)] = labels.GetValueOrDefault((name, item.Label)) + 1;
            benign += item.Label == ExchangeLabel.Benign ? 1 : 0;
            if (name == "campaign:hydra" && (item.Exchange.Time - simulation.Scenario.Start).TotalHours >= simulation.Scenario.Models.ReleaseHour + 24)
            {
                (late, moved) = (late + 1, moved + (item.Exchange.Request.Model == simulation.Scenario.Models.New ? 1 : 0));
            }
        }

        output.WriteLine($"{texts} exchanges, {characters / (double)texts:f0} new characters each, {cold.Count / (double)texts:p1} of them seen for the first time");
        // The disclosed totals leave no choice: this scenario is for size, not for recall, and the page says so.
        output.WriteLine($"ROC area of the number of exchanges alone: {Separation.Auc([.. sent.Select(pair => ((double)pair.Value, truth[pair.Key].Malicious))]):f3}");
        Assert.Equal(130_000, labels[("campaign:hydra", ExchangeLabel.Harvest)]);
        Assert.Equal(34_000, labels[("campaign:toollike", ExchangeLabel.Harvest)]);
        Assert.Equal(1_500, labels[("campaign:reasonlike", ExchangeLabel.Harvest)]);
        Assert.InRange(labels[("campaign:hydra", ExchangeLabel.Resale)], 26_000, 39_000);
        Assert.InRange(benign, 130_000, 190_000);
        Assert.InRange((double)moved / late, 0.42, 0.62);
        Assert.True(characters >= 600 * texts, $"mean new text: {characters / (double)texts:f0} characters");
        // Load tests repeat themselves by their nature; hardly anybody else does.
        Assert.True(cold.Count >= texts * 0.93);
    }

    [Fact]
    public void Needles_are_plain_rings_of_three_sizes_in_a_large_haystack()
    {
        var scenario = Read("needle");
        Assert.Equal([50, 100, 500], scenario.Campaigns.Select(plan => plan.Accounts));
        Assert.Equal(250_000, scenario.Populations.Sum(plan => plan.Accounts));
        Assert.All(scenario.Campaigns, plan => Assert.Equal(new AdaptationPlan(), plan.Adaptation));
        Assert.Equal(Read("disclosure-small").Populations.Select(plan => plan.ExchangesMedian), scenario.Populations.Select(plan => plan.ExchangesMedian));
    }
}
