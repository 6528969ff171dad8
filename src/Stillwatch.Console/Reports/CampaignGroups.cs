using Stillwatch.Engine.Judgement;

namespace Stillwatch.Console.Reports;

/// <summary>A report's campaigns in the order of reading: the strictest rung first, then verdict, then size; the benign ones apart.</summary>
public sealed record CampaignGroups(IReadOnlyList<NumberedCampaign> Findings, IReadOnlyList<NumberedCampaign> Benign, ILookup<string, AccountJudgement> Accounts)
{
    public static CampaignGroups Of(Report report)
    {
        var ordered = report.Campaigns
            .OrderBy(campaign => campaign.Verdict == Verdict.Automation)
            .ThenByDescending(campaign => campaign.Response)
            .ThenByDescending(campaign => campaign.Verdict)
            .ThenByDescending(campaign => campaign.Accounts.Count)
            .ThenBy(campaign => campaign.Id, StringComparer.Ordinal)
            .Select((campaign, i) => new NumberedCampaign(i + 1, campaign))
            .ToLookup(numbered => numbered.Campaign.Verdict == Verdict.Automation);
        return new CampaignGroups([.. ordered[false]], [.. ordered[true]], report.Accounts.ToLookup(account => account.Campaign));
    }
}

/// <summary>A campaign with its place in the report. The number, not the id, makes anchors: an id may hold anything.</summary>
public sealed record NumberedCampaign(int Number, Campaign Campaign)
{
    public string Anchor => $"c{Number}";
}
