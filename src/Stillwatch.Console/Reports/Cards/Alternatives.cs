using Stillwatch.Console.Reports.Html;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Console.Reports.Cards;

/// <summary>How else it could be: what would have been decided with less evidence, and which innocent stories were weighed.</summary>
internal static class Alternatives
{
    public static Markup Counterfactuals(Campaign campaign)
    {
        if (campaign.Counterfactuals.Count == 0)
        {
            return Markup.Empty;
        }

        var rows = campaign.Counterfactuals.DistinctBy(other => Wording.Words(other.Without)).OrderBy(other => other.Response).ThenBy(other => other.LogOdds).Select(other => Markup.Of(
            $"""<tr><th scope="row">without {Wording.Words(other.Without)}</th><td>{Ladder.Small(other.Response)}</td><td class="n">{Figures.Nats(other.LogOdds)}</td></tr>"""));
        return Markup.Of(
            $"""
            <section><h3>What the decision hangs on</h3>
            <p>{Thread(campaign)}</p>
            <table class="counterfactuals"><thead><tr><th scope="col">Had we judged</th><th scope="col">Response</th><th scope="col" class="n">Evidence</th></tr></thead><tbody>{rows}</tbody></table></section>
            """);
    }

    public static Markup Lookalikes(Campaign campaign)
    {
        if (campaign.Lookalikes.Count == 0)
        {
            return Markup.Empty;
        }

        var closest = campaign.Lookalikes.OrderByDescending(other => other.LogOdds).ToList();
        var heading = closest[0].LogOdds < 0 ? $"Why this is not {Wording.WithArticle(closest[0].Class)}" : $"It may be {Wording.WithArticle(closest[0].Class)}";
        return Markup.Of($"""<section><h3>{heading}</h3><dl class="lookalikes">{closest.Select(Weighed)}</dl></section>""");
    }

    static string Thread(Campaign campaign)
    {
        var milder = campaign.Counterfactuals.Where(other => other.Response < campaign.Response).ToList();
        return campaign.Response == Rung.Observe ? "Nothing is restricted, with or without any of these."
            : milder.Count == 0 ? $"Any one kind of evidence could be missing and the response would still be {Wording.Rung(campaign.Response)}."
            : $"The response would be milder without {string.Join(" or ", milder.Select(other => Wording.Words(other.Without)).Distinct())}.";
    }

    static Markup Weighed(LookAlike other) => Markup.Of(
        $"""<div><dt>{Wording.Words(other.Class)} <small>{Figures.Nats(other.LogOdds)}, {Wording.TimesAsLikely(other.LogOdds)}</small></dt><dd>{other.WhyNot}</dd></div>""");
}
