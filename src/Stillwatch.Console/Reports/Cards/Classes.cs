using Stillwatch.Console.Reports.Html;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Console.Reports.Cards;

/// <summary>The kinds of request inside the campaign, each with a verdict and a rung of its own.</summary>
internal static class Classes
{
    const int Most = 30;

    public static Markup Render(Campaign campaign)
    {
        if (campaign.Classes.Count == 0)
        {
            return Markup.Empty;
        }

        var rows = campaign.Classes.OrderByDescending(kind => kind.Response).ThenByDescending(kind => kind.Exchanges).Take(Most).Select(kind => Markup.Of(
            $"""
            <tr><th scope="row"><bdi>{kind.Class}</bdi></th><td>{Wording.Verdict(kind.Verdict)}</td><td>{Ladder.Small(kind.Response)}</td><td class="n">{Figures.Percent(kind.Confidence)}</td><td class="n">{Figures.Count(kind.Accounts)}</td><td class="n">{Figures.Count(kind.Exchanges)}</td></tr>
            """));
        var rest = campaign.Classes.Count > Most ? Markup.Of($"""<p class="note">and {campaign.Classes.Count - Most} more in report.json</p>""") : Markup.Empty;
        return Markup.Of(
            $"""
            <section><h3>Kinds of request, judged one by one</h3>
            <div class="scroll"><table><thead><tr><th scope="col">Class</th><th scope="col">Verdict</th><th scope="col">Response</th><th scope="col" class="n">Confidence</th><th scope="col" class="n">Accounts</th><th scope="col" class="n">Exchanges</th></tr></thead><tbody>{rows}</tbody></table></div>{rest}</section>
            """);
    }
}
