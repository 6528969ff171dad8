using Stillwatch.Console.Reports.Charts;
using Stillwatch.Console.Reports.Html;
using Stillwatch.Console.Reports.Page;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Console.Reports;

/// <summary>One campaign as a standalone SVG: timeline, ring and balance of evidence. Follows the viewer's light or dark setting.</summary>
public static class CampaignPicture
{
    const double Margin = 28;
    const double Gap = 40;
    const double RingWidth = 620;
    const double BalanceWidth = 400;

    /// <summary>The SVG document; well-formed XML, no script and no reference to anything outside.</summary>
    public static string Render(Campaign campaign)
    {
        var groups = RingDrawing.Grouped(campaign.Ring);
        var ring = RingDrawing.Draw(groups, RingWidth);
        var balance = BalanceDrawing.Draw(Ledger.Of(campaign), BalanceWidth);
        var width = RingWidth + Gap + BalanceWidth;
        var timeline = Timeline.Draw(campaign, width);
        var below = Margin + 64 + timeline.Height + Gap;
        var height = below + 18 + Math.Max(ring.Height, balance.Height) + Margin;
        return Markup.Of(
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {width + (2 * Margin)} {height}" width="{width + (2 * Margin)}" height="{height}" role="img" aria-labelledby="title desc" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif">
            <title id="title">{Title(campaign)}</title>
            <desc id="desc">{Timeline.Describe(campaign)} {RingDrawing.Describe(groups)}</desc>
            <style>{Stylesheet.Picture()}</style>
            <rect class="paper" x="0" y="0" width="{width + (2 * Margin)}" height="{height}"/>
            <text class="headline" x="{Margin}" y="{Margin + 18}">{Title(campaign)}</text>
            <text class="tick" x="{Margin}" y="{Margin + 40}">{Figures.Count(campaign.Exchanges)} exchanges, detected {Figures.Span(campaign.DetectedAt - campaign.Onset)} after onset; response decided: {Wording.Rung(campaign.Response)}</text>
            {At(timeline, Margin, Margin + 56)}
            {Section("What links the accounts", ring, Margin, below)}
            {Section("The balance of evidence, in nats", balance, Margin + RingWidth + Gap, below)}
            </svg>

            """).ToString();
    }

    static string Title(Campaign campaign) =>
        $"{Wording.Verdict(campaign.Verdict)}, {Figures.Count(campaign.Accounts.Count, "account")}: {Figures.Percent(campaign.Confidence)}, {Wording.Confidence(campaign.Confidence)}";

    static Markup Section(string heading, Drawing drawing, double x, double y) => Markup.Of(
        $"""<text class="trait" x="{x}" y="{y}">{heading}</text>{At(drawing, x, y + 14)}""");

    static Markup At(Drawing drawing, double x, double y) => Markup.Of($"""<g transform="translate({x} {y})">{drawing.Body}</g>""");
}
