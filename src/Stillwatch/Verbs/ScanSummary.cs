using Spectre.Console;
using Stillwatch.Console.Reports;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Verbs;

/// <summary>The text that ends a scan: what was read, what was found, why, and what to do next.</summary>
public static class ScanSummary
{
    const int MostCampaigns = 12;
    const int MostReasons = 3;

    /// <summary>Writes to <paramref name="console"/>; without a terminal, in plain lines that nothing wraps.</summary>
    /// <param name="htmlPath">Where report.html lies; null when none was written.</param>
    public static void Write(Report report, string? htmlPath, IAnsiConsole console)
    {
        var page = new SummaryPage(console);
        var groups = CampaignGroups.Of(report);
        Input(report, page);
        if (groups.Findings.Count == 0)
        {
            page.Line("bold", $"No campaign found.{(groups.Benign.Count > 0 ? $" {Figures.Count(groups.Benign.Count, "benign ring")} looked at." : "")}");
        }
        else
        {
            page.Table(
                ["campaign", "verdict", "confidence", "response", "accounts", "exchanges"],
                [.. groups.Findings.Take(MostCampaigns).Select(found => Row(found.Campaign))]);
            More(groups, page);
            Reasons(groups.Findings[0].Campaign, page);
        }

        Next(report, groups, htmlPath, page);
    }

    static void Input(Report report, SummaryPage page)
    {
        var input = report.Input;
        var span = input is { From: { } from, To: { } to } ? $", {Figures.Minute(from)} to {Figures.Minute(to)} UTC" : "";
        page.Line("", $"Read {Figures.Count(input.Exchanges, "exchange")} of {Figures.Count(input.Accounts, "account")}{span}.");
        foreach (var rejection in input.Rejected)
        {
            page.Line("yellow", $"Skipped {Figures.Count(rejection.Count, "line")}: {rejection.Reason}, first at {rejection.File}:{rejection.FirstLine}.");
        }

        if (input.AbsentFamilies.Count > 0)
        {
            page.Line("yellow", $"Judged without {string.Join(", ", input.AbsentFamilies)}: the input does not hold it.");
        }

        if (input.Dropped > 0)
        {
            page.Line("yellow", $"{Figures.Count(input.Dropped)} sightings, traits or accounts did not fit into memory; a larger --memory keeps them.");
        }

        if (report.Calibration is { HasDrifted: true } calibration)
        {
            var most = calibration.Drift.MaxBy(kind => kind.Value);
            page.Line("yellow", $"The traffic is no longer what calibration was learned on ({most.Key}: stability index {most.Value:f2}, {CalibrationStatus.Drifted} is another population): run stillwatch calibrate again.");
        }

        page.Line("", "");
    }

    static string[] Row(Campaign campaign) =>
    [
        campaign.Id, Wording.Verdict(campaign.Verdict).ToLowerInvariant() + (campaign.Licence is null ? "" : ", licensed"),
        Figures.Percent(campaign.Confidence), Wording.Rung(campaign.Response), Figures.Count(campaign.Accounts.Count), Figures.Count(campaign.Exchanges),
    ];

    static void More(CampaignGroups groups, SummaryPage page)
    {
        if (groups.Findings.Count > MostCampaigns)
        {
            page.Line("", $"and {Figures.Count(groups.Findings.Count - MostCampaigns)} more in the report.");
        }

        if (groups.Benign.Count > 0)
        {
            page.Line("dim", $"{Figures.Count(groups.Benign.Count, "further ring")} looked at and found benign.");
        }

        page.Line("", "");
    }

    static void Reasons(Campaign campaign, SummaryPage page)
    {
        page.Line("bold", $"Why {campaign.Id}:");
        foreach (var item in campaign.Evidence.Where(item => item.LogOdds > 0).OrderByDescending(item => item.LogOdds).Take(MostReasons))
        {
            page.Line("", $"  {Figures.Nats(item.LogOdds)}  {item.Says} ({item.Family})");
        }

        page.Line("", "");
    }

    static void Next(Report report, CampaignGroups groups, string? htmlPath, SummaryPage page)
    {
        if (htmlPath is not null)
        {
            page.Line("bold", $"Report: {htmlPath}");
        }

        if (groups.Findings.Count > 0)
        {
            page.Line("", $"Every weight: stillwatch explain {groups.Findings[0].Campaign.Id} --report {(htmlPath is null ? "DIR" : Path.GetDirectoryName(htmlPath) is { Length: > 0 } at ? ForShell(at) : ".")}");
        }

        page.Line("", (report.Mode, groups.Findings.Count(found => found.Campaign.Response >= Rung.Shape)) switch
        {
            ("enforce", _) => "The responses above are in force until the dates the report states.",
            (_, 0) => "Observe mode: nothing is enforced.",
            (_, var restricted) => $"Observe mode: nothing is enforced. Read the counterfactuals of {Figures.Count(restricted, "campaign")} at shape or above before you act.",
        });
    }

    /// <summary>A path to be pasted into a command, in quotes unless every letter of it is harmless there.</summary>
    static string ForShell(string path) =>
        path.All(letter => char.IsLetterOrDigit(letter) || "/\\:._-+,=@".Contains(letter)) ? path : $"'{path.Replace("'", "'\\''")}'";
}
