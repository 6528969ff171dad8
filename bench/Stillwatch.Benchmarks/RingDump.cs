using System.Globalization;
using Stillwatch.Engine;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Rings;
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
        var want = Environment.GetEnvironmentVariable("PROBE");
        if (want is not null)
        {
            var best = detector.Candidates.Where(r => r.Ring.Members.Count(m => truth[ids[m.Account.Name]].Class == want) * 2 > r.Ring.Members.Count).MaxBy(r => r.Ring.Members.Count);
            if (best is null) { output.WriteLine("no ring"); return; }
            var inside = best.Ring.Members.Select(m => m.Index).ToHashSet();
            var pop = best.Ring.Population;
            output.WriteLine($"ring of {inside.Count}, logit {best.Logit} {best.Verdict}");
            var cohort = ReferenceCohort.Of(pop, new AccountDirectory(key, simulation.Accounts), best.Ring.NowMs);
            var all = new Dictionary<uint, List<(int Account, int Uses)>>();
            for (var a = 0; a < pop.Count; a++)
            {
                var seen = new Dictionary<uint, int>();
                foreach (ref readonly var d in pop.Accounts[a].Digests)
                {
                    for (var k = 0; k < d.KeyCount; k++) { seen[d.Keys[k]] = seen.GetValueOrDefault(d.Keys[k]) + 1; }
                }

                foreach (var (k, n) in seen)
                {
                    if (n < 2) { continue; }
                    if (!all.TryGetValue(k, out var list)) { all[k] = list = []; }
                    list.Add((a, n));
                }
            }

            var outs = Enumerable.Range(0, pop.Count).Where(a => truth[ids[pop.Accounts[a].Name]].Class == want && !inside.Contains(a)).ToHashSet();
            foreach (var (k, list) in all.OrderByDescending(p => p.Value.Count(x => outs.Contains(x.Account))).Take(25))
            {
                var mine = list.Where(x => outs.Contains(x.Account)).ToList();
                var own = list.Where(x => truth[ids[pop.Accounts[x.Account].Name]].Class == want).ToList();
                var co = list.Where(x => cohort[x.Account]).ToList();
                var normal = list.Where(x => cohort.IsNormal(x.Account, x.Uses, pop.Accounts[x.Account].Digests.Length)).ToList();
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"key {k:x} kind {k >> 28}: out {mine.Count}, class {own.Count} (mean uses {own.Average(x => (double)x.Uses):0.0}), all {list.Count}, cohort {co.Count}, normal {normal.Count} of {cohort.Count}/{pop.Count}; others {string.Join(' ', list.Where(x => truth[ids[pop.Accounts[x.Account].Name]].Class != want).GroupBy(x => truth[ids[pop.Accounts[x.Account].Name]].Class).OrderByDescending(g => g.Count()).Take(4).Select(g => g.Key + ":" + g.Count()))}"));
            }

            return;
        }

        foreach (var ring in detector.Candidates.DistinctBy(r => r.Ring.MembersHash))
        {
            var classes = ring.Ring.Members.GroupBy(m => truth[ids[m.Account.Name]].Class).OrderByDescending(g => g.Count()).ToList();
            var sign = ring.IsBenign ? -1 : 1;
            var items = ring.Balance.Items.OrderBy(i => i.Family).ThenBy(i => i.Trait).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i.Trait}={i.Value:0.###}:{sign * i.RawLogOdds:+0.0;-0.0;0}:{sign * i.LogOdds:+0.0;-0.0;0}"));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{scenario}\t{seed}\t{classes[0].Key}\t{classes[0].Count()}/{ring.Ring.Members.Count}\t{sign * ring.Logit:0.0}\t{ring.Verdict}\t{ring.Rung}\t{string.Join(' ', items)}"));
        }
    }
}
