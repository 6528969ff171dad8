using System.CommandLine;
using System.Text.Json;
using Stillwatch.Engine;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Sketches;
using Stillwatch.Scan;
using Stillwatch.Storage;
using Stillwatch.Storage.Logs;

namespace Stillwatch.Verbs;

/// <summary><c>stillwatch scan LOG…|--data DIR</c>: finds campaigns in exchange logs, or in what a server stored, and writes the report.</summary>
/// <remarks>
/// Exit codes: 0 done, campaigns found or not; 1 failed or stopped; 2 wrong usage, a missing input, a faulty policy or key; 3 the input
/// is too bad to trust (over 1 % bad lines, a truncated file, or no exchange at all), the report is written all the same.
/// </remarks>
static class ScanVerb
{
    const string DefaultDirectory = "stillwatch-report";
    const long MinMemoryBytes = 64L << 20;
    const int MaxShards = 64;

    public static Command Create()
    {
        var logs = new Argument<string[]>("LOG")
        {
            Description = "Exchange logs (.jsonl, .jsonl.gz, .jsonl.zst), directories of them, or - for standard input.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var data = new Option<string?>("--data") { Description = "A server's data directory: its stored sketches, under its own key, in place of logs.", HelpName = "DIR" };
        var until = new Option<long?>("--until-row") { Description = "With --data: the last row to read, as log_row of the admin API names it.", HelpName = "N" };
        var accounts = File("--accounts", "What the operator knows of accounts; without it identity evidence is absent.");
        var organizations = File("--organizations", "Organizations and their owners.");
        var apps = File("--apps", "Reviewed third-party applications.");
        var policy = File("--policy", "A policy file, whose ladder is used; the default otherwise.");
        var key = File("--key", "The secret for the sketches, 32 bytes; a random one for this run otherwise.");
        var calibration = File("--calibration", "What stillwatch calibrate learned of this traffic; with --data, the directory's own calibration.json otherwise.");
        var memory = new Option<string>("--memory") { Description = "Ceiling of the detector's tables, e.g. 512MiB or 1.5GiB.", HelpName = "SIZE" };
        var shards = new Option<int>("--shards") { Description = "How many shards share the work; any number gives the same report.", HelpName = "N", DefaultValueFactory = _ => new DetectorSettings().Shards };
        var directory = new Option<string>("--out") { Description = "Where report.json and report.html go.", HelpName = "DIR", DefaultValueFactory = _ => DefaultDirectory };
        var json = new Option<bool>("--json") { Description = "Print the report as JSON instead of the summary." };
        var verb = new Command("scan", "Find campaigns in exchange logs, and say why and how sure.")
        {
            logs, data, until, accounts, organizations, apps, policy, key, calibration, memory, shards, directory, json,
        };
        verb.SetAction((parsed, cancellationToken) =>
        {
            var inputs = new ScanInputs
            {
                Logs = parsed.GetValue(logs) ?? [],
                Accounts = parsed.GetValue(accounts),
                Organizations = parsed.GetValue(organizations),
                Apps = parsed.GetValue(apps),
                UntilRow = parsed.GetValue(until) ?? long.MaxValue,
            };
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            if (string.IsNullOrWhiteSpace(parsed.GetRequiredValue(directory)))
            {
                error.WriteLine("--out is empty: name the directory the report goes to.");
                return Task.FromResult(ExitCode.WrongUsage);
            }

            if (parsed.GetValue(until) is not null && (parsed.GetValue(data) is null || inputs.UntilRow < 1))
            {
                error.WriteLine($"--until-row {inputs.UntilRow} names a row, from 1, of a server's exchange log: name its directory with --data.");
                return Task.FromResult(ExitCode.WrongUsage);
            }

            var (directoryOfServer, keyOfServer, usage) = Source(inputs.Logs, parsed.GetValue(data), parsed.GetValue(key));
            if (usage is not null)
            {
                error.WriteLine(usage);
                return Task.FromResult(ExitCode.WrongUsage);
            }

            var (settings, secret, faults) = Settings(parsed.GetValue(policy), parsed.GetValue(key), parsed.GetValue(memory), parsed.GetValue(shards));
            if ((parsed.GetValue(calibration) ?? directoryOfServer?.LearnedCalibrationPath) is { } learnedPath)
            {
                var (learned, fault) = ScanFiles.ReadCalibration(learnedPath);
                settings = settings with { Learned = learned };
                faults.AddRange(fault is null ? [] : [$"--calibration {fault}"]);
            }

            if (faults.Count > 0)
            {
                faults.ForEach(error.WriteLine);
                return Task.FromResult(ExitCode.WrongUsage);
            }

            // Off this thread, so that Ctrl-C finds somebody to tell.
            return Task.Run(
                () => Run(inputs with { Data = directoryOfServer }, settings, keyOfServer ?? secret, parsed.GetRequiredValue(directory), parsed.GetValue(json), output, error, cancellationToken).Code,
                CancellationToken.None);
        });
        return verb;
    }

    /// <summary>Scans, writes the report and says what was found.</summary>
    /// <returns>The exit code, and the report unless the scan failed.</returns>
    internal static (int Code, Report? Report) Run(
        ScanInputs inputs, DetectorSettings settings, DetectionKey key, string directory, bool json, TextWriter output, TextWriter error,
        CancellationToken cancellationToken)
    {
        try
        {
            var progress = new ProgressLine(error, "lines");
            var outcome = ScanRun.Run(inputs, settings, key, progress.Report, cancellationToken);
            progress.End();
            var page = ReportFolder.Write(outcome.Report, directory);
            var isPrinted = StandardOutput.TryWrite(() => Print(outcome.Report, page, json, output), $"The report is in {directory}.", error);
            foreach (var note in outcome.Notes)
            {
                error.WriteLine(note);
            }

            return (!isPrinted ? ExitCode.Failed : outcome.IsUntrustworthy ? ExitCode.BadInput : ExitCode.Done, outcome.Report);
        }
        catch (Exception e) when (e is LogUnreadableException or StorageUnusableException)
        {
            error.WriteLine(e.Message);
            return (ExitCode.WrongUsage, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"--out {directory}: {e.Message} Name a directory that can be written and has room.");
            return (ExitCode.Failed, null);
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("Stopped before the end of the input; no report was written.");
            return (ExitCode.Failed, null);
        }
    }

    static void Print(Report report, string page, bool json, TextWriter output)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(report, ReportJson.Readable.Report));
        }
        else
        {
            ScanSummary.Write(report, page, CommandLine.Human(output));
        }
    }

    // Logs, or a data directory with the key its sketches were made with: never both, since their hashes cannot be compared.
    internal static (DataDirectory? Directory, DetectionKey? Key, string? Fault) Source(IReadOnlyList<string> logs, string? data, string? keyPath, string purpose = "scan")
    {
        if (data is null)
        {
            return (null, null, logs.Count > 0 ? null : $"Nothing to {purpose}: name a LOG, or a server's data directory with --data DIR.");
        }

        if (logs.Count > 0 || keyPath is not null)
        {
            return (null, null, logs.Count > 0
                ? $"Both LOG ({logs[0]}) and --data {data}: name one; {purpose} the other by itself."
                : $"Both --key {keyPath} and --data {data}: leave --key out, stored sketches are read with the directory's own key.");
        }

        try
        {
            var directory = DataDirectory.Look(data);
            return (directory, new DetectionKey(directory.DetectionKey()), null);
        }
        catch (StorageUnusableException e)
        {
            return (null, null, $"--data {data}: {e.Message}");
        }
    }

    static Option<string?> File(string name, string description) => new(name) { Description = description, HelpName = "FILE" };

    static (DetectorSettings Settings, DetectionKey Key, List<string> Faults) Settings(string? policyPath, string? keyPath, string? memory, int shards)
    {
        var faults = new List<string>();
        var settings = new DetectorSettings { Shards = shards };
        if (shards is < 1 or > MaxShards)
        {
            faults.Add($"--shards {shards}: must be 1 to {MaxShards}.");
        }

        var room = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (memory is not null && (!MemorySize.TryParse(memory, out var bytes) || bytes < MinMemoryBytes || bytes > room))
        {
            faults.Add($"--memory {memory}: must be a size of at least 64MiB and at most what this machine has ({MemorySize.Say(room)}), e.g. 512MiB or 1.5GiB.");
        }
        else if (memory is not null && MemorySize.TryParse(memory, out bytes))
        {
            settings = settings with { MemoryBytes = bytes };
        }

        if (policyPath is not null)
        {
            var (policy, policyFaults) = ScanFiles.ReadPolicy(policyPath);
            faults.AddRange(policyFaults);
            settings = settings with { Policy = policy ?? new Policy() };
        }

        var (key, keyFault) = keyPath is null ? (DetectionKey.CreateRandom(), null) : ScanFiles.ReadKey(keyPath);
        if (keyFault is not null)
        {
            faults.Add(keyFault);
        }

        return (settings, key ?? DetectionKey.CreateRandom(), faults);
    }
}
