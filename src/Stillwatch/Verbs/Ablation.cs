using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Stillwatch.Engine;
using Stillwatch.Engine.Sketches;
using Stillwatch.Scan;
using Stillwatch.Simulator.Evaluation;
using Stillwatch.Storage.Logs;

namespace Stillwatch.Verbs;

/// <summary>One scan of the same logs with something left out.</summary>
/// <param name="Without">An evidence family or a trait; null: nothing was left out.</param>
sealed record AblationRow(string? Without, EvaluationResult Result);

/// <summary>What each part of the evidence is worth: the logs are scanned anew without it.</summary>
/// <remarks>
/// What is left out is not weighed. Groups are still formed with all traits, so a row says what a family adds to the judgement of a ring,
/// not what would be found had its traits never been seen. Intent cues are not even sketched in their row.
/// </remarks>
static class Ablation
{
    /// <summary>What is left out in turn: nothing, the intent cues alone, then each family of design section 4.</summary>
    static IReadOnlyList<string?> Leavings { get; } =
        [null, ScanRun.IntentCues, "identity-and-money", "infrastructure", "time", "content", "own-output"];

    /// <returns>The exit code.</returns>
    public static int Run(ScanInputs inputs, string? truthPath, bool json, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        if (truthPath is null || inputs.Logs.Count == 0)
        {
            error.WriteLine("evaluate --ablate needs --truth FILE and --log FILE…; --accounts, --organizations and --apps as for scan.");
            return ExitCode.WrongUsage;
        }

        if (inputs.Logs.Append(truthPath).FirstOrDefault(path => !File.Exists(path)) is { } missing)
        {
            error.WriteLine(Directory.Exists(missing) ? $"{missing} is a directory; name the files in it." : $"{missing}: no such file; name one that simulate wrote.");
            return ExitCode.WrongUsage;
        }

        try
        {
            var (rows, isUntrustworthy) = Scan(inputs, truthPath, without => error.WriteLine($"scanning {(without is null ? "with everything" : $"without {without}")}"), cancellationToken);
            output.Write(json ? JsonSerializer.Serialize(rows, AblationJson.Default.ListAblationRow) + "\n" : Format(rows));
            if (isUntrustworthy)
            {
                error.WriteLine($"Too much of the input is no exchange of an account in {truthPath}: are these the logs of that simulation?");
            }

            return isUntrustworthy ? ExitCode.BadInput : ExitCode.Done;
        }
        catch (Exception fault) when (fault is LogUnreadableException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            error.WriteLine(fault.Message);
            return fault is LogUnreadableException ? ExitCode.WrongUsage : fault is InvalidDataException ? ExitCode.BadInput : ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("Stopped before the last scan; nothing was compared.");
            return ExitCode.Failed;
        }
    }

    /// <summary>Scans and evaluates once per row.</summary>
    static (List<AblationRow> Rows, bool IsUntrustworthy) Scan(ScanInputs inputs, string truthPath, Action<string?> started, CancellationToken cancellationToken)
    {
        // One key for all rows, so that they differ in nothing else.
        var key = DetectionKey.CreateRandom();
        var rows = new List<AblationRow>();
        var isUntrustworthy = false;
        foreach (var without in Leavings)
        {
            started(without);
            var outcome = ScanRun.Run(inputs, new DetectorSettings { Ignored = without is null ? [] : [without] }, key, progress: null, cancellationToken);
            var (result, all, bad) = EvaluateVerb.Evaluate(outcome.Report, truthPath, inputs.Logs, cancellationToken: cancellationToken);
            isUntrustworthy |= outcome.IsUntrustworthy || bad * 100 > all;
            rows.Add(new AblationRow(without, result));
        }

        return (rows, isUntrustworthy);
    }

    static string Format(IReadOnlyList<AblationRow> rows)
    {
        var campaigns = rows[0].Result.Campaigns.Select(score => score.Campaign).ToList();
        var text = new StringBuilder();
        text.Append("Without each part of the evidence: benign accounts first, then account recall by campaign\n");
        text.Append(CultureInfo.InvariantCulture, $"  {"without",-22}{"shape+",8}{"verify",8}{"precision",11}{string.Concat(campaigns.Select(name => $"{Short(name),14}"))}\n");
        foreach (var (without, result) in rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {without ?? "(nothing)",-22}{result.Classes.Sum(score => score.Restricted),8}{result.Classes.Sum(score => score.Verified),8}{Percent(result.CampaignPrecisionRatio),11}");
            text.Append(string.Concat(result.Campaigns.Select(score => $"{Percent(score.RecallRatio),14}"))).Append('\n');
        }

        return text.ToString();
    }

    static string Short(string name) => name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..];

    static string Percent(double ratio) => string.Create(CultureInfo.InvariantCulture, $"{ratio * 100:0.0}%");
}

/// <summary>Writes ablations as JSON: snake_case, the whole result per row.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(List<AblationRow>))]
sealed partial class AblationJson : JsonSerializerContext;
