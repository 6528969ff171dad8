using System.CommandLine;
using System.IO.Compression;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text.Json;
using Stillwatch.Engine.Judgement;
using Stillwatch.Scan;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Evaluation;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Verbs;

/// <summary><c>stillwatch evaluate --report F --truth F --log LOG…</c>: how far a report agrees with the truth of a simulation.</summary>
/// <remarks>With <c>--ablate</c> the logs are scanned anew, once per part of the evidence left out (<see cref="Ablation"/>). Exit codes: 0 evaluated; 1 a file cannot be read; 2 wrong usage;
/// 3 a file is not what it should be or the report breaks a rule (<see cref="ReportRules"/>), and nothing is scored; or over 1 % of the log is no exchange, none is, the report states another input,
/// or the log lacks over 1 % of the truth's accounts, and the result is printed all the same.</remarks>
static class EvaluateVerb
{
    const string LabelFile = "truth-exchanges.jsonl.gz";
    const string ScenarioFile = "scenario.yaml";

    public static Command Create()
    {
        var report = new Option<string?>("--report") { Description = "report.json of a scan, or of another detector (docs/benchmark.md: Enter another detector)." };
        var truth = new Option<string?>("--truth") { Description = $"truth.jsonl of the simulation; {LabelFile} and {ScenarioFile} are taken from beside it." };
        var logs = new Option<string[]>("--log") { Description = "The exchange logs that were scanned.", AllowMultipleArgumentsPerToken = true };
        var pool = new Option<string[]>("--pool") { Description = "Results of earlier runs (--json), added up with this one or by themselves.", AllowMultipleArgumentsPerToken = true };
        var plot = new Option<string?>("--plot") { Description = "Write the reliability plot to this SVG file." };
        var ablate = new Option<bool>("--ablate") { Description = "Instead of reading a report, scan the logs anew without each part of the evidence in turn." };
        var accounts = new Option<string?>("--accounts") { Description = "With --ablate: as scan's." };
        var organizations = new Option<string?>("--organizations") { Description = "With --ablate: as scan's." };
        var apps = new Option<string?>("--apps") { Description = "With --ablate: as scan's." };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        var verb = new Command("evaluate", "Compare a report with the truth: false positives by class, recall, precision, exchanges lost, calibration.")
        {
            report, truth, logs, pool, plot, ablate, accounts, organizations, apps, json,
        };
        verb.SetAction((parsed, cancellationToken) => Task.Run(() => parsed.GetValue(ablate) ? Ablation.Run(
            new ScanInputs { Logs = parsed.GetValue(logs) ?? [], Accounts = parsed.GetValue(accounts), Organizations = parsed.GetValue(organizations), Apps = parsed.GetValue(apps) },
            parsed.GetValue(truth), parsed.GetValue(json), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, cancellationToken) : Run(
            parsed.GetValue(report), parsed.GetValue(truth), parsed.GetValue(logs) ?? [], parsed.GetValue(pool) ?? [], parsed.GetValue(plot), parsed.GetValue(json),
            parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, cancellationToken), CancellationToken.None));
        return verb;
    }

