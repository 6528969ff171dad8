using System.CommandLine;
using System.Text.Json;
using Stillwatch.Demo;
using Stillwatch.Engine.Judgement;
using Stillwatch.Scan;
using Stillwatch.Storage;

namespace Stillwatch.Verbs;

/// <summary>
/// <c>stillwatch demo</c>: sends a simulated campaign among customers through the gateway, on loopback, and shows it being found and contained.
/// </summary>
/// <remarks>
/// On a terminal the console stays open until Ctrl-C. Exit codes: 0 a distillation campaign was found and contained and no lawful account was
/// touched; 1 otherwise, not within 3 minutes, or the directory cannot be written.
/// </remarks>
static class DemoVerb
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static Command Create()
    {
        var directory = new Option<string?>("--out")
        {
            Description = "Where the report, the records and the gateway's data go; otherwise a folder for temporary files, and the data are removed.",
            HelpName = "DIR",
        };
        var json = new Option<bool>("--json") { Description = "Print the report as JSON instead of the summary." };
        var verb = new Command("demo", "Send a small simulated campaign through the gateway, on loopback, and watch it being found and contained.")
        {
            directory, json,
        };
        verb.SetAction((parsed, cancellationToken) => Task.Run(
            () => RunAsync(
                parsed.GetValue(directory), parsed.GetValue(json),
                parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, cancellationToken),
            CancellationToken.None));
        return verb;
    }

    static async Task<int> RunAsync(string? stated, bool json, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        var directory = stated ?? Path.Combine(Path.GetTempPath(), "stillwatch-demo");
        string? temporary = null;
        try
        {
            var data = stated is null ? temporary = Directory.CreateTempSubdirectory("stillwatch-").FullName : Unused(stated);
            var isWatched = ReferenceEquals(error, System.Console.Error) && !System.Console.IsErrorRedirected && !System.Console.IsOutputRedirected;
            var code = ExitCode.Failed;
            await new DemoRun(directory, data, isWatched, error).RunAsync(
                outcome => code = Say(outcome, ReportFolder.Write(outcome.Report, directory), stated is null ? null : data, json, output, error),
                stop.Token, cancellationToken);
            return code;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StorageUnusableException)
        {
            error.WriteLine($"--out {directory}: {e.Message} Name a directory that can be written and has room.");
            return ExitCode.Failed;
        }
        catch (HttpRequestException e)
        {
            error.WriteLine($"The gateway on loopback stopped answering: {e.Message}");
            return ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            error.WriteLine(patience.IsCancellationRequested ? $"Not done within {Patience.TotalMinutes:0} minutes." : "Stopped while sending.");
            return ExitCode.Failed;
        }
        finally
        {
            TemporaryFolder.Remove(temporary, error);
        }
    }

    static int Say(DemoOutcome outcome, string page, string? data, bool json, TextWriter output, TextWriter error)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(outcome.Report, ReportJson.Readable.Report));
        }
        else
        {
            ScanSummary.Write(outcome.Report, page, CommandLine.Human(output));
        }

        var counts = outcome.Counts;
        error.WriteLine($"Gateway: {counts.Received:N0} exchanges received, {counts.Kept:N0} kept, {counts.Dropped.Values.Sum():N0} dropped");
        if (data is not null)
        {
            error.WriteLine($"The same from what it stored: stillwatch scan --data {data}");
        }

        error.WriteLine($"Contained: {outcome.Contained:N0} of {outcome.Malicious:N0} accounts of the simulated campaigns; {outcome.Wronged:N0} lawful accounts");
        var fault = CampaignWatch.Found(outcome.Report) is null ? "The simulated campaign was not found."
            : 2 * outcome.Contained < outcome.Malicious ? "The simulated campaign was found, and not contained."
            : outcome.Wronged > 0 ? $"{outcome.Wronged:N0} lawful accounts are restricted."
            : outcome.Odd > 0 ? $"{outcome.Odd:N0} requests of lawful accounts were not answered as the simulated model answered them." : null;
        if (fault is not null)
        {
            error.WriteLine($"{fault} Please report this as a fault, with the version and this machine's processor.");
        }

        return fault is null ? ExitCode.Done : ExitCode.Failed;
    }

    // A run never touches another's data.
    static string Unused(string directory) => Enumerable.Range(1, int.MaxValue)
        .Select(number => Path.Combine(directory, number == 1 ? "data" : $"data-{number}"))
        .First(path => !Path.Exists(path));
}
