using System.Globalization;
using Stillwatch.Engine;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Sketches;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Benchmarks;

internal static class RingDump
{
    public static void Run(string scenario, ulong seed, double scale, CorpusOptions? corpus, TextWriter output)
    {
        var simulation = new Simulation(ScenarioReader.Read(ScenarioReader.Find(scenario)), new SimulationOptions { Seed = seed, Scale = scale, Corpus = corpus });
        var truth = simulation.Truth.ToDictionary(t => t.Account);
        var key = DetectionKey.FromText("simulated run");
        var (models, ids, parsed) = (new ModelNames(), new AccountIds(), new ParsedExchange());
        var sketcher = new Sketcher(key, models, ids, new AppRegister(simulation.Apps));
        var detector = new CampaignDetector(new DetectorSettings(), key, new AccountDirectory(key, simulation.Accounts), models, ids);
        foreach (var (exchange, _) in simulation.Exchanges())
        {
            ExchangeFiller.Fill(exchange, parsed);
            sketcher.Sketch(parsed, out var sketch);
            detector.Add(sketch);
        }

        detector.Complete();
        foreach (var ring in detector.Candidates.DistinctBy(r => r.Ring.MembersHash))
        {
            var classes = ring.Ring.Members.GroupBy(m => truth[ids[m.Account.Name]].Class).OrderByDescending(g => g.Count()).ToList();
            var sign = ring.IsBenign ? -1 : 1;
            var items = ring.Balance.Items.OrderBy(i => i.Family).ThenBy(i => i.Trait).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i.Trait}={i.Value:0.###}:{sign * i.RawLogOdds:+0.0;-0.0;0}:{sign * i.LogOdds:+0.0;-0.0;0}"));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{scenario}\t{seed}\t{classes[0].Key}\t{classes[0].Count()}/{ring.Ring.Members.Count}\t{sign * ring.Logit:0.0}\t{ring.Verdict}\t{ring.Rung}\t{string.Join(' ', items)}"));
        }
    }
}
