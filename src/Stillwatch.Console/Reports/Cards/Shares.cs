using Stillwatch.Console.Reports.Charts;
using Stillwatch.Console.Reports.Html;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Console.Reports.Cards;

/// <summary>What the ring asks for, and of which models.</summary>
internal static class Shares
{
    const int Most = 8;

    public static Markup Capabilities(Campaign campaign) => List(
        "What it asks for", [.. campaign.Capabilities.Select(share => (Wording.Words(share.Name), share.ShareRatio))]);

    public static Markup Models(Campaign campaign)
    {
        var total = Math.Max(1, campaign.Models.Values.Sum());
        return List("Models", [.. campaign.Models.Select(model => (model.Key, model.Value / (double)total))]);
    }

    static Markup List(string heading, List<(string Name, double Ratio)> shares)
    {
        if (shares.Count == 0)
        {
            return Markup.Empty;
        }

        var rows = shares.OrderByDescending(share => share.Ratio).ThenBy(share => share.Name, StringComparer.Ordinal).Take(Most).Select(share => Markup.Of(
            $"""<tr><th scope="row"><bdi>{share.Name}</bdi>{Bar.Share(share.Ratio)}</th><td class="n">{Figures.Share(share.Ratio)}</td></tr>"""));
        var rest = shares.Count > Most ? Markup.Of($"""<p class="note">and {shares.Count - Most} more</p>""") : Markup.Empty;
        return Markup.Of($"""<section><h3>{heading}</h3><table class="share"><tbody>{rows}</tbody></table>{rest}</section>""");
    }
}
