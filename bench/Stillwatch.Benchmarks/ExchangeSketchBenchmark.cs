using System.Diagnostics;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Benchmarks;

/// <summary>Cost of one sketch on a scenario's own exchanges, one warm thread, and a hash over all sketches: two builds are compared by both.</summary>
internal static class ExchangeSketchBenchmark
{
    public static void Run(SimulationOptions options, string scenario, int exchanges, int rounds, TextWriter output)
    {
        var simulation = new Simulation(ScenarioReader.Open(scenario), options);
        var parsed = new List<ParsedExchange>();
        foreach (var (exchange, _) in simulation.Exchanges().Take(exchanges))
        {
            parsed.Add(new ParsedExchange());
            ExchangeFiller.Fill(exchange, parsed[^1]);
        }

        var sketcher = new Sketcher(SketchArchive.Key, new ModelNames(), new AccountIds(), new AppRegister(simulation.Apps));
        var sketches = new ExchangeSketch[parsed.Count];
        var first = Measure(sketcher, parsed, sketches);
        var measured = Enumerable.Range(0, rounds).Select(_ => Measure(sketcher, parsed, sketches)).ToList();
        var (best, median) = (measured.Min(m => m.Us), measured.Select(m => m.Us).Order().ElementAt(rounds / 2));
        output.WriteLine(
            $"{parsed.Count:N0} exchanges of {scenario}, seed {options.Seed}: {best:0.000} us an exchange at best, {median:0.000} in the middle of {rounds} rounds; "
            + $"{measured.Max(m => m.Bytes):0.0} bytes allocated an exchange; sketches {first.Hash:x16}{(measured.All(m => m.Hash == first.Hash) ? "" : ", which CHANGED between rounds")}");
    }

    static (double Us, double Bytes, ulong Hash) Measure(Sketcher sketcher, List<ParsedExchange> parsed, ExchangeSketch[] sketches)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < sketches.Length; i++)
        {
            sketcher.Sketch(parsed[i], out sketches[i]);
        }

        var us = Stopwatch.GetElapsedTime(start).TotalMicroseconds / sketches.Length;
        return (us, (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)sketches.Length, XxHash3.HashToUInt64(MemoryMarshal.AsBytes(sketches.AsSpan())));
    }
}
