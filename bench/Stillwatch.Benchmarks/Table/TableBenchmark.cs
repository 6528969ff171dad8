using System.Diagnostics;
using Stillwatch.Benchmarks.Baselines;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Benchmarks.Table;

/// <summary>Every detector over the same traces: scenario after scenario, seed after seed, one at a time so that CPU time can be told apart.</summary>
internal static class TableBenchmark
{
    /// <summary>Share of lawful accounts that may be flagged: the goal for <c>verify</c>.</summary>
    const double BudgetRatio = 0.001;

    /// <param name="run">Scenario and seed are replaced.</param>
    /// <param name="markdown">File for the section; null: standard output only.</param>
    /// <exception cref="InvalidDataException">A scenario cannot be read or has no lawful accounts.</exception>
    public static void Run(IReadOnlyList<string> scenarios, ulong firstSeed, int seeds, double scale, CorpusOptions? corpus, bool withRecords, string command, string? markdown, TextWriter output, TextWriter error)
    {
        var clock = Stopwatch.StartNew();
        var runs = new List<RunScores>();
        foreach (var scenario in scenarios.Select(name => ScenarioReader.Read(ScenarioReader.Find(name))))
        {
            var history = BenignHistory.Of(scenario, firstSeed, corpus);
            for (var i = 0; i < seeds; i++)
            {
                var scores = new TableRun { Scenario = scenario, Seed = firstSeed + (ulong)i, Scale = scale, Corpus = corpus, WithRecords = withRecords }.Play(history);
                runs.Add(scores);
                error.WriteLine($"{scenario.Name} seed {scores.Seed} ({clock.Elapsed.TotalSeconds:0} s, {Environment.WorkingSet >> 20} MiB): {scores.Exchanges:N0} exchanges; CPU-seconds {string.Join(", ", scores.Entries.Select(entry => $"{entry.Name} {entry.CpuSeconds:0.0}"))}");
            }
        }

        var title = $"{string.Join(", ", scenarios.Select(name => $"`{name}`"))}, {seeds} {(seeds == 1 ? "seed" : "seeds")} each, scale {scale:0.##}, {(withRecords ? "with accounts and apps files" : "logs alone")}, {(corpus is null ? "built-in texts" : "corpus texts")}";
        var page = TablePage.Format(new DetectorTable(runs, BudgetRatio), runs, BudgetRatio, title, command);
        output.Write(page);
        if (markdown is not null)
        {
            File.WriteAllText(markdown, page);
        }
    }
}
