using System.Text.Json;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Tests.Simulator;

public sealed class ScenarioTests
{
    [Fact]
    public void The_built_in_scenarios_can_be_read()
    {
        Assert.Equal(
            ["adaptive-clean", "adaptive-content", "adaptive-cover", "adaptive-infrastructure", "adaptive-tiny", "disclosure", "disclosure-small", "framing", "lookalikes-only", "lookalikes-reworded", "needle", "tiny"],
            ScenarioReader.BuiltIn.Order(StringComparer.Ordinal));
        Assert.All(ScenarioReader.BuiltIn, name => Assert.Equal(name, ScenarioReader.Open(name).Name));
    }

    [Fact]
    public void The_large_scenario_holds_what_it_promises()
    {
        var scenario = ScenarioReader.Open("disclosure-small");
        Assert.True(scenario.Populations.Sum(plan => plan.Accounts) >= 12_000);
        Assert.True(scenario.Campaigns.Sum(plan => plan.Accounts) >= 1_500);
        Assert.All(scenario.Campaigns, plan => Assert.True(plan.ExchangesMedian <= 100));
        // Twenty seeds give the 3,000 accounts per class that a bound of 0.1 % needs.
        Assert.All(scenario.Populations, plan => Assert.True(plan.Accounts >= 150, plan.Class));
        Assert.Equal(LookAlikeClasses.Names.Order(), scenario.Populations.Select(plan => plan.Class).Order());
        Assert.Contains(scenario.Campaigns, plan => plan.Kind == CampaignKind.Hydra);
        Assert.Contains(scenario.Campaigns, plan => plan.Kind == CampaignKind.Relay);
        Assert.Contains(scenario.Campaigns, plan => plan.PivotRatio > 0.4);
    }

    [Fact]
    public void The_look_alikes_are_the_same_with_nothing_malicious_among_them()
    {
        var scenario = ScenarioReader.Open("lookalikes-only");
        Assert.Empty(scenario.Campaigns);
        Assert.Equal(ScenarioReader.Open("disclosure-small").Populations, scenario.Populations);
    }

    [Fact]
    public void All_faults_of_a_file_are_named_at_once_with_key_value_and_cure()
    {
        var faults = Assert.Throws<ScenarioException>(() => ScenarioReader.Read("""
            name: broken
            start: tomorrow
            hours: 9000
            colour: red
            models: {adoption_ratio: 2}
            populations:
              - {class: unicorn, accounts: 10, exchanges_median: 5, wings: 2}
            campaigns: []
            """)).Faults;
        Assert.Contains(faults, fault => fault.Contains("start") && fault.Contains("tomorrow") && fault.Contains("2026-02-02"));
        Assert.Contains(faults, fault => fault.Contains("hours") && fault.Contains("9000") && fault.Contains("240"));
        Assert.Contains(faults, fault => fault.StartsWith("colour: unknown key", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.StartsWith("models.adoption_ratio", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.StartsWith("populations[0].class", StringComparison.Ordinal) && fault.Contains("viral-app"));
        Assert.Contains(faults, fault => fault.StartsWith("populations[0].wings: unknown key", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("- a\n- b")]
    [InlineData("name: [unclosed")]
    [InlineData("name: a\nname: b")]
    public void What_is_no_scenario_is_refused(string text) => Assert.Throws<ScenarioException>(() => ScenarioReader.Read(text));

    [Fact]
    public void The_published_schema_has_the_keys_the_reader_asks_for()
    {
        var asked = new HashSet<(string Section, string Key)>();
        ScenarioReader.Read(ScenarioReader.Find("disclosure-small"), asked);
        var published = new HashSet<(string Section, string Key)>();
        using var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(Conventions.Repository.Root, "docs", "scenario.schema.json")));
        Collect("scenario", schema.RootElement, published);
        Assert.Equal(published.Order(), asked.Order());
    }

    static void Collect(string section, JsonElement schema, HashSet<(string Section, string Key)> keys)
    {
        Assert.False(schema.GetProperty("additionalProperties").GetBoolean());
        foreach (var property in schema.GetProperty("properties").EnumerateObject())
        {
            keys.Add((section, property.Name));
            var inner = property.Value.TryGetProperty("items", out var items) ? items : property.Value;
            if (inner.TryGetProperty("properties", out _))
            {
                Collect(property.Name, inner, keys);
            }
        }
    }
}
