using System.Diagnostics;
using Stillwatch.Benchmarks.Baselines;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Benchmarks.Table;

/// <summary>
/// Every detector over the same traces: scenario after scenario, seed after seed, one at a time so that CPU time can be told apart.
/// </summary>
internal static class TableBenchmark
{
    /// <summary>Share of lawful accounts that may be flagged: the goal for <c>verify</c>.</summary>
    const double BudgetRatio = 0.001;

    /// <param name="markdown">File for the section, written anew after every scenario; null: standard output only.</param>
    /// <exception cref="InvalidDataException">A scenario cannot be read or has no lawful accounts.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Less than one seed.</exception>
    public static void Run(TableOptions options, string command, string? markdown, TextWriter output, TextWriter error)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Seeds, 1);
        var clock = Stopwatch.StartNew();
        var scenarios = options.Scenarios.Select(name => ScenarioReader.Open(name)).ToList();
        var runs = new List<RunScores>();
        var page = "";
        for (var done = 0; done < scenarios.Count; done++)
        {
            var history = BenignHistory.Of(scenarios[done], options.FirstSeed, options.Corpus);
            for (var i = 0; i < options.Seeds; i++)
            {
                var run = new TableRun
                {
                    Scenario = scenarios[done],
                    Seed = options.FirstSeed + (ulong)i,
                    Scale = options.Scale,
                    Corpus = options.Corpus,
                    WithRecords = options.WithRecords,
                };
                runs.Add(run.Play(history));
                error.WriteLine($"{scenarios[done].Name} seed {run.Seed} ({clock.Elapsed.TotalSeconds:0} s, {Environment.WorkingSet >> 20} MiB): {Costs(runs[^1])}");
            }

            var soFar = options with { Scenarios = [.. options.Scenarios.Take(done + 1)] };
            page = TablePage.Format(new DetectorTable(runs, BudgetRatio), runs, BudgetRatio, soFar.Title, command);
            if (markdown is not null)
            {
                File.WriteAllText(markdown, page);
            }
        }

        output.Write(page);
    }

    static string Costs(RunScores run)
        => $"{run.Exchanges:N0} exchanges; CPU-seconds {string.Join(", ", run.Entries.Select(entry => $"{entry.Name} {entry.CpuSeconds:0.0}"))}";
}
