using Stillwatch.Console.Reports.Charts;
using Stillwatch.Console.Reports.Html;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Console.Reports.Cards;

/// <summary>The numbers of a campaign: its size, and the moments from first sight to detection.</summary>
internal static class CampaignFigures
{
    public static Markup Render(Campaign campaign) => Markup.Of(
        $"""
        <dl class="figures">
        {Entry("Accounts", Figures.Count(campaign.Accounts.Count), $"{Figures.Short(campaign.Exchanges / Math.Max(1, campaign.Accounts.Count))} exchanges each")}
        {Entry("Exchanges", Figures.Count(campaign.Exchanges), "")}
        {Entry("Tasks", Figures.Count(campaign.Tasks), "")}
        {Entry("Output tokens", Figures.Short(campaign.OutputTokens), $"{Figures.Short(campaign.OutputTokens / Math.Max(1, campaign.Exchanges))} per exchange")}
        {Moment("First seen", campaign.FirstSeen, "")}
        {Moment("Onset", campaign.Onset, "coordination begins")}
        {Moment("Detected", campaign.DetectedAt, Lost(campaign))}
        </dl>
        """);

    /// <summary>What went out before this judgement first held: the price of the evidence.</summary>
    public static string Lost(Campaign campaign)
    {
        var after = campaign.DetectedAt > campaign.Onset ? $"{Figures.Span(campaign.DetectedAt - campaign.Onset)} after onset" : "at onset";
        return TimelineBuckets.ExchangesBefore(campaign.Timeline, campaign.DetectedAt) is { } before
            ? $"{after}, about {Figures.Count(before, "exchange")} before it ({Figures.Share(before / (double)Math.Max(1, campaign.Exchanges))})"
            : after;
    }

    static Markup Entry(string name, string figure, string note) => Markup.Of(
        $"<div><dt>{name}</dt><dd>{figure}<small>{note}</small></dd></div>\n");

    static Markup Moment(string name, DateTimeOffset at, string note) => Markup.Of(
        $"""<div class="moment"><dt>{name}</dt><dd><time datetime="{Figures.Iso(at)}">{Figures.Minute(at)}</time><small>{note}</small></dd></div>""");
}
