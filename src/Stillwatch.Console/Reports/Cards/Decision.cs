using Stillwatch.Console.Reports.Html;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Console.Reports.Cards;

/// <summary>The head of a card: verdict, confidence, rung, until when, and the statement of reasons.</summary>
internal static class Decision
{
    public static Markup Render(NumberedCampaign numbered, Report report)
    {
        var campaign = numbered.Campaign;
        return Markup.Of(
            $"""
            <div class="decision">
            <div class="verdict"><p class="id"><bdi>{campaign.Id}</bdi></p>
            <h2 id="{numbered.Anchor}-h">{Wording.Verdict(campaign.Verdict)}{(campaign.Licence is null ? "" : ", licensed")} <span class="of">{Figures.Count(campaign.Accounts.Count, "account")}</span></h2>
            <p class="meaning">{Wording.Meaning(campaign.Verdict)}</p></div>
            <dl class="held">
            <div><dt>Confidence</dt><dd><strong>{Figures.Percent(campaign.Confidence)}</strong> {Wording.Confidence(campaign.Confidence)}<small>{Wording.Mistakes(campaign.Confidence)}</small></dd></div>
            <div><dt>Response {(report.Mode == "enforce" ? "in force" : "decided, not enforced")}</dt><dd>{Ladder.Small(campaign.Response)}<small>{Wording.Meaning(campaign.Response)}{(campaign.Until is { } until ? $"; ends {Figures.Minute(until)} UTC unless renewed" : "")}</small></dd></div>
            </dl>
            </div>
            {LicenceNote(campaign)}
            {Reasons(campaign)}
            """);
    }

    static Markup LicenceNote(Campaign campaign) => campaign.Licence is not { } licence
        ? Markup.Empty
        : Markup.Of(
            $"""<p class="licence"><strong>Licensed.</strong> A licence for {licence.Purpose} covers {licence.Scope ?? "every model"}{(licence.Until is { } until ? $" until {until:yyyy-MM-dd}" : ", without end")}{(licence.GrantedBy is { Length: > 0 } by ? $", granted by {by}" : "")}. Verdict and evidence stand; the customer may do this, so the response is {Wording.Rung(campaign.Response)}.</p>""");

    static Markup Reasons(Campaign campaign) => campaign.Reasons.Count == 0
        ? Markup.Empty
        : Markup.Of($"""<section class="reasons"><h3>Statement of reasons</h3><ol>{campaign.Reasons.Select(reason => Markup.Of($"<li>{reason}</li>"))}</ol></section>""");
}
