using System.CommandLine;
using Stillwatch.Engine;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Sketches;
using Stillwatch.Scan;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Verbs;

/// <summary><c>stillwatch demo</c>: simulates a small campaign among customers, scans the log, and shows what was found.</summary>
/// <remarks>Exit codes: 0 a distillation campaign was found, 1 none within 3 minutes or the directory cannot be written.</remarks>
static class DemoVerb
{
    const string Scenario = "tiny";
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static Command Create()
    {
        var directory = new Option<string?>("--out") { Description = "Where the log and the report go; a folder for temporary files otherwise.", HelpName = "DIR" };
        var json = new Option<bool>("--json") { Description = "Print the report as JSON instead of the summary." };
        var verb = new Command("demo", "Simulate a small campaign, scan it, and show what was found.") { directory, json };
        verb.SetAction((parsed, cancellationToken) => Task.Run(
            () => Run(
                parsed.GetValue(directory) ?? Path.Combine(Path.GetTempPath(), "stillwatch-demo"), parsed.GetValue(json),
                parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, cancellationToken),
            CancellationToken.None));
        return verb;
    }

    static int Run(string directory, bool json, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            var text = ScenarioReader.Find(Scenario);
            var simulation = new Simulation(ScenarioReader.Read(text), new SimulationOptions());
            error.WriteLine($"Simulating {simulation.PlannedExchanges:N0} exchanges of the scenario {Scenario} in {directory}");
            var progress = new ProgressLine(error, "exchanges simulated");
            SimulationWriter.Write(simulation, text, directory, progress.Report, stop.Token);
            progress.End();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"--out {directory}: {e.Message} Name a directory that can be written and has room.");
            return ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("Stopped while simulating.");
            return ExitCode.Failed;
        }

        error.WriteLine("Scanning");
        var inputs = new ScanInputs
        {
            Logs = [Path.Combine(directory, "exchanges.jsonl.gz")],
            Accounts = Path.Combine(directory, "accounts.jsonl"),
            Organizations = Path.Combine(directory, "organizations.jsonl"),
            Apps = Path.Combine(directory, "apps.jsonl"),
        };
        var (code, report) = ScanVerb.Run(
            inputs, new DetectorSettings(), DetectionKey.FromText("stillwatch demo"), directory, json, output, error, stop.Token);
        if (code != ExitCode.Done)
        {
            return ExitCode.Failed;
        }

        if (report!.Campaigns.Any(campaign => campaign.Verdict == Verdict.Distillation))
        {
            return ExitCode.Done;
        }

        error.WriteLine("The simulated campaign was not found. Please report this as a fault, with the version and this machine's processor.");
        return ExitCode.Failed;
    }
}
