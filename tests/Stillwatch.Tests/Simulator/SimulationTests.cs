using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Simulator;
using Stillwatch.Storage.Logs;

namespace Stillwatch.Tests.Simulator;

public sealed class SimulationTests
{
    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_others()
    {
        var (first, again, other) = (Write(Simulated.Tiny(3)), Write(Simulated.Tiny(3)), Write(Simulated.Tiny(4)));
        Assert.Equal(first.Keys.Order(), again.Keys.Order());
        Assert.All(first, file => Assert.True(file.Value.AsSpan().SequenceEqual(again[file.Key]), file.Key));
        Assert.False(first["exchanges.jsonl.gz"].AsSpan().SequenceEqual(other["exchanges.jsonl.gz"]));
        Assert.Equal(
            ["accounts.jsonl", "apps.jsonl", "exchanges.jsonl.gz", "organizations.jsonl", "scenario.yaml", "truth-exchanges.jsonl.gz", "truth.jsonl"],
            first.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Exchanges_come_in_order_of_time_and_as_many_as_planned()
    {
        var simulation = Simulated.Tiny();
        var (count, last) = (0L, DateTimeOffset.MinValue);
        var created = simulation.Accounts.ToDictionary(record => record.Account, record => record.Created);
        foreach (var (exchange, _) in simulation.Exchanges())
        {
            Assert.True(exchange.Time >= last);
            Assert.True(exchange.Time >= created[exchange.Account], "an account calls before it exists");
            (count, last) = (count + 1, exchange.Time);
        }

        Assert.Equal(simulation.PlannedExchanges, count);
        Assert.InRange(count, 15_000, 30_000);
        Assert.True(last < simulation.Scenario.Start.AddHours(simulation.Scenario.Hours));
        Assert.Throws<InvalidOperationException>(() => simulation.Exchanges());
    }

    [Fact]
    public void Labels_and_verdicts_agree_with_the_kind_of_campaign()
    {
        var simulation = Simulated.Small();
        var truth = simulation.Truth.ToDictionary(item => item.Account);
        var counts = new Dictionary<(string Class, ExchangeLabel Label), int>();
        foreach (var (exchange, label) in simulation.Exchanges())
        {
            var key = (truth[exchange.Account].Class, label);
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }

        Assert.All(counts.Keys, key => Assert.Equal(key.Class.StartsWith("benign:", StringComparison.Ordinal), key.Label == ExchangeLabel.Benign));
        Assert.All(truth.Values, item => Assert.Equal(item.Malicious, item.Class.StartsWith("campaign:", StringComparison.Ordinal)));
        Assert.All(truth.Values.Where(item => item.Malicious), item => Assert.Equal(item.Class == "campaign:relay" ? Verdict.Resale : Verdict.Distillation, item.Verdict));
        int Of(string name, ExchangeLabel label) => counts.GetValueOrDefault(($"campaign:{name}", label));
        Assert.Equal(0, Of("relay", ExchangeLabel.Harvest));
        Assert.InRange((double)Of("hydra", ExchangeLabel.Resale) / Of("hydra", ExchangeLabel.Harvest), 0.4, 1.1);
        Assert.True(Of("codelike", ExchangeLabel.Harvest) > 10 * Of("codelike", ExchangeLabel.Cover));
    }

    [Fact]
    public void Scale_changes_accounts_and_not_what_they_send()
    {
        var (tenth, twice) = (Simulated.Make("disclosure-small", 1, 0.1), Simulated.Make("disclosure-small", 1, 0.2));
        Assert.InRange((double)twice.Accounts.Count() / tenth.Accounts.Count(), 1.95, 2.05);
        Assert.InRange((double)twice.PlannedExchanges / twice.Accounts.Count() / ((double)tenth.PlannedExchanges / tenth.Accounts.Count()), 0.85, 1.15);
        // At full scale: about 600 thousand.
        Assert.InRange(tenth.PlannedExchanges, 50_000, 72_000);
        var campaign = tenth.Truth.Where(item => item.Malicious).Select(item => item.Account).ToHashSet();
        var volumes = tenth.Exchanges().Select(item => item.Exchange.Account).Where(campaign.Contains).CountBy(account => account).Select(pair => pair.Value).Order().ToList();
        Assert.InRange(volumes[volumes.Count / 2], 20, 100);
    }

    [Fact]
    public void A_campaign_sends_new_items_and_partitions_them_over_its_accounts() => Partitioned(Simulated.Small());

    [Fact]
    public void So_it_does_with_the_templates_of_a_corpus() => Partitioned(Simulated.Small(corpus: Simulated.RequireCorpus()));

    static void Partitioned(Simulation simulation)
    {
        var members = simulation.Truth.Where(item => item.Class == "campaign:codelike").Select(item => item.Account).ToHashSet();
        var texts = new Dictionary<string, HashSet<string>>();
        var harvested = 0;
        foreach (var (exchange, label) in simulation.Exchanges())
        {
            if (label == ExchangeLabel.Harvest && members.Contains(exchange.Account) && exchange.Request.Messages is [{ Parts: [TextPart only] }])
            {
                harvested++;
                var key = $"{exchange.Request.System}\n{only.Text}";
                (texts.TryGetValue(key, out var accounts) ? accounts : texts[key] = []).Add(exchange.Account);
            }
        }

        // Tools that sample a prompt several times repeat it; otherwise hardly anything comes twice.
        Assert.True(texts.Count >= harvested / 8, $"{texts.Count} different items among {harvested}");
        Assert.True(texts.Values.Count(accounts => accounts.Count > 4) * 50 <= texts.Count);
    }

    [Fact]
    public void Campaigns_share_cards_and_ranges_and_customers_share_some_too()
    {
        var simulation = Simulated.Small();
        var truth = simulation.Truth.ToDictionary(item => item.Account);
        var cards = simulation.Accounts.Where(record => record.Payment is not null).GroupBy(record => record.Payment!).Where(group => group.Count() > 4).ToList();
        Assert.Contains(cards, group => group.All(record => truth[record.Account].Malicious));
        Assert.Contains(cards, group => group.All(record => !truth[record.Account].Malicious && record.Organization is null));
        var ranges = simulation.Exchanges().GroupBy(item => item.Exchange.Client!.Ip![..item.Exchange.Client.Ip!.LastIndexOf('.')])
            .Select(group => group.Select(item => truth[item.Exchange.Account].Malicious).Distinct().ToList()).ToList();
        var hostile = ranges.Where(kinds => kinds.Contains(true)).ToList();
        Assert.True(hostile.Count(kinds => kinds.Contains(false)) * 2 > hostile.Count, "most ranges of a proxy pool are to hold customers too");
    }

    [Fact]
    public void What_is_stopped_in_the_middle_does_not_look_like_a_set_and_leaves_an_earlier_one_alone()
    {
        var directory = Directory.CreateTempSubdirectory("stillwatch-sim").FullName;
        try
        {
            using var stop = new CancellationTokenSource();
            void Write() => SimulationWriter.Write(Simulated.Tiny(), "name: tiny\n", directory, (_, _) => stop.Cancel(), stop.Token);
            Assert.Throws<OperationCanceledException>(Write);
            Assert.All(Directory.GetFiles(directory), path => Assert.EndsWith(".partial", path));
            Assert.Throws<LogUnreadableException>(() => LogSource.Open([directory]));

            File.WriteAllText(Path.Combine(directory, "exchanges.jsonl.gz"), "earlier");
            Assert.Throws<OperationCanceledException>(Write);
            Assert.Equal("earlier", File.ReadAllText(Path.Combine(directory, "exchanges.jsonl.gz")));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    static Dictionary<string, byte[]> Write(Simulation simulation)
    {
        var directory = Directory.CreateTempSubdirectory("stillwatch-sim").FullName;
        try
        {
            SimulationWriter.Write(simulation, "name: tiny\n", directory, cancellationToken: TestContext.Current.CancellationToken);
            return Directory.GetFiles(directory).ToDictionary(path => Path.GetFileName(path), File.ReadAllBytes);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
