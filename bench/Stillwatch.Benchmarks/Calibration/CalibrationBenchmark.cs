using System.Globalization;
using Stillwatch.Engine.Judgement;
using Stillwatch.Simulator.Corpus;

namespace Stillwatch.Benchmarks.Calibration;

/// <summary>A scenario and how often and how large it is run.</summary>
sealed record CalibrationRun(string Scenario, double Scale, int Seeds)
{
    /// <summary><c>NAME</c>, <c>NAME:SCALE</c> or <c>NAME:SCALE:SEEDS</c>.</summary>
    /// <exception cref="WrongArgumentException">It is none of them.</exception>
    public static CalibrationRun Parse(string text, double scale, int seeds)
    {
        var parts = text.Split(':');
        if ((parts.Length > 1 && !double.TryParse(parts[1], CultureInfo.InvariantCulture, out scale)) || (parts.Length > 2 && !int.TryParse(parts[2], CultureInfo.InvariantCulture, out seeds))
            || parts.Length > 3 || scale is not (> 0 and < double.PositiveInfinity) || seeds < 1)
        {
            throw new WrongArgumentException($"--scenarios {text}: must be NAME, NAME:SCALE or NAME:SCALE:SEEDS, such as tiny:0.5:20.");
        }

        return new CalibrationRun(BenchmarkArguments.Scenario("--scenarios", parts[0]), scale, seeds);
    }
}

/// <summary>Whether a ring's confidence keeps its word: every ring weighed at the quarters of a run, rejected ones included, against the truth.</summary>
/// <remarks>
/// The probability a ring states is that of being a campaign of either kind; it is one when more than half of its members are malicious. Stated four ways: by the evidence
/// with the engine's fixed intercept, by the map that comes with the engine, by maps fitted without the attack that the ring is of, whatever the scenario (what an attack
/// nobody has seen may expect), and by maps fitted without its class of lawful traffic either. Counted from the third quarter of a run on, once a day's traffic was seen;
/// the first two quarters are printed too: a ring with little behind it yet looks benign. Rings of one run overlap and are not independent; runs are.
/// </remarks>
internal static class CalibrationBenchmark
{
    // Wide: the simulations may say what they have to say. An operator's own examples are held much tighter.
    const double SlopeSpread = 0.5;
    const double InterceptSpread = 2;

    const int FirstQuarter = 3;

    public static void Run(IReadOnlyList<CalibrationRun> runs, ulong seed, CorpusOptions? corpus, string? file, TextWriter output, TextWriter error)
    {
        List<RingSample> rings;
        if (file is not null && File.Exists(file))
        {
            rings = [.. File.ReadLines(file).Select(RingSample.Parse)];
        }
        else
        {
            rings = Simulate(runs, seed, corpus, file, error);
        }

        Print(rings, output);
    }

    static List<RingSample> Simulate(IReadOnlyList<CalibrationRun> runs, ulong seed, CorpusOptions? corpus, string? file, TextWriter error)
    {
        var rings = new List<RingSample>();
        var each = runs.SelectMany(run => Enumerable.Range(0, run.Seeds).Select(i => (Run: run, Seed: seed + (ulong)i))).OrderBy(r => r.Seed).ToList();
        Parallel.ForEach(each, new ParallelOptions { MaxDegreeOfParallelism = Math.Min(2, Environment.ProcessorCount) }, one =>
        {
            var found = RingSample.Of(one.Run.Scenario, one.Seed, one.Run.Scale, corpus);
            lock (rings)
            {
                rings.AddRange(found);
                error.WriteLine($"{one.Run.Scenario} seed {one.Seed}: {found.Count} rings, {rings.Count} in all");
                if (file is not null)
                {
                    File.AppendAllLines(file, found.Select(f => f.Line));
                }
            }
        });
        return [.. rings.OrderBy(r => r.Scenario, StringComparer.Ordinal).ThenBy(r => r.Seed).ThenBy(r => r.Quarter).ThenBy(r => r.Sum)];
    }

    static void Print(List<RingSample> rings, TextWriter output)
    {
        List<RingSample> settled = [.. rings.Where(r => r.Quarter >= FirstQuarter)];
        var whole = Fit(settled);
        var heldOut = rings.Select(r => r.Family).Distinct().ToDictionary(f => f, f => Fit(settled.Where(r => r.Family != f)));
        (string Name, Func<RingSample, CalibrationMap> Map)[] ways =
        [
            ("evidence alone", _ => new CalibrationMap(1, 1, 1)),
            ("shipped map", _ => CalibrationMap.Shipped),
            ("fitted without the ring's own attack", r => r.Family.StartsWith("campaign:", StringComparison.Ordinal) ? heldOut[r.Family] : whole),
            ("fitted without the ring's own attack or class", r => heldOut[r.Family]),
        ];
        output.WriteLine($"{settled.Count:N0} rings of {Runs(settled):N0} runs from quarter {FirstQuarter} on, {settled.Count(r => r.IsCampaign):N0} of them campaigns, {settled.Select(r => r.Family).Distinct().Count()} families.");
        output.WriteLine($"Fitted on all of them: below {whole.Below:f2}, above {whole.Above:f2}, intercept {whole.Intercept:f2}");
        foreach (var (name, map) in ways)
        {
            var reliability = Of(settled, map);
            output.WriteLine($"{name}: expected calibration error {reliability.Error:f3}");
            reliability.Print(output);
        }

        output.WriteLine($"part: rings, true share; error of {string.Join("; ", ways.Select(w => w.Name))}");
        foreach (var quarter in rings.GroupBy(r => r.Quarter).OrderBy(g => g.Key))
        {
            Part($"quarter {quarter.Key}", quarter, r => Of(r, ways).Select(e => e.Error));
        }

        foreach (var scenario in settled.GroupBy(r => r.Scenario).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            Part(scenario.Key, scenario, r => Of(r, ways).Select(e => e.Error));
        }

        output.WriteLine("family: rings, true share; stated on average in the same ways");
        foreach (var family in settled.GroupBy(r => r.Family).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal))
        {
            Part(family.Key, family, r => ways.Select(w => r.Average(ring => Stated(ring, w.Map))));
        }

        void Part(string name, IEnumerable<RingSample> part, Func<List<RingSample>, IEnumerable<double>> figures)
        {
            List<RingSample> list = [.. part];
            output.WriteLine($"  {name}: {list.Count:N0}, {list.Average(r => r.IsCampaign ? 1.0 : 0):f3}; {string.Join(", ", figures(list).Select(f => $"{f:f3}"))}");
        }
    }

    static int Runs(IEnumerable<RingSample> rings) => rings.Select(r => (r.Scenario, r.Seed)).Distinct().Count();

    static IEnumerable<Reliability> Of(List<RingSample> rings, IEnumerable<(string Name, Func<RingSample, CalibrationMap> Map)> ways) => ways.Select(w => Of(rings, w.Map));

    static CalibrationMap Fit(IEnumerable<RingSample> rings) =>
        CalibrationFit.Of([.. rings.Select(r => new Outcome(r.Sum, r.IsCampaign))], new CalibrationMap(1, 1, 1), SlopeSpread, InterceptSpread);

    static double Stated(RingSample ring, Func<RingSample, CalibrationMap> map) => 1 / (1 + Math.Exp(-map(ring).At(ring.Sum)));

    static Reliability Of(IEnumerable<RingSample> rings, Func<RingSample, CalibrationMap> map) => new(rings.Select(r => (Stated(r, map), r.IsCampaign)));
}
