using System.CommandLine;
using System.Text.Json;
using Stillwatch.Console.Reports;
using Stillwatch.Engine;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Sketches;
using Stillwatch.Scan;
using Stillwatch.Storage;
using Stillwatch.Storage.Cases;
using Stillwatch.Storage.Logs;

namespace Stillwatch.Verbs;

/// <summary><c>stillwatch calibrate LOG…|--data DIR</c>: learns from the first days of an operator's traffic what normal is there.</summary>
/// <remarks>Exit codes: 0 learned; 1 the file cannot be written, or it was stopped; 2 wrong usage or a missing input; 3 the input is too bad to learn from, and nothing is written.</remarks>
static class CalibrateVerb
{
    const double DefaultDays = 14;
    const int MinAccounts = 200; // shares of fewer say nothing

    public static Command Create()
    {
        var logs = new Argument<string[]>("LOG") { Description = "Exchange logs of a period in which nothing was enforced.", Arity = ArgumentArity.ZeroOrMore };
        var data = File("--data", "A server's data directory, in place of logs; the result goes there as calibration.json unless --out says otherwise.");
        var accounts = File("--accounts", "What the operator knows of accounts.");
        var apps = File("--apps", "Reviewed third-party applications.");
        var examples = File("--examples", "What people decided on cases: the lines of stillwatch cases export.");
        var days = new Option<double>("--days") { Description = "How many days from the first exchange on to learn from.", HelpName = "N", DefaultValueFactory = _ => DefaultDays };
        var to = File("--out", "Where the calibration goes; calibration.json otherwise.");
        var json = new Option<bool>("--json") { Description = "Print the calibration as JSON instead of the summary." };
        var verb = new Command("calibrate", "Learn from the first days of your own traffic what normal is there.") { logs, data, accounts, apps, examples, days, to, json };
        verb.SetAction((parsed, cancellationToken) =>
        {
            var error = parsed.InvocationConfiguration.Error;
            var (directory, key, usage) = ScanVerb.Source(parsed.GetValue(logs) ?? [], parsed.GetValue(data), null, "learn from");
            var (decided, fault) = parsed.GetValue(examples) is { } path ? Examples(path) : ([], null);
            var span = parsed.GetValue(days);
            usage ??= fault ?? (span is > 0 and <= 3650 ? null : $"--days {span}: must be over 0, at most 3650.");
            if (usage is not null)
            {
                error.WriteLine(usage);
                return Task.FromResult(ExitCode.WrongUsage);
            }

            var inputs = new ScanInputs
            {
                Logs = parsed.GetValue(logs) ?? [], Data = directory, Accounts = parsed.GetValue(accounts), Apps = parsed.GetValue(apps), Days = span,
            };
            var target = parsed.GetValue(to) ?? directory?.CalibrationPath ?? "calibration.json";
            return Task.Run(() => Run(inputs, key ?? DetectionKey.CreateRandom(), decided, target, parsed.GetValue(json), parsed.InvocationConfiguration.Output, error, cancellationToken), CancellationToken.None);
        });
        return verb;
    }

    static Option<string?> File(string name, string description) => new(name) { Description = description, HelpName = "PATH" };

    static int Run(
        ScanInputs inputs, DetectionKey key, IReadOnlyList<Outcome> decided, string target, bool json, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            LearnedCalibration? learned = null;
            var outcome = ScanRun.Run(
                inputs, new DetectorSettings(), key, cancellationToken: cancellationToken,
                judged: detector => learned = detector.Exchanges == 0 ? null : LearnedCalibration.From(detector, decided, TimeSpan.FromDays(inputs.Days)));
            if (outcome.IsUntrustworthy || learned is null || learned.Profile.Accounts < MinAccounts)
            {
                error.WriteLine(outcome.IsUntrustworthy
                    ? "The input is too bad to learn from; stillwatch scan says what is wrong with it. Nothing was written."
                    : $"{learned?.Profile.Accounts ?? 0} accounts were seen; what normal is takes {MinAccounts} at least. Give a longer log. Nothing was written.");
                return ExitCode.BadInput;
            }

            System.IO.File.WriteAllBytes(target, learned.ToJson());
            return StandardOutput.TryWrite(() => Print(learned, outcome.Report, target, json, output), $"{target} is written.", error) ? ExitCode.Done : ExitCode.Failed;
        }
        catch (Exception e) when (e is LogUnreadableException or StorageUnusableException)
        {
            error.WriteLine(e.Message);
            return ExitCode.WrongUsage;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"--out {target}: {e.Message} Name a file that can be written.");
            return ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("Stopped before the end of the input; nothing was written.");
            return ExitCode.Failed;
        }
    }

    static void Print(LearnedCalibration learned, Report report, string target, bool json, TextWriter output)
    {
        if (json)
        {
            output.WriteLine(System.Text.Encoding.UTF8.GetString(learned.ToJson()));
            return;
        }

        output.WriteLine($"Learned from {learned.Profile.Accounts:N0} accounts, {learned.Profile.From:yyyy-MM-dd} to {learned.Profile.To:yyyy-MM-dd}: {learned.Unaccused:N0} rings nobody accused, {learned.Campaigns:N0} upheld, {learned.Benign:N0} overturned.");
        foreach (var campaign in report.Campaigns.Where(c => c.Verdict != Verdict.Automation))
        {
            output.WriteLine($"{campaign.Id} ({campaign.Accounts.Count:N0} accounts, confidence {Figures.Percent(campaign.Confidence)}) was there in this period and taught nothing: decide on its case, then learn again with --examples.");
        }

        output.WriteLine($"Written: {target}");
    }

    static (IReadOnlyList<Outcome> Decided, string? Fault) Examples(string path)
    {
        var decided = new List<Outcome>();
        try
        {
            var number = 0;
            foreach (var line in System.IO.File.ReadLines(path))
            {
                number++;
                if (string.IsNullOrWhiteSpace(line))
                {
                    continue;
                }

                if (Example(line) is not { } example)
                {
                    return ([], $"--examples {path}: line {number} is no decided case. Give what stillwatch cases export printed.");
                }

                var sum = example.PriorLogOdds + example.Evidence.Sum(item => item.LogOdds);
                decided.Add(new Outcome(example.Verdict == Verdict.Automation ? -sum : sum, example.Label == "campaign"));
            }

            return (decided, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ([], $"--examples {path}: {e.Message} Give what stillwatch cases export printed.");
        }
    }

    /// <returns>Null when the line is something else, a line of an exchange log for one: members it lacks would be read as null.</returns>
    static CalibrationExample? Example(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, CalibrationJson.Default.CalibrationExample) is { Label: "campaign" or "benign", Evidence: { } evidence } example
                && evidence.All(item => item is not null) ? example : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
