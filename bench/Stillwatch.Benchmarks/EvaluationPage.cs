using System.Text;
using Stillwatch.Simulator.Evaluation;

namespace Stillwatch.Benchmarks;

/// <summary>A pooled result as a section of <c>docs/evaluation.md</c>: what was done to innocents comes first.</summary>
internal static class EvaluationPage
{
    static readonly string[] s_verdicts = ["none", "automation", "resale", "distillation"];

    public static string Format(EvaluationResult result, SimulatedRun run, string command)
    {
        var text = new StringBuilder();
        text.Append($"### `{run.Scenario}`, {result.Runs} seeds, scale {run.Scale:0.##}, {(run.WithRecords ? "with accounts and apps files" : "logs alone")}, {(run.Corpus is null ? "built-in texts" : "corpus texts")}\n\n");
        text.Append($"`{command}`\n\n");
        return text.Append(Tables(result)).ToString();
    }

    /// <summary>False positives, recall, precision, confusion and calibration.</summary>
    public static string Tables(EvaluationResult result)
    {
        var text = new StringBuilder();
        FalsePositives(text, result);
        Recall(text, result);
        text.Append($"Precision: {result.ReportedCampaigns.Hits:N0} of {result.ReportedCampaigns.Of:N0} reported campaigns are true ({Percent(result.CampaignPrecisionRatio)}); ")
            .Append($"{result.FlaggedAccounts.Hits:N0} of {result.FlaggedAccounts.Of:N0} accounts at `verify` or above are malicious ({Percent(result.AccountPrecisionRatio)}).\n\n");
        Confusion(text, result);
        Calibration(text, result);
        return text.ToString();
    }

    static void FalsePositives(StringBuilder text, EvaluationResult result)
    {
        text.Append("False positives, by class of lawful traffic (`verify` counts accounts at that rung and no higher; upper bounds are one-sided 95 %, Clopper–Pearson):\n\n");
        text.Append("| class | accounts | restricted | rate at most | verify | rate | rate at most |\n|---|--:|--:|--:|--:|--:|--:|\n");
        var all = new ClassScore("**all lawful**", result.Classes.Sum(score => score.Accounts), result.Classes.Sum(score => score.Verified), result.Classes.Sum(score => score.Restricted));
        foreach (var score in result.Classes.OrderByDescending(score => score.Restricted).ThenByDescending(score => score.Verified).ThenBy(score => score.Class, StringComparer.Ordinal).Append(all))
        {
            text.Append($"| {Short(score.Class)} | {score.Accounts:N0} | {score.Restricted:N0} | {Percent(score.RestrictedUpperRatio)} | {score.Verified:N0} | {Percent(score.VerifiedRatio)} | {Percent(score.VerifiedUpperRatio)} |\n");
        }

        text.Append('\n');
    }

    static void Recall(StringBuilder text, EvaluationResult result)
    {
        text.Append("Recall (account in a campaign of the true verdict, own rung `verify` or above), and exchanges served before the first alarm:\n\n");
        text.Append("| campaign | verdict | accounts | recall | restricted | exchanges | lost before first alarm, per run | share | runs without alarm |\n|---|---|--:|--:|--:|--:|--:|--:|--:|\n");
        foreach (var score in result.Campaigns)
        {
            text.Append($"| {Short(score.Campaign)} | {score.Verdict} | {score.Accounts:N0} | {Percent(score.RecallRatio)} | {Percent(score.Accounts == 0 ? 0 : (double)score.Restricted / score.Accounts)} | {score.Exchanges:N0} ")
                .Append($"| {(double)score.LostBeforeAlarm / score.Runs:N0} | {Percent(score.LostBeforeAlarmRatio)} | {score.Runs - score.Alarmed} |\n");
        }

        text.Append('\n');
    }

    static void Confusion(StringBuilder text, EvaluationResult result)
    {
        text.Append($"Exchanges, by true label and by the verdict on their account's campaign:\n\n| label | {string.Join(" | ", s_verdicts)} |\n|---|{string.Concat(s_verdicts.Select(_ => "--:|"))}\n");
        foreach (var row in result.Confusion.GroupBy(cell => cell.Label))
        {
            text.Append($"| {row.Key} | {string.Join(" | ", s_verdicts.Select(verdict => $"{row.Where(cell => cell.Verdict == verdict).Sum(cell => cell.Exchanges):N0}"))} |\n");
        }

        text.Append('\n');
    }

    static void Calibration(StringBuilder text, EvaluationResult result)
    {
        text.Append($"Calibration over {result.Reliability.Sum(bin => bin.Accounts):N0} judged accounts: expected error {result.ExpectedCalibrationError:f3}.\n\n| confidence | accounts | stated | true |\n|---|--:|--:|--:|\n");
        foreach (var bin in result.Reliability)
        {
            text.Append($"| {bin.Bin / 10.0:f1} to {(bin.Bin + 1) / 10.0:f1} | {bin.Accounts:N0} | {bin.SumConfidence / bin.Accounts:f3} | {(double)bin.Right / bin.Accounts:f3} |\n");
        }
    }

    /// <summary>A class or campaign without its kind.</summary>
    public static string Short(string name) => name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..];

    static string Percent(double ratio) => $"{ratio * 100:0.00} %";
}
