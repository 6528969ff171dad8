using Stillwatch.Engine.Judgement;

namespace Stillwatch.Gateway.Admin;

/// <summary>What a report holds of one account, and of the campaigns it is counted to.</summary>
static class AccountEvidence
{
    public static EvidenceAnswer Of(string account, Report report)
    {
        var judgements = report.Accounts.Where(judgement => judgement.Account == account).ToList();
        var campaigns = report.Campaigns.Where(campaign => judgements.Any(judgement => judgement.Campaign == campaign.Id)).Select(Of).ToList();
        var says = judgements.Count == 0
            ? $"Nothing is held of {account}: it is counted to no campaign, so there is no evidence."
            : $"{account} is counted to {string.Join(" and ", judgements.Select(judgement => judgement.Campaign))}; the strictest response decided is {
                judgements.Max(judgement => judgement.Response).ToString().ToLowerInvariant()}.";
        return new EvidenceAnswer(account, judgements.Count > 0, says, [.. judgements.SelectMany(judgement => judgement.Evidence)], judgements, campaigns);
    }

    static CampaignEvidence Of(Campaign campaign) => new(
        campaign.Id, campaign.Verdict, campaign.Confidence, campaign.PriorLogOdds, campaign.LogOdds, campaign.Response, campaign.Reasons, campaign.Until,
        campaign.Evidence, campaign.Counterfactuals, campaign.Lookalikes);
}
