using Stillwatch.Benchmarks.Baselines;
using Stillwatch.Benchmarks.Table;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Tests.Benchmarks;

public sealed class TableTests
{
    [Fact]
    public void A_small_world_gives_every_detector_a_column_within_the_budget()
    {
        var scenario = ScenarioReader.Open("tiny");
        var history = BenignHistory.Of(scenario, 3, corpus: null);
        var run = new TableRun { Scenario = scenario, Seed = 3, Scale = 0.3 }.Play(history);
        var table = new DetectorTable([run], budgetRatio: 0.01);
        Assert.Equal(
            ["rate", "PRADA", "SEAT", "MMD", "near-duplicates", "SynchroTrap", "FRAUDAR", "signal sum", DetectorTable.Confidence, DetectorTable.ShapeRule, DetectorTable.Rule],
            table.All.Select(column => column.Name));
        var lawful = run.Truth.Count(item => !item.Malicious);
        Assert.All(table.Baselines, column => Assert.True(column.PooledFalsePositives.Hits <= 0.01 * lawful, column.Name));
        Assert.All(table.All, column => Assert.Equal((run.Truth.Count - lawful, lawful), (column.PooledRecall.Trials, column.PooledFalsePositives.Trials)));
        Assert.All(table.Baselines, column => Assert.True(column.RecallAtNone <= column.PooledRecall.Ratio, column.Name));

        var page = TablePage.Format(table, [run], 0.01, "`tiny`", "./build.sh bench table");
        Assert.All(table.Families.Concat(table.LookAlikes), name => Assert.Contains($"| {name} (", page));
        Assert.Contains("wins,", page);
    }

    [Fact]
    public void A_scenario_without_lawful_accounts_is_refused_by_name()
    {
        var scenario = ScenarioReader.Open("tiny") with { Populations = [] };
        Assert.Contains("tiny has no lawful accounts", Assert.Throws<InvalidDataException>(() => BenignHistory.Of(scenario, 1, null)).Message);
    }

    [Fact]
    public void Licensed_accounts_are_flagged_by_no_baseline()
    {
        var scenario = ScenarioReader.Open("tiny");
        var run = new TableRun { Scenario = scenario, Seed = 4, Scale = 0.3 }.Play(BenignHistory.Of(scenario, 4, corpus: null));
        var licensed = Enumerable.Range(0, run.Truth.Count).Where(account => run.Truth[account].Class == "benign:licensed-distillation").ToList();
        Assert.NotEmpty(licensed);
        Assert.All(
            run.Entries.Where(entry => entry.Name != StillwatchEntry.Name).SelectMany(entry => entry.Settings),
            setting => Assert.All(licensed, account => Assert.Equal(ScoredSetting.Unjudged, setting.ByAccount[account])));
    }
}
