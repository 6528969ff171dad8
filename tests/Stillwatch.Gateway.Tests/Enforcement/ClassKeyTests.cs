using System.Buffers;
using System.Collections.Frozen;
using Stillwatch.Engine;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Enforcement;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Gateway.Tests.Enforcement;

/// <summary>Whether the keys that come with a campaign tell its harvest from the resale and the cover its accounts serve too.</summary>
public sealed class ClassKeyTests(ITestOutputHelper output)
{
    [Fact]
    public void A_hydras_harvest_is_matched_and_what_it_resells_is_not()
    {
        var seen = Run(seed: 1);
        Assert.True(seen[ExchangeLabel.Harvest] > 0.9);
        Assert.True(seen[ExchangeLabel.Resale] < 0.02);
        Assert.True(seen.GetValueOrDefault(ExchangeLabel.Cover) < 0.1);
        Assert.True(seen[ExchangeLabel.Benign] < 0.02);
    }

    [Fact]
    public void The_names_of_an_accounts_links_stay_while_its_campaign_grows()
    {
        var (early, late) = (Names(Judged(seed: 1, share: 0.5).Report), Names(Judged(seed: 1, share: 1).Report));
        var both = early.Keys.Intersect(late.Keys).ToList();
        var same = both.Sum(a => early[a].Intersect(late[a]).Count());
        var (kept, known) = (same / (double)both.Sum(a => early[a].Count), same / (double)both.Sum(a => late[a].Count));
        output.WriteLine(
            $"{both.Count} accounts judged at half and at the end, {both.Average(a => early[a].Count):0.0} and {both.Average(a => late[a].Count):0.0} names each: " +
            $"{kept:P1} of the early ones kept, {known:P1} of the late ones known by half");
        Assert.True(both.Count >= 40);
        Assert.True(kept > 0.8, $"{kept}");
    }

    static Dictionary<string, IReadOnlyList<ulong>> Names(Report report) => report.Accounts.ToDictionary(a => a.Account, a => a.TraitKeys);

    /// <summary>The share of the exchanges of each label that a response with the campaign's keys would restrict, in its accounts; of the benign, in everybody's.</summary>
    Dictionary<ExchangeLabel, double> Run(ulong seed)
    {
        var (report, ids, sketches) = Judged(seed, share: 1);
        var found = report.Campaigns.Where(c => c.Verdict != Verdict.Automation && c.ClassKeys.Count > 0).ToList();
        var restricted = found.SelectMany(c => c.Accounts.Select(a => (Account: a, Response: ResponseOf(c.ClassKeys)))).ToDictionary(r => r.Account, r => r.Response);
        var anybody = ResponseOf(found.SelectMany(c => c.ClassKeys));
        output.WriteLine($"{found.Count} campaigns, {restricted.Count} accounts, {string.Join(" and ", found.Select(c => c.ClassKeys.Count))} keys");
        var shares = new Dictionary<ExchangeLabel, double>();
        foreach (var label in sketches.Where(s => s.Label == ExchangeLabel.Benign || restricted.ContainsKey(ids[s.Sketch.Account])).GroupBy(s => s.Label))
        {
            var matched = label.Count(s => (label.Key == ExchangeLabel.Benign ? anybody : restricted[ids[s.Sketch.Account]]).RungFor(s.Sketch) == Rung.Shape);
            shares[label.Key] = (double)matched / label.Count();
            output.WriteLine($"{label.Key}: {matched} of {label.Count()} restricted, {shares[label.Key]:P2}");
        }

        return shares;
    }

    static AccountResponse ResponseOf(IEnumerable<ulong> keys) => new(Rung.Shape, "case_1", default, DateTimeOffset.MaxValue, keys.ToFrozenSet());

    /// <summary>A tiny world with a hydra of 70 accounts (half harvest, two fifths resale, a tenth cover), judged after a share of its exchanges.</summary>
    static (Report Report, AccountIds Ids, List<(ExchangeSketch Sketch, ExchangeLabel Label)> Sketches) Judged(ulong seed, double share)
    {
        var hydra = ScenarioReader.Open("disclosure-small").Campaigns.First(c => c.Name == "hydra");
        var scenario = ScenarioReader.Open("tiny") with { Campaigns = [hydra with { Accounts = 70, CoverRatio = 0.1 }] };
        var simulation = new Simulation(scenario, new SimulationOptions { Seed = seed });
        var key = DetectionKey.FromText("class keys");
        var (models, ids) = (new ModelNames(), new AccountIds());
        var sketcher = new Sketcher(key, models, ids, new AppRegister(simulation.Apps));
        var detector = new CampaignDetector(
            new DetectorSettings { MemoryBytes = 256 << 20 }, key, new AccountDirectory(key, simulation.Accounts), models, ids);
        var sketches = new List<(ExchangeSketch Sketch, ExchangeLabel Label)>();
        var (line, parsed) = (new ArrayBufferWriter<byte>(), new ParsedExchange());
        using var writer = new ExchangeWriter();
        foreach (var (exchange, label) in simulation.Exchanges().Take((int)(share * simulation.PlannedExchanges)))
        {
            line.ResetWrittenCount();
            writer.Write(exchange, line);
            Assert.True(ExchangeParser.TryParse(line.WrittenSpan, parsed, out _));
            sketcher.Sketch(parsed, out var sketch);
            sketches.Add((sketch, label));
            detector.Add(sketch);
        }

        detector.Complete();
        return (detector.Report([]), ids, sketches);
    }
}
