using System.Globalization;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Tests.Simulator;

/// <summary>One campaign among some customers, with or without an adaptation: two of the same seed differ in nothing else.</summary>
sealed class Twin
{
    public required IReadOnlyDictionary<string, AccountRecord> Accounts { get; init; }

    public required IReadOnlyDictionary<string, AccountTruth> Truth { get; init; }

    /// <summary>The campaign's exchanges, in order of time.</summary>
    public required IReadOnlyList<SimulatedExchange> Sent { get; init; }

    /// <summary>Everybody else's.</summary>
    public required IReadOnlyList<SimulatedExchange> Others { get; init; }

    public required Scenario Scenario { get; init; }

    public IEnumerable<AccountRecord> Members => Accounts.Values.Where(record => Truth[record.Account].Malicious);

    public static Twin Plain(string more = "") => With("", more);

    /// <param name="adaptation">What stands between the braces of <c>adaptation</c>.</param>
    /// <param name="more">Further lines of the campaign, each <c>key: value</c>, by semicolons.</param>
    public static Twin With(string adaptation, string more = "", string populations = "", int accounts = 80, ulong seed = 5)
    {
        var keys = new Dictionary<string, string>
        {
            ["kind"] = "harvest", ["capabilities"] = "[reasoning, coding, synthetic]", ["exchanges_median"] = "44", ["cover_ratio"] = "0.05", ["start_hour"] = "3",
            ["payment"] = "{shared_ratio: 0.7, accounts_min: 5, accounts_max: 20, bins: 3}", ["network"] = "{accounts_per_prefix: 4, datacenter_ratio: 0.4, rotations_per_day: 1.5}",
            ["signup"] = "{waves: 5, days: 40, wave_minutes: 120}",
        };
        foreach (var line in more.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            keys[line[..line.IndexOf(':', StringComparison.Ordinal)]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        }

        var scenario = ScenarioReader.Read($$"""
            name: twin
            start: 2026-02-02T00:00:00Z
            hours: 48
            models: {}
            populations:
              - {class: chat, accounts: 150, exchanges_median: 10}
              - {class: corporate-network, accounts: 40, exchanges_median: 10, groups: 3}
            {{populations}}
            campaigns:
              - name: twin
                accounts: {{accounts.ToString(CultureInfo.InvariantCulture)}}
            {{string.Join('\n', keys.Select(pair => $"    {pair.Key}: {pair.Value}"))}}
                adaptation: {{{adaptation}}}
            """);
        var simulation = new Simulation(scenario, new SimulationOptions { Seed = seed });
        var truth = simulation.Truth.ToDictionary(item => item.Account);
        var all = simulation.Exchanges().ToList();
        return new Twin
        {
            Scenario = scenario,
            Accounts = simulation.Accounts.ToDictionary(record => record.Account),
            Truth = truth,
            Sent = [.. all.Where(item => truth[item.Exchange.Account].Malicious)],
            Others = [.. all.Where(item => !truth[item.Exchange.Account].Malicious)],
        };
    }

    /// <summary>New user text of an exchange.</summary>
    public static string Text(SimulatedExchange item)
        => string.Concat(item.Exchange.Request.Messages[^1].Parts.Select(part => part is TextPart text ? text.Text : part is ToolResultPart result ? result.Text : ""));

    public static string Prefix(string ip) => ip[..ip.LastIndexOf('.')];

    /// <summary>Each account's sending times.</summary>
    public IEnumerable<(string Account, List<DateTimeOffset> Times)> Times
        => Sent.GroupBy(item => item.Exchange.Account).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => (group.Key, group.Select(item => item.Exchange.Time).ToList()));

    /// <summary>Share of the campaign's exchanges with this label.</summary>
    public double Share(ExchangeLabel label) => (double)Sent.Count(item => item.Label == label) / Sent.Count;
}
