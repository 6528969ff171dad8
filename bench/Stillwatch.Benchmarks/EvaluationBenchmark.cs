using System.Diagnostics;
using Stillwatch.Simulator.Evaluation;

namespace Stillwatch.Benchmarks;

/// <summary>The scenario with many seeds, pooled: the table for people and a section for <c>docs/evaluation.md</c>.</summary>
internal static class EvaluationBenchmark
{
    /// <summary>What one run of scale 1 may need at its peak: a scan of as much traffic peaks at 0.8 GB, the simulation beside it has room to spare.</summary>
    const double RunBytes = 2e9;

    /// <param name="markdown">File for the section; null: standard output only.</param>
    /// <param name="plot">File for the reliability plot, SVG.</param>
    public static void Run(SimulatedRun run, int seeds, string command, string? markdown, string? plot, TextWriter output, TextWriter error)
    {
        var clock = Stopwatch.StartNew();
        var atOnce = Math.Clamp((int)(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes * 0.7 / (RunBytes * Math.Max(0.2, run.Scale))), 1, Math.Min(2, Environment.ProcessorCount));
        var results = new EvaluationResult[seeds];
        var done = 0;
        Parallel.For(0, seeds, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, i =>
        {
            results[i] = (run with { Seed = run.Seed + (ulong)i }).Evaluate();
            var worst = results[i].Campaigns.MinBy(score => score.RecallRatio);
            error.WriteLine($"seed {run.Seed + (ulong)i} ({Interlocked.Increment(ref done)} of {seeds}, {clock.Elapsed.TotalSeconds:0} s): restricted {results[i].Classes.Sum(score => score.Restricted)}, verified {results[i].Classes.Sum(score => score.Verified)} benign accounts; lowest recall {worst?.RecallRatio ?? 1:P1} {worst?.Campaign}");
        });

        var pooled = EvaluationResult.Pool(results);
        output.Write(EvaluationText.Format(pooled));
        if (markdown is not null)
        {
            File.WriteAllText(markdown, EvaluationPage.Format(pooled, run, command));
        }

        if (plot is not null)
        {
            File.WriteAllText(plot, ReliabilityPlot.Svg(pooled));
        }
    }
}
