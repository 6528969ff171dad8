using System.CommandLine;
using System.Text.Json;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Verbs;

/// <summary><c>stillwatch simulate SCENARIO --out DIR</c>: writes a log whose truth is known.</summary>
/// <remarks>Exit codes: 0 written, 1 the directory cannot be written or it was stopped, 2 the scenario, the corpus or an option is wrong.</remarks>
static class SimulateVerb
{
    public static Command Create()
    {
        var scenario = new Argument<string>("scenario") { Description = $"A scenario file, or one of {string.Join(", ", ScenarioReader.BuiltIn)}." };
        var directory = new Option<string>("--out") { Description = "Directory for the log, the records and the truth.", Required = true };
        var scale = new Option<double>("--scale") { Description = "Factor on the number of accounts, never on what an account sends.", DefaultValueFactory = _ => 1 };
        var seed = new Option<ulong>("--seed") { Description = "The same seed gives the same bytes.", DefaultValueFactory = _ => 1UL };
        var corpus = new Option<string?>("--corpus") { Description = "Directory of real prompts (*.jsonl.gz) and traces; without it the built-in texts are used." };
        var exclude = new Option<string[]>("--exclude-source") { Description = "Leave out corpus records whose source or campaign matches (* and ?); repeatable." };
        var only = new Option<string[]>("--only-campaign-source") { Description = "Campaigns take their templates from matching harvest records only; repeatable." };
        var json = new Option<bool>("--json") { Description = "Print what was written as JSON." };
        var verb = new Command("simulate", "Write an exchange log of simulated customers and campaigns, with its truth.")
        {
            scenario, directory, scale, seed, corpus, exclude, only, json,
        };
        verb.SetAction((parsed, cancellationToken) => Task.Run(() => Run(
            parsed.GetRequiredValue(scenario),
            parsed.GetRequiredValue(directory),
            new SimulationOptions
            {
                Seed = parsed.GetValue(seed),
                Scale = parsed.GetValue(scale),
                Corpus = Options(parsed.GetValue(corpus), parsed.GetValue(exclude) ?? [], parsed.GetValue(only) ?? []),
            },
            parsed.GetValue(corpus) is null && (parsed.GetValue(exclude) is { Length: > 0 } || parsed.GetValue(only) is { Length: > 0 }),
            parsed.GetValue(json),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error,
            cancellationToken), CancellationToken.None));
        return verb;
    }

    static CorpusOptions? Options(string? directory, string[] exclude, string[] only)
        => directory is null ? null : new CorpusOptions(directory, [.. exclude.Select(text => new SourcePattern(text))], [.. only.Select(text => new SourcePattern(text))]);

    static int Run(
        string scenario, string directory, SimulationOptions options, bool patternsWithoutCorpus, bool json, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        if (patternsWithoutCorpus)
        {
            error.WriteLine("--exclude-source and --only-campaign-source choose among the records of a corpus: add --corpus DIR.");
            return 2;
        }

        if (string.IsNullOrWhiteSpace(directory))
        {
            error.WriteLine("--out is empty: name the directory the log goes to.");
            return 2;
        }

        if (options.Scale is not (> 0 and <= 1000))
        {
            error.WriteLine($"--scale {options.Scale}: must be above 0 and at most 1000.");
            return 2;
        }

        try
        {
            var text = ScenarioReader.Find(scenario);
            var simulation = new Simulation(ScenarioReader.Read(text, scenario), options);
            var progress = new ProgressLine(error, "exchanges simulated");
            SimulationWriter.Write(simulation, text, directory, progress.Report, cancellationToken);
            progress.End();
            return StandardOutput.TryWrite(() => Print(simulation, directory, options, json, output), $"The log is in {directory}.", error) ? 0 : 1;
        }
        catch (ScenarioException fault)
        {
            error.WriteLine(fault.Message);
            return 2;
        }
        catch (InvalidDataException fault)
        {
            error.WriteLine(fault.Message);
            return 2;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"--out {directory}: {fault.Message} Choose a directory that can be written and has room.");
            return 1;
        }
        catch (OperationCanceledException)
        {
            error.WriteLine($"--out {directory}: stopped in the middle; what was written is incomplete and keeps names that end in .partial.");
            return 1;
        }
    }

    static void Print(Simulation simulation, string directory, SimulationOptions options, bool json, TextWriter output)
    {
        var classes = simulation.Truth.CountBy(truth => truth.Class).OrderBy(pair => pair.Key, StringComparer.Ordinal).ToList();
        if (json)
        {
            using var buffer = new MemoryStream();
            using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
            {
                writer.WriteStartObject();
                writer.WriteString("scenario", simulation.Scenario.Name);
                writer.WriteNumber("version", simulation.Scenario.Version);
                writer.WriteString("out", directory);
                writer.WriteNumber("seed", options.Seed);
                writer.WriteNumber("scale", options.Scale);
                writer.WriteNumber("exchanges", simulation.PlannedExchanges);
                writer.WriteStartObject("accounts");
                foreach (var (name, count) in classes)
                {
                    writer.WriteNumber(name, count);
                }

                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            output.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
            return;
        }

        output.WriteLine($"{simulation.Scenario.Name} version {simulation.Scenario.Version}, seed {options.Seed}: {simulation.PlannedExchanges:N0} exchanges of {classes.Sum(pair => pair.Value):N0} accounts over {simulation.Scenario.Hours:0.#} hours in {directory}");
        foreach (var (name, count) in classes)
        {
            output.WriteLine($"  {name,-32}{count,8:N0} accounts");
        }
    }
}
