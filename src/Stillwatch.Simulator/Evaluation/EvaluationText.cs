using System.Text;

namespace Stillwatch.Simulator.Evaluation;

/// <summary>The result as a table for people: what was done to innocents comes first.</summary>
public static class EvaluationText
{
    public static string Format(EvaluationResult result)
    {
        var text = new StringBuilder();
        text.Append($"False positives, by benign class (95 % upper bounds; {result.Runs} run{(result.Runs == 1 ? "" : "s")})\n");
        text.Append($"  {"class",-32}{"accounts",9}{"shape+",8}{"rate",9}{"at most",9}{"verify",8}{"rate",9}{"at most",9}\n");
        foreach (var score in result.Classes)
        {
            text.Append($"  {score.Class,-32}{score.Accounts,9}{score.Restricted,8}{Percent(score.RestrictedRatio),9}{Percent(score.RestrictedUpperRatio),9}")
                .Append($"{score.Verified,8}{Percent(score.VerifiedRatio),9}{Percent(score.VerifiedUpperRatio),9}\n");
        }

        var all = new ClassScore("all benign", result.Classes.Sum(score => score.Accounts), result.Classes.Sum(score => score.Verified), result.Classes.Sum(score => score.Restricted));
        text.Append($"  {all.Class,-32}{all.Accounts,9}{all.Restricted,8}{Percent(all.RestrictedRatio),9}{Percent(all.RestrictedUpperRatio),9}")
            .Append($"{all.Verified,8}{Percent(all.VerifiedRatio),9}{Percent(all.VerifiedUpperRatio),9}\n\n");

        text.Append($"Precision: {result.ReportedCampaigns.Hits} of {result.ReportedCampaigns.Of} reported campaigns are true ({Percent(result.CampaignPrecisionRatio)}); ")
            .Append($"{result.FlaggedAccounts.Hits} of {result.FlaggedAccounts.Of} accounts at verify or above are malicious ({Percent(result.AccountPrecisionRatio)})\n\n");

        text.Append("Recall, by campaign (in a campaign of the true verdict, own rung verify or above)\n");
        text.Append($"  {"campaign",-32}{"verdict",13}{"accounts",9}{"found",8}{"recall",9}{"shape+",8}{"exchanges",11}{"before own",12}{"share",9}{"before alarm",14}{"share",9}\n");
        foreach (var score in result.Campaigns)
        {
            text.Append($"  {score.Campaign,-32}{score.Verdict,13}{score.Accounts,9}{score.Found,8}{Percent(score.RecallRatio),9}{score.Restricted,8}{score.Exchanges,11}")
                .Append($"{score.LostBeforeOwn,12}{Percent(score.LostBeforeOwnRatio),9}{score.LostBeforeAlarm,14}{Percent(score.LostBeforeAlarmRatio),9}{(score.Alarmed < score.Runs ? $"  no alarm in {score.Runs - score.Alarmed} of {score.Runs}" : "")}\n");
        }

        Costs(result.Costs, text);
        text.Append("\nExchanges, by true label and by the verdict on their account's campaign\n");
        string[] verdicts = ["none", "automation", "resale", "distillation"];
        text.Append($"  {"label",-12}{string.Concat(verdicts.Select(verdict => $"{verdict,14}"))}\n");
        foreach (var row in result.Confusion.GroupBy(cell => cell.Label))
        {
            text.Append($"  {row.Key,-12}{string.Concat(verdicts.Select(verdict => $"{row.Where(cell => cell.Verdict == verdict).Sum(cell => cell.Exchanges),14}"))}\n");
        }

        text.Append($"\nCalibration over {result.Reliability.Sum(bin => bin.Accounts)} judged accounts: expected error {result.ExpectedCalibrationError:f3}\n");
        foreach (var bin in result.Reliability)
        {
            text.Append($"  confidence {bin.Bin / 10.0:f1} to {(bin.Bin + 1) / 10.0:f1}: {bin.Accounts,7} accounts, stated {bin.SumConfidence / bin.Accounts:f3}, true {(double)bin.Right / bin.Accounts:f3}\n");
        }

        return text.ToString();
    }

    static void Costs(IReadOnlyList<CampaignCost> costs, StringBuilder text)
    {
        if (costs.Count == 0)
        {
            return;
        }

        text.Append("\nCost of 1,000 harvested exchanges to the attacker, at assumed prices: had nobody stopped it, and served before the accounts' own detection\n");
        text.Append($"  {"campaign",-32}{"accounts",9}{"spent $",11}{"delay days",12}{"undetected $",14}{"x plain",9}{"served $",11}{"x plain",9}{"x itself",10}\n");
        foreach (var cost in costs)
        {
            text.Append($"  {cost.Campaign,-32}{cost.Accounts,9}{cost.SpentUsd,11:0}{cost.DelayDays,12:0.0}{cost.UndetectedUsd,14:0.00}{Times(cost.UndetectedMultiplier),9}")
                .Append($"{(cost.ServedUsd is { } served ? $"{served:0.00}" : "nothing"),11}{Times(cost.ServedMultiplier),9}{Times(cost.HoldsMultiplier),10}\n");
        }
    }

    static string Times(double? multiplier) => multiplier is { } times ? $"{times:0.00}" : "-";

    static string Percent(double ratio) => $"{ratio * 100:0.00}%";
}
