using System.Diagnostics;
using System.Text;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Benchmarks;

/// <summary>What making an archive took. Generation stands apart: it is no part of detection.</summary>
/// <param name="NewTextCharacters">Mean length of the new user text, characters.</param>
/// <param name="TextBytes">Everything a sketch may read: new text, earlier output, system prompt, tools, answer.</param>
/// <param name="SketchWallSeconds">On <see cref="ArchiveMaker.Workers"/> threads, with texts that were written to memory and not read since.</param>
internal sealed record ArchiveMeasures(
    long Exchanges, int Accounts, double NewTextCharacters, long TextBytes, double GenerateCpuSeconds, double SketchCpuSeconds, double SketchWallSeconds);

/// <summary>Generates a population batch by batch with the clock stopped, and sketches each batch with the clock running.</summary>
internal static class ArchiveMaker
{
    public const int Workers = 2;
    const int Batch = 8_192; // some 60 MB of text: none of it is in a cache any more when it is sketched

    /// <exception cref="InvalidDataException">The scenario or the corpus cannot be read.</exception>
    public static ArchiveMeasures Make(SketchArchive archive, string scenario, ulong seed, double scale, string? corpus, TextWriter progress)
    {
        var simulation = new Simulation(
            ScenarioReader.Open(scenario), new SimulationOptions { Seed = seed, Scale = scale, Corpus = corpus is null ? null : new CorpusOptions(corpus, [], []) });
        archive.WriteRecords(simulation);
        var places = simulation.Truth.Select((truth, i) => (truth.Account, i)).ToDictionary(pair => pair.Account, pair => pair.i);
        var (models, ids, apps) = (new ModelNames(), new AccountIds(), new AppRegister(simulation.Apps));
        var sketchers = Enumerable.Range(0, Workers).Select(_ => new Sketcher(SketchArchive.Key, models, ids, apps)).ToArray();
        var (parsed, sketches) = (Enumerable.Range(0, Batch).Select(_ => new ParsedExchange()).ToArray(), new ExchangeSketch[Batch]);
        var (exchanges, characters, bytes, sketchCpu, sketchWall) = (0L, 0L, 0L, 0.0, 0.0);
        var told = Stopwatch.StartNew();
        using var sketchFile = archive.CreateSketches();
        using var labels = archive.CreateLabels();
        foreach (var batch in simulation.Exchanges().Chunk(Batch))
        {
            Parallel.For(0, batch.Length, new ParallelOptions { MaxDegreeOfParallelism = Workers }, i => ExchangeFiller.Fill(batch[i].Exchange, parsed[i]));
            for (var i = 0; i < batch.Length; i++)
            {
                models.IndexOf(parsed[i][parsed[i].Model]); // numbered in the order of time, whichever worker comes first
                characters += Encoding.UTF8.GetCharCount(parsed[i][parsed[i].NewUserText]);
                bytes += TextBytes(parsed[i]);
            }

            var (cpu, wall) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
            Sketch(sketchers, parsed, sketches, batch.Length);
            sketchWall += Stopwatch.GetElapsedTime(wall).TotalSeconds;
            sketchCpu += (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
            for (var i = 0; i < batch.Length; i++)
            {
                SketchArchive.Write(sketchFile, sketches[i]);
                SketchArchive.Write(labels, places[batch[i].Exchange.Account], sketches[i].TimeMs, batch[i].Label);
            }

            exchanges += batch.Length;
            if (told.Elapsed.TotalSeconds > 30)
            {
                progress.WriteLine($"{exchanges:N0} of {simulation.PlannedExchanges:N0} exchanges made; sketching so far {sketchWall:0.0} s");
                told.Restart();
            }
        }

        archive.WriteNames(models, ids);
        return new ArchiveMeasures(
            exchanges, places.Count, (double)characters / exchanges, bytes, Environment.CpuUsage.TotalTime.TotalSeconds - sketchCpu, sketchCpu, sketchWall);
    }

    static void Sketch(Sketcher[] sketchers, ParsedExchange[] parsed, ExchangeSketch[] sketches, int count)
    {
        var next = 0;
        Parallel.For(0, sketchers.Length, w =>
        {
            // In small portions, so that both workers end together.
            const int Portion = 256;
            for (var from = Interlocked.Add(ref next, Portion) - Portion; from < count; from = Interlocked.Add(ref next, Portion) - Portion)
            {
                for (var i = from; i < Math.Min(count, from + Portion); i++)
                {
                    sketchers[w].Sketch(parsed[i], out sketches[i]);
                }
            }
        });
    }

    static long TextBytes(ParsedExchange exchange) => (long)exchange[exchange.NewUserText].Length + exchange[exchange.PriorOutput].Length
        + exchange[exchange.System].Length + exchange[exchange.Tools].Length + exchange[exchange.ResponseText].Length;
}
