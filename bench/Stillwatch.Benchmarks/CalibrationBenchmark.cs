using Stillwatch.Engine;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Sketches;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Benchmarks;

/// <summary>Whether a ring's confidence keeps its word: every ring weighed at the end of a run, rejected ones included, against the truth.</summary>
/// <remarks>
/// The probability a ring states is that of being a campaign of either kind; it is one when more than half of its members are malicious. Rings of the same
/// members count once. Nothing is fitted here: the one intercept the engine has was set before any adaptive family existed, so all of them are held out.
/// Rings of one run overlap and are not independent; runs are.
/// </remarks>
internal static class CalibrationBenchmark
{
    const int Bins = 10;

    public static void Run(string[] scenarios, int seeds, ulong seed, double scale, CorpusOptions? corpus, TextWriter output, TextWriter error)
    {
        var pooled = new Tally();
        foreach (var scenario in scenarios)
        {
            var tally = new Tally();
            Parallel.For(0, seeds, new ParallelOptions { MaxDegreeOfParallelism = Math.Min(2, Environment.ProcessorCount) }, i =>
            {
                var rings = Rings(scenario, seed + (ulong)i, scale, corpus);
                lock (tally)
                {
                    rings.ForEach(r => tally.Add(r.Stated, r.IsTrue));
                    error.WriteLine($"{scenario} seed {seed + (ulong)i}: {rings.Count} rings");
                }
            });
            tally.Print(scenario, output);
            pooled.Add(tally);
        }

        pooled.Print("all", output);
    }

    static List<(double Stated, bool IsTrue)> Rings(string scenario, ulong seed, double scale, CorpusOptions? corpus)
    {
        var simulation = new Simulation(ScenarioReader.Read(ScenarioReader.Find(scenario)), new SimulationOptions { Seed = seed, Scale = scale, Corpus = corpus });
        var malicious = simulation.Truth.Where(t => t.Malicious).Select(t => t.Account).ToHashSet();
        var key = DetectionKey.FromText("calibration");
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
        return [.. detector.Candidates.DistinctBy(ring => ring.Ring.MembersHash).Select(ring => (
            ring.IsBenign ? 1 - ring.Confidence : ring.Confidence,
            ring.Ring.Members.Count(m => malicious.Contains(ids[m.Account.Name])) * 2 > ring.Ring.Members.Count))];
    }

    sealed class Tally
    {
        readonly (int Rings, double Stated, int True)[] _bins = new (int, double, int)[Bins];

        public void Add(double stated, bool isTrue)
        {
            ref var bin = ref _bins[Math.Clamp((int)(stated * Bins), 0, Bins - 1)];
            bin = (bin.Rings + 1, bin.Stated + stated, bin.True + (isTrue ? 1 : 0));
        }

        public void Add(Tally other)
        {
            for (var b = 0; b < Bins; b++)
            {
                _bins[b] = (_bins[b].Rings + other._bins[b].Rings, _bins[b].Stated + other._bins[b].Stated, _bins[b].True + other._bins[b].True);
            }
        }

        public void Print(string name, TextWriter output)
        {
            var rings = _bins.Sum(b => b.Rings);
            var calibrationError = rings == 0 ? 0 : _bins.Sum(b => Math.Abs(b.Stated - b.True)) / rings;
            output.WriteLine($"{name}: {rings:N0} rings, {_bins.Sum(b => b.True):N0} of them campaigns; expected calibration error {calibrationError:f3}");
            for (var b = 0; b < Bins; b++)
            {
                if (_bins[b].Rings > 0)
                {
                    output.WriteLine($"  {b / 10.0:f1} to {(b + 1) / 10.0:f1}: {_bins[b].Rings,6:N0} rings, stated {_bins[b].Stated / _bins[b].Rings:f3}, true {(double)_bins[b].True / _bins[b].Rings:f3}");
                }
            }
        }
    }
}
