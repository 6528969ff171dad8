using Stillwatch.Simulator;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Tests.Simulator;

/// <summary>Simulations that several tests need.</summary>
static class Simulated
{
    public const string CorpusVariable = "STILLWATCH_CORPUS";

    public static Simulation Tiny(ulong seed = 1, CorpusOptions? corpus = null) => Make("tiny", seed, 1, corpus);

    /// <summary>The large scenario with a tenth of its accounts.</summary>
    public static Simulation Small(ulong seed = 1, CorpusOptions? corpus = null) => Make("disclosure-small", seed, 0.1, corpus);

    public static Simulation Make(string scenario, ulong seed, double scale, CorpusOptions? corpus = null)
        => new(ScenarioReader.Open(scenario), new SimulationOptions { Seed = seed, Scale = scale, Corpus = corpus });

    /// <summary>The corpus that <see cref="CorpusVariable"/> names; the test is skipped without one (its twin runs on the built-in texts).</summary>
    public static CorpusOptions RequireCorpus(IReadOnlyList<SourcePattern>? exclude = null, IReadOnlyList<SourcePattern>? only = null)
    {
        var directory = Environment.GetEnvironmentVariable(CorpusVariable);
        if (string.IsNullOrEmpty(directory))
        {
            Assert.Skip($"{CorpusVariable} is not set: no real prompts on this machine.");
        }

        return new CorpusOptions(directory!, exclude ?? [], only ?? []);
    }
}
