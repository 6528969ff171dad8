using Stillwatch.Console.Live;
using Stillwatch.Console.Reports.Charts;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Console.Pages.Campaigns;

/// <summary>What the page of one campaign works out of a picture: once for all who look, since a campaign of 20,000 accounts takes a while. Thread-safe.</summary>
/// <remarks>Held by the picture, and gone with it.</remarks>
sealed class CampaignSheet
{
    readonly Campaign _campaign;
    readonly Lazy<RingGroups>[] _groups;
    readonly Lazy<IReadOnlyList<AccountJudgement>> _members;

    CampaignSheet(Campaign campaign, ConsoleView view)
    {
        _campaign = campaign;
        _groups = [.. Enumerable.Range(1, 3).Select(zoom => new Lazy<RingGroups>(() => RingDrawing.Grouped(campaign.Ring, zoom)))];
        _members = new(() =>
        [
            .. view.Members(campaign.Id).OrderByDescending(member => member.Response).ThenByDescending(member => member.Confidence)
                .ThenBy(member => member.Account, StringComparer.Ordinal),
        ]);
    }

    public static CampaignSheet Of(Campaign campaign, ConsoleView view) => view.Sheets.GetOrAdd(campaign.Id, _ => new CampaignSheet(campaign, view));

    /// <summary>The surest first.</summary>
    public IReadOnlyList<AccountJudgement> Members => _members.Value;

    /// <param name="zoom">1 to 3.</param>
    public RingGroups Groups(int zoom) => _groups[zoom - 1].Value;

    /// <summary>The members that show a trait, in the same order.</summary>
    public IReadOnlyList<AccountJudgement> Showing(string trait)
    {
        var showing = _campaign.Ring.Edges.Where(edge => edge.Trait == trait).Select(edge => edge.Account).ToHashSet(StringComparer.Ordinal);
        return [.. Members.Where(member => showing.Contains(member.Account))];
    }
}
