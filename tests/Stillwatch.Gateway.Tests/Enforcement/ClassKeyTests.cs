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

    /// <summary>The share of the exchanges of each label that a response with the campaign's keys would restrict, in its accounts; of the benign, in everybody's.</summary>
    Dictionary<ExchangeLabel, double> Run(ulong seed)
    {
        var hydra = ScenarioReader.Read(ScenarioReader.Find("disclosure-small")).Campaigns.First(c => c.Name == "hydra");
        var scenario = ScenarioReader.Read(ScenarioReader.Find("tiny")) with { Campaigns = [hydra with { Accounts = 70, CoverRatio = 0.1 }] };
        var simulation = new Simulation(scenario, new SimulationOptions { Seed = seed });
        var key = DetectionKey.FromText("class keys");
        var (models, ids) = (new ModelNames(), new AccountIds());
        var sketcher = new Sketcher(key, models, ids, new AppRegister(simulation.Apps));
        var detector = new CampaignDetector(
            new DetectorSettings { MemoryBytes = 256 << 20 }, key, new AccountDirectory(key, simulation.Accounts), models, ids);
        var sketches = new List<(ExchangeSketch Sketch, ExchangeLabel Label)>();
        var (writer, line, parsed) = (new ExchangeWriter(), new ArrayBufferWriter<byte>(), new ParsedExchange());
        foreach (var (exchange, label) in simulation.Exchanges())
        {
            line.ResetWrittenCount();
            writer.Write(exchange, line);
            Assert.True(ExchangeParser.TryParse(line.WrittenSpan, parsed, out _));
            sketcher.Sketch(parsed, out var sketch);
            sketches.Add((sketch, label));
            detector.Add(sketch);
        }

        writer.Dispose();
        detector.Complete();
        var report = detector.Report([]);
        var found = report.Campaigns.Where(c => c.Verdict != Verdict.Automation && c.ClassKeys.Count > 0).ToList();
        var restricted = found.SelectMany(c => c.Accounts.Select(a => (Account: a, Response: new AccountResponse(
            Rung.Shape, "case_1", c.DetectedAt, c.DetectedAt.AddDays(1), c.ClassKeys.ToFrozenSet())))).ToDictionary(r => r.Account, r => r.Response);
        output.WriteLine($"{found.Count} campaigns, {restricted.Count} accounts, {string.Join(" and ", found.Select(c => c.ClassKeys.Count))} keys");
        var anybody = new AccountResponse(Rung.Shape, "case_1", default, default, found.SelectMany(c => c.ClassKeys).ToFrozenSet());
        var shares = new Dictionary<ExchangeLabel, double>();
        foreach (var label in sketches.Where(s => s.Label == ExchangeLabel.Benign || restricted.ContainsKey(ids[s.Sketch.Account])).GroupBy(s => s.Label))
        {
            var matched = label.Count(s => (label.Key == ExchangeLabel.Benign ? anybody : restricted[ids[s.Sketch.Account]]).RungFor(s.Sketch) == Rung.Shape);
            shares[label.Key] = (double)matched / label.Count();
            output.WriteLine($"{label.Key}: {matched} of {label.Count()} restricted, {shares[label.Key]:P2}");
        }

        return shares;
    }
}
