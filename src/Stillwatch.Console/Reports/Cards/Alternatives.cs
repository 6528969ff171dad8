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

        var rows = Named(campaign).OrderBy(row => row.Other.Response).ThenBy(row => row.Other.LogOdds).Select(row => Markup.Of(
            $"""<tr><th scope="row">without {row.Without}</th><td>{Ladder.Small(row.Other.Response)}</td><td class="n">{Figures.Nats(row.Other.LogOdds)}</td></tr>"""));
        var all = campaign.Evidence.Sum(item => item.LogOdds);
        return Markup.Of(
            $"""
            <section><h3>What the decision hangs on</h3>
            <p>{Thread(campaign)}</p>
            <table class="counterfactuals"><thead><tr><th scope="col">Had we judged</th><th scope="col">Response</th><th scope="col" class="n">Evidence, nats</th></tr></thead><tbody><tr><th scope="row">with all of it, as we did</th><td>{Ladder.Small(campaign.Response)}</td><td class="n">{Figures.Nats(all)}</td></tr>{rows}</tbody></table>
            <p class="soft small">Evidence alone: prior and calibration come on top, the same in each row. A response also needs evidence of more than one family, so it may fall while much is left.</p></section>
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

    /// <summary>Each with its name: an item and a family may be called the same, and a family of one item says nothing new.</summary>
    static IEnumerable<(Counterfactual Other, string Without)> Named(Campaign campaign)
    {
        var items = campaign.Evidence.Select(item => item.Trait).ToHashSet(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var other in campaign.Counterfactuals)
        {
            var isFamily = !items.Contains(other.Without) || !seen.Add(other.Without);
            if (!isFamily || campaign.Evidence.Count(item => item.Family == other.Without && item.LogOdds != 0) > 1)
            {
                yield return (other, isFamily ? $"all of {Wording.Words(other.Without)}" : Wording.Words(other.Without));
            }
        }
    }

    static string Thread(Campaign campaign)
    {
        var milder = Named(campaign).Where(row => row.Other.Response < campaign.Response).Select(row => row.Without).ToList();
        return campaign.Response == Rung.Observe ? "Nothing is restricted, with or without any of these."
            : milder.Count == 0 ? $"Any one kind of evidence could be missing and the response would still be {Wording.Rung(campaign.Response)}."
            : $"The response would be milder without {string.Join(" or ", milder)}.";
    }

    static Markup Weighed(LookAlike other) => Markup.Of(
        $"""<div><dt>{Wording.Words(other.Class)} <small>{Figures.Nats(other.LogOdds)}, {Wording.TimesAsLikely(other.LogOdds)}</small></dt><dd>{other.WhyNot}</dd></div>""");
}
