using Stillwatch.Console.Reports.Cards;
using Stillwatch.Console.Reports.Html;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Console.Reports.Page;

/// <summary>Rings that were looked at and are harmless, folded: they show what the detector saw and let pass.</summary>
internal static class FoundBenign
{
    public static Markup Render(Report report, CampaignGroups groups) => groups.Benign.Count == 0
        ? Markup.Empty
        : Markup.Of(
            $"""
            <section class="benign" aria-labelledby="benign">
            <h2 id="benign">Looked at and found benign</h2>
            <p>{Figures.Count(groups.Benign.Count, "ring")} of {Figures.Count(groups.Benign.Sum(ring => (long)ring.Campaign.Accounts.Count), "account")} acted together, and an innocent explanation fits. Verdict <em>automation</em>; nothing follows from it.</p>
            {groups.Benign.Select(ring => Folded(ring, report, groups))}
            </section>
            """);

    static Markup Folded(NumberedCampaign ring, Report report, CampaignGroups groups) => Markup.Of(
        $"""
        <details class="ring"><summary><bdi>{ring.Campaign.Id}</bdi> <span>{Figures.Count(ring.Campaign.Accounts.Count, "account")}, {Figures.Count(ring.Campaign.Exchanges, "exchange")}; {Best(ring.Campaign)}</span></summary>
        {CampaignCard.Render(ring, report, groups)}
        </details>
        """);

    static string Best(Campaign ring) => ring.Lookalikes.Count == 0
        ? $"{Wording.Confidence(ring.Confidence)} benign"
        : $"looks like {Wording.WithArticle(ring.Lookalikes.MaxBy(other => other.LogOdds)!.Class)}";
}
