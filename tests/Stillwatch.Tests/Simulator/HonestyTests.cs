using Stillwatch.Engine.Exchanges;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Tests.Simulator;

/// <summary>A benchmark that one threshold solves measures nothing.</summary>
public sealed class HonestyTests(ITestOutputHelper output)
{
    [Fact]
    public void No_feature_of_a_single_account_separates_campaigns_from_customers() => Check(Simulated.Small());

    [Fact]
    public void Nor_does_one_with_the_texts_of_a_corpus() => Check(Simulated.Small(corpus: Simulated.RequireCorpus()));

    [Theory]
    [InlineData("adaptive-content")]
    [InlineData("adaptive-infrastructure")]
    [InlineData("adaptive-cover")]
    [InlineData("adaptive-clean")]
    [InlineData("framing")]
    public void Nor_does_one_separate_adaptive_attackers(string scenario) => Check(Simulated.Make(scenario, 1, 0.15));

    void Check(Simulation simulation)
    {
        var truth = simulation.Truth.ToDictionary(item => item.Account, item => item.Malicious);
        var accounts = simulation.Accounts.ToDictionary(record => record.Account);
        var sharing = accounts.Values.Where(record => record.Payment is not null).CountBy(record => record.Payment!).ToDictionary();
        var features = accounts.ToDictionary(pair => pair.Key, pair => new AccountFeatures(pair.Value));
        foreach (var (exchange, _) in simulation.Exchanges())
        {
            features[exchange.Account].Add(exchange, simulation.Scenario.Models.New);
        }

        var end = simulation.Scenario.Start.AddHours(simulation.Scenario.Hours);
        var points = features.Where(pair => pair.Value.Exchanges > 0)
            .SelectMany(pair => pair.Value.Values(end, accounts[pair.Key].Payment is { } token ? sharing[token] : 0)
                .Select(value => (value.Name, Point: (value.Value, truth[pair.Key]))))
            .GroupBy(item => item.Name, item => item.Point)
            .Select(group => (Name: group.Key, Auc: Separation.Auc([.. group]), Stump: Separation.BestStump([.. group])))
            .OrderByDescending(item => item.Auc).ToList();
        foreach (var (name, auc, stump) in points)
        {
            output.WriteLine($"{name,-34} AUC {auc:f3}  stump {stump:f3}");
        }

        Assert.All(points, point => Assert.True(point.Auc <= 0.85 && point.Stump <= 0.85, $"{point.Name}: AUC {point.Auc:f3}, best stump {point.Stump:f3}"));
    }
}
