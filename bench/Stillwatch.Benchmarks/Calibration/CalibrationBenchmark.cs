using Stillwatch.Engine.Judgement;
using Stillwatch.Simulator.Corpus;

namespace Stillwatch.Benchmarks.Calibration;

/// <summary>A scenario and how often and how large it is run.</summary>
sealed record CalibrationRun(string Scenario, double Scale, int Seeds)
{
    /// <summary><c>NAME</c>, <c>NAME:SCALE</c> or <c>NAME:SCALE:SEEDS</c>.</summary>
    public static CalibrationRun Parse(string text, double scale, int seeds)
    {
        var parts = text.Split(':');
        return new CalibrationRun(
            parts[0], parts.Length > 1 ? double.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture) : scale,
            parts.Length > 2 ? int.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture) : seeds);
    }
}

/// <summary>Whether a ring's confidence keeps its word: every ring weighed at the quarters of a run, rejected ones included, against the truth.</summary>
/// <remarks>
/// The probability a ring states is that of being a campaign of either kind; it is one when more than half of its members are malicious. Stated three ways: by the evidence
/// with the engine's fixed intercept, by the map that comes with the engine, and by maps fitted without the ring's own family (its campaign's, or its class of
/// lawful traffic), whatever the scenario: that last is what a family nobody has seen may expect. Rings of one run overlap and are not independent; runs are.
/// </remarks>
internal static class CalibrationBenchmark
{
    // Wide: the simulations may say what they have to say. An operator's own examples are held much tighter.
    const double SlopeSpread = 0.5;
    const double InterceptSpread = 2;

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
        var whole = Fit(rings);
        var heldOut = rings.Select(r => r.Family).Distinct().ToDictionary(f => f, f => Fit(rings.Where(r => r.Family != f)));
        (string Name, Func<RingSample, CalibrationMap> Map)[] ways =
        [
            ("evidence alone", _ => new CalibrationMap(1, 1, 1)),
            ("shipped map", _ => CalibrationMap.Shipped),
            ("fitted without the ring's family", r => heldOut[r.Family]),
        ];
        output.WriteLine($"{rings.Count:N0} rings of {rings.Select(r => (r.Scenario, r.Seed)).Distinct().Count():N0} runs, {rings.Count(r => r.IsCampaign):N0} of them campaigns, {heldOut.Count} families.");
        output.WriteLine($"Fitted on all: below {whole.Below:f2}, above {whole.Above:f2}, intercept {whole.Intercept:f2}");
        foreach (var (name, map) in ways)
        {
            var reliability = Of(rings, map);
            output.WriteLine($"{name}: expected calibration error {reliability.Error:f3}");
            reliability.Print(output);
        }

        foreach (var group in rings.GroupBy(r => r.Scenario).Append<IEnumerable<RingSample>>(rings.Where(r => r.Quarter == 4)))
        {
            List<RingSample> part = [.. group];
            var name = group is IGrouping<string, RingSample> { Key: var scenario } ? scenario : "at the ends of the runs alone";
            output.WriteLine($"{name}: {part.Count:N0} rings; error {string.Join(", ", ways.Select(w => $"{w.Name} {Of(part, w.Map).Error:f3}"))}");
        }

        output.WriteLine("family: rings, true share; stated by each way on average");
        foreach (var family in rings.GroupBy(r => r.Family).OrderByDescending(g => g.Count()))
        {
            List<RingSample> part = [.. family];
            output.WriteLine($"  {family.Key}: {part.Count:N0}, {part.Average(r => r.IsCampaign ? 1.0 : 0):f3}; {string.Join(", ", ways.Select(w => $"{part.Average(r => Stated(r, w.Map)):f3}"))}");
        }
    }

    static CalibrationMap Fit(IEnumerable<RingSample> rings) =>
        CalibrationFit.Of([.. rings.Select(r => new Outcome(r.Sum, r.IsCampaign))], new CalibrationMap(1, 1, 1), SlopeSpread, InterceptSpread);

    static double Stated(RingSample ring, Func<RingSample, CalibrationMap> map) => 1 / (1 + Math.Exp(-map(ring).At(ring.Sum)));

    static Reliability Of(IEnumerable<RingSample> rings, Func<RingSample, CalibrationMap> map) => new(rings.Select(r => (Stated(r, map), r.IsCampaign)));
}
