using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Policies.Replay;
using Stillwatch.Scan;
using Stillwatch.Simulator;
using Stillwatch.Storage.Logs;
using Stillwatch.Storage.Replays;
using Stillwatch.Storage;
using System.CommandLine;
using System.Text.Json;

namespace Stillwatch.Verbs;

/// <summary><c>stillwatch policy replay FILE --days N --data DIR</c>: whom an edited policy would have touched.</summary>
static class PolicyReplayVerb
{
    const int MostDays = 3650;
    const string DefaultName = "the default policy";
    const string ReportName = "replay.json";

    /// <param name="parts">The gateway's own limiter and region rules.</param>
    public static Command Create(Option<bool> json, ReplayParts parts)
    {
        var file = new Argument<string>("FILE") { Description = "The edited policy." };
        var days = new Option<int>("--days") { Description = "How many days back from the newest stored exchange.", HelpName = "N", DefaultValueFactory = _ => 30 };
        var data = new Option<string>("--data") { Description = "A server's data directory; the server may run on.", HelpName = "DIR", Required = true };
        var against = new Option<string?>("--against") { Description = "The policy in force, to compare with; the default policy otherwise.", HelpName = "FILE" };
        var accounts = File("--accounts", "What the operator knows of accounts.");
        var organizations = File("--organizations", "Organizations and their owners.");
        var apps = File("--apps", "Reviewed third-party applications.");
        var truth = File("--truth", "truth.jsonl of a simulation: classes by look-alike.");
        var directory = new Option<string?>("--out") { Description = $"Also write {ReportName}, with every account named, into this directory.", HelpName = "DIR" };
        var verb = new Command("replay", "Tell whom an edited policy would have touched, over stored sketches, before it is applied.")
        {
            file, days, data, against, accounts, organizations, apps, truth, directory,
        };
        verb.SetAction((parsed, stop) =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            var files = new ReplayFiles(parsed.GetValue(accounts), parsed.GetValue(organizations), parsed.GetValue(apps), parsed.GetValue(truth));
            return Task.Run(
                async () => Inputs(parsed.GetRequiredValue(file), parsed.GetValue(against), parsed.GetRequiredValue(data), parsed.GetValue(days), files, error) is { } inputs
                    ? await RunAsync(inputs, parts, parsed.GetValue(directory), parsed.GetValue(json), output, error, stop)
                    : ExitCode.WrongUsage,
                CancellationToken.None);
        });
        return verb;
    }

    static async Task<int> RunAsync(
        ReplayInputs inputs, ReplayParts parts, string? directory, bool json, TextWriter output, TextWriter error, CancellationToken stop)
    {
        try
        {
            var (sketches, calls) = (new ProgressLine(error, "sketches"), new ProgressLine(error, "exchanges"));
            var report = await PolicyReplay.RunAsync(inputs, parts, sketches.Report, calls.Report, stop);
            sketches.End();
            calls.End();
            var text = JsonSerializer.Serialize(report, ReplayJson.Readable.ReplayReport);
            if (directory is not null)
            {
                Directory.CreateDirectory(directory);
                await System.IO.File.WriteAllTextAsync(Path.Combine(directory, ReportName), text + "\n", stop);
            }

            output.Write(json ? text + "\n" : ReplayText.Format(report));
            return report.IsUntrustworthy ? ExitCode.BadInput : ExitCode.Done;
        }
        catch (StorageUnusableException e)
        {
            error.WriteLine(e.Message);
            return ExitCode.WrongUsage;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"--out {directory}: {e.Message} Name a directory that can be written and has room.");
            return ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("Stopped before the end; nothing was written.");
            return ExitCode.Failed;
        }
    }

    /// <returns>Null when something is wrong with them; it has been said.</returns>
    static ReplayInputs? Inputs(string file, string? against, string data, int days, ReplayFiles files, TextWriter error)
    {
        if (days is < 1 or > MostDays)
        {
            error.WriteLine($"--days {days}: must be 1 to {MostDays}.");
            return null;
        }

        var (after, before) = (PolicyVerb.Read(file, error), against is null ? PolicyReader.Default : PolicyVerb.Read(against, error));
        if (after is null || before is null)
        {
            return null;
        }

        try
        {
            var directory = DataDirectory.Look(data);
            var truth = files.ReadTruth();
            return new ReplayInputs
            {
                Data = directory,
                Key = new DetectionKey(directory.DetectionKey()),
                Days = days,
                Before = new NamedPolicy(against ?? DefaultName, before),
                After = new NamedPolicy(file, after),
                Accounts = files.Accounts is null ? StoredRecords.Accounts(directory) : ReplayFiles.Trusted(files.Accounts, RecordFile.ReadAccounts),
                Organizations = files.Organizations is null
                    ? StoredRecords.Organizations(directory)
                    : ReplayFiles.Trusted(files.Organizations, RecordFile.ReadOrganizations),
                Apps = ReplayFiles.Trusted(files.Apps, RecordFile.ReadApps),
                Learned = directory.LearnedCalibrationPath is { } learned ? ScanFiles.ReadCalibration(learned).Learned : null,
                ClassByTruth = truth.GetValueOrDefault,
            };
        }
        catch (StorageUnusableException e)
        {
            error.WriteLine($"--data {data}: {e.Message}");
        }
        catch (Exception e) when (e is LogUnreadableException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            error.WriteLine(e.Message);
        }

        return null;
    }

    static Option<string?> File(string name, string description) => new(name) { Description = description, HelpName = "FILE" };

    /// <summary>The operator's records and a simulation's truth. Unlike a scan, which reports what it left out, a replay refuses bad ones: a class would be miscounted.</summary>
    sealed record ReplayFiles(string? Accounts, string? Organizations, string? Apps, string? Truth)
    {
        public static IReadOnlyList<T> Trusted<T>(string? path, Func<string, RecordFile<T>> read)
        {
            if (path is null)
            {
                return [];
            }

            var file = read(path);
            return file.IsUntrustworthy
                ? throw new InvalidDataException($"{path}: over 1 % of its lines are no records of contract 5.2; `stillwatch scan` with this file names the lines.")
                : file.Records;
        }

        public Dictionary<string, string> ReadTruth()
        {
            var classes = new Dictionary<string, string>(StringComparer.Ordinal);
            var number = 0;
            foreach (var line in Truth is null ? [] : System.IO.File.ReadLines(Truth))
            {
                number++;
                try
                {
                    if (line.Length > 0 && JsonSerializer.Deserialize(line, TruthJson.Default.AccountTruth) is { Account: not null, Class: not null } truth)
                    {
                        classes[truth.Account] = truth.Class;
                    }
                }
                catch (JsonException e)
                {
                    throw new InvalidDataException($"{Truth} line {number}: not a line that simulate writes there ({e.Message.Split('.')[0]}).", e);
                }
            }

            return classes;
        }
    }
}
