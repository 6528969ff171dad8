using Stillwatch.Console.Reports.Charts;
using Stillwatch.Console.Reports.Html;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Console.Reports.Cards;

/// <summary>Everything about one campaign, from the decision down to the single account.</summary>
internal static class CampaignCard
{
    // Two widths of the same drawing: a chart that is scaled down to a phone has letters nobody can read.
    const double Wide = 1040;
    const double WideRing = 640;
    const double Narrow = 350;

    public static Markup Render(NumberedCampaign numbered, Report report, CampaignGroups groups)
    {
        var campaign = numbered.Campaign;
        var accounts = groups.Accounts[campaign.Id];
        return Markup.Of(
            $"""
            <article class="campaign {Wording.Verdict(campaign.Verdict).ToLowerInvariant()}" id="{numbered.Anchor}" aria-labelledby="{numbered.Anchor}-h">
            {Decision.Render(numbered, report)}
            {CampaignFigures.Render(campaign)}
            {TimelineSection(numbered)}
            <div class="pair">
            {RingSection(numbered)}
            <div class="shares">{Shares.Capabilities(campaign)}{Shares.Models(campaign)}</div>
            </div>
            {Waterfall.Render(campaign)}
            <div class="pair even">{Alternatives.Counterfactuals(campaign)}{Alternatives.Lookalikes(campaign)}</div>
            {Classes.Render(campaign)}
            {AccountsTable.Render(campaign, [.. accounts], groups)}
            </article>

            """);
    }

    static Markup TimelineSection(NumberedCampaign numbered)
    {
        var campaign = numbered.Campaign;
        return campaign.Timeline.Count == 0 ? Markup.Empty : Figure(
            "Timeline", $"{numbered.Anchor}-time", $"Timeline of {campaign.Id}", Timeline.Describe(campaign),
            Timeline.Draw(campaign, Wide), Timeline.Draw(campaign, Narrow));
    }

    static Markup RingSection(NumberedCampaign numbered)
    {
        var ring = RingDrawing.Grouped(numbered.Campaign.Ring);
        var wide = RingDrawing.Draw(ring, WideRing);
        return wide.Height == 0 ? Markup.Empty : Figure(
            "What links the accounts", $"{numbered.Anchor}-ring", $"Ring of {numbered.Campaign.Id}", RingDrawing.Describe(ring),
            wide, RingDrawing.Draw(ring, Narrow), RingNote(ring, numbered.Campaign));
    }

    static string RingNote(RingGroups groups, Campaign campaign)
    {
        var sample = groups.Accounts < campaign.Accounts.Count
            ? $" A sample of {Figures.Count(groups.Accounts)} of the {Figures.Count(campaign.Accounts.Count)} accounts."
            : "";
        var rest = groups.Groups[^1].Sets > 1 ? $" * in {Figures.Count(groups.Groups[^1].Sets)} smaller sets." : "";
        var hidden = groups.HiddenTraits > 0 ? $" {Figures.Count(groups.HiddenTraits, "further trait")} not drawn." : "";
        return $"Accounts with the same set of traits stand together.{rest}{sample}{hidden}";
    }

    static Markup Figure(string heading, string id, string title, string description, Drawing wide, Drawing narrow, string note = "") => Markup.Of(
        $"""
        <section class="figure"><h3>{heading}</h3>
        {wide.Framed(id, title, description, "wide")}{narrow.Framed(id + "n", title, description, "narrow")}
        {(note.Length > 0 ? Markup.Of($"""<p class="note">{note}</p>""") : Markup.Empty)}</section>
        """);
}