    /// <summary>Evaluates one report against the truth at <paramref name="truthPath"/> and the logs it came from.</summary>
    /// <param name="rules">Sees the log as well; null for a report that Stillwatch made in this process.</param>
    /// <exception cref="InvalidDataException">A truth file holds a line that is none; the message names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static (EvaluationResult Result, long Lines, long BadLines) Evaluate(
        Report report, string truthPath, IReadOnlyList<string> logs, ReportRules? rules = null, CancellationToken cancellationToken = default)
    {
        var truth = TruthFile.Accounts(Lines(truthPath), truthPath);
        var labels = ReadLabels(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(truthPath))!, LabelFile));
        var evaluator = new Evaluator(report, truth, id => labels.TryGetValue(Hash(id), out var label) ? label : null, ReadScenario(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(truthPath))!, ScenarioFile)));
        var (all, bad) = (0L, 0L);
        foreach (var line in logs.SelectMany(Lines))
        {
            cancellationToken.ThrowIfCancellationRequested();
            all++;
            if (LogEntry.TryRead(System.Text.Encoding.UTF8.GetBytes(line), out var entry))
            {
                evaluator.Add(entry);
                rules?.Add(entry);
            }
            else
            {
                bad++;
            }
        }

        return (evaluator.Result(), all, bad + evaluator.UnknownExchanges);
    }

    static int Run(
        string? reportPath, string? truthPath, string[] logs, string[] pool, string? plot, bool json, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var alone = reportPath is null && truthPath is null && logs.Length == 0;
        if (alone ? pool.Length == 0 : reportPath is null || truthPath is null || logs.Length == 0)
        {
            error.WriteLine("evaluate needs --report FILE, --truth FILE and --log FILE… together, or --pool FILE… alone.");
            return ExitCode.WrongUsage;
        }

        if (new[] { reportPath, truthPath }.Concat(logs).Concat(pool).FirstOrDefault(path => path is not null && !File.Exists(path)) is { } missing)
        {
            error.WriteLine(Directory.Exists(missing) ? $"{missing} is a directory; name the files in it." : $"{missing}: no such file; name one that scan, simulate or evaluate --json wrote.");
            return ExitCode.WrongUsage;
        }

        try
        {
            var results = pool.Select(ReadResult).ToList();
            string? doubt = null;
            if (!alone)
            {
                (var result, doubt) = Evaluate(reportPath!, truthPath!, logs, cancellationToken);
                results.Add(result);
            }

            var pooled = EvaluationResult.Pool(results);
            output.Write(json ? JsonSerializer.Serialize(pooled, EvaluationJson.Default.EvaluationResult) + "\n" : EvaluationText.Format(pooled));
            if (plot is not null)
            {
                File.WriteAllText(plot, ReliabilityPlot.Svg(pooled));
            }

            if (doubt is not null)
            {
                error.WriteLine(doubt);
            }

            return doubt is null ? ExitCode.Done : ExitCode.BadInput;
        }
        catch (InvalidDataException fault)
        {
            error.WriteLine(fault.Message);
            return ExitCode.BadInput;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            error.WriteLine(fault.Message);
            return ExitCode.Failed;
        }
    }

    // A report that breaks a rule is not scored; one that may belong to something else is, with a doubt.
    static (EvaluationResult Result, string? Doubt) Evaluate(string reportPath, string truthPath, string[] logs, CancellationToken cancellationToken)
    {
        var report = SubmittedReport.Read(File.ReadAllBytes(reportPath), reportPath);
        var rules = new ReportRules(report);
        var (result, all, bad) = Evaluate(report, truthPath, logs, rules, cancellationToken);
        if (bad * 100 > all || bad == all)
        {
            return (result, all == 0 ? $"{string.Join(", ", logs)}: holds no line; name the log that was scanned."
                : $"{bad:N0} of {all:N0} log lines are no exchange of an account in {truthPath}: is this the log of that simulation?");
        }

        var (faults, misfit) = (rules.Faults(), rules.Misfit());
        SubmittedReport.Demand(misfit is not null && faults.Count > 0 ? [misfit, .. faults] : faults, reportPath);
        var known = result.Classes.Sum(score => score.Accounts) + result.Campaigns.Sum(score => score.Accounts);
        return (result, misfit ?? (rules.Accounts * 100 >= known * 99 ? null
            : $"{truthPath} knows {known:N0} accounts, of which {rules.Accounts:N0} send in the log, and the rates are of all: is this the whole log of that simulation?"));
    }

    // The plans of the campaigns, for what they cost; a truth without one is evaluated all the same.
    static Scenario? ReadScenario(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return ScenarioReader.Read(File.ReadAllText(path), path);
        }
        catch (ScenarioException fault)
        {
            throw new InvalidDataException($"{fault.Message} Put the scenario there that the log was made of, or take the file away to evaluate without costs.");
        }
    }

    static EvaluationResult ReadResult(string path)
        => Read(path, text => JsonSerializer.Deserialize(text, EvaluationJson.Default.EvaluationResult), "a result of evaluate --json");

    static T Read<T>(string path, Func<string, T?> parse, string wanted)
        where T : class
    {
        try
        {
            return parse(File.ReadAllText(path)) ?? throw new InvalidDataException($"{path}: holds null; give {wanted}.");
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{path} line {fault.LineNumber + 1}: not {wanted} ({fault.Message.Split('.')[0]}).");
        }
    }

    // Ids by 64-bit hash: sixteen bytes for each of millions instead of a string.
    static Dictionary<ulong, ExchangeLabel> ReadLabels(string path)
    {
        var labels = new Dictionary<ulong, ExchangeLabel>();
        if (File.Exists(path))
        {
            foreach (var truth in Lines(path).Select((line, number) => TruthFile.Exchange(line, path, number + 1)))
            {
                labels[Hash(truth.Id)] = truth.Label;
            }
        }

        return labels;
    }

    static ulong Hash(string id) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(id.AsSpan()));

    static IEnumerable<string> Lines(string path)
    {
        using Stream file = File.OpenRead(path);
        using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress)
            : path.EndsWith(".zst", StringComparison.Ordinal) ? new ZstdSharp.DecompressionStream(file)
            : file;
        using var reader = new StreamReader(stream, bufferSize: 1 << 16);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0)
            {
                yield return line;
            }
        }
    }
}
