using Stillwatch.Console.Reports.Cards;
using Stillwatch.Console.Reports.Html;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Console.Reports.Page;

/// <summary>The strip of totals and the list of findings: enough to know where to read on.</summary>
internal static class Overview
{
    public static Markup Render(Report report, CampaignGroups groups) => groups.Findings.Count == 0
        ? Markup.Empty
        : Markup.Of(
            $"""
            <section class="overview" aria-labelledby="overview">
            <h2 id="overview">Overview</h2>
            {Totals(report, groups)}
            <div class="scroll"><table class="findings">
            <thead><tr><th scope="col">Campaign</th><th scope="col">Verdict</th><th scope="col">Response decided</th><th scope="col" class="n">Confidence</th><th scope="col" class="n">Accounts</th><th scope="col" class="n">Exchanges</th><th scope="col">First seen</th></tr></thead>
            <tbody>{groups.Findings.Select(Row)}</tbody>
            </table></div>
            </section>
            """);

    static Markup Totals(Report report, CampaignGroups groups)
    {
        var touched = groups.Findings.SelectMany(found => found.Campaign.Accounts).Distinct().Count();
        var exchanges = groups.Findings.Sum(found => found.Campaign.Exchanges);
        return Markup.Of(
            $"""
            <ul class="totals">
            {Total(Figures.Count(groups.Findings.Count), groups.Findings.Count == 1 ? "campaign" : "campaigns", Licensed(groups))}
            {Total(Figures.Count(touched), "accounts in them", $"{Figures.Share(touched / (double)Math.Max(1, report.Input.Accounts))} of all accounts")}
            {Total(Figures.Short(exchanges), "exchanges by them", $"{Figures.Share(exchanges / (double)Math.Max(1, report.Input.Exchanges))} of all exchanges")}
            <li class="rungs"><p>Responses decided</p><dl>{Enum.GetValues<Rung>().Reverse().Select(rung => RungCount(rung, groups))}</dl></li>
            </ul>
            """);
    }

    static string Licensed(CampaignGroups groups) => groups.Findings.Count(found => found.Campaign.Licence is not null) switch
    {
        0 => $"and {Figures.Count(groups.Benign.Count, "benign ring")} looked at",
        var licensed => $"{Figures.Count(licensed)} of them licensed, and {Figures.Count(groups.Benign.Count, "benign ring")} looked at",
    };

    static Markup Total(string figure, string name, string note) => Markup.Of(
        $"""<li><strong>{figure}</strong><p>{name}</p><small>{note}</small></li>""");

    static Markup RungCount(Rung rung, CampaignGroups groups)
    {
        var count = groups.Findings.Count(found => found.Campaign.Response == rung);
        return Markup.Of($"""<div class="{(count == 0 ? "zero" : "some")}"><dt>{Wording.Rung(rung)}</dt><dd>{count}</dd></div>""");
    }

    static Markup Row(NumberedCampaign found)
    {
        var campaign = found.Campaign;
        return Markup.Of(
            $"""
            <tr><th scope="row"><a href="#{found.Anchor}"><bdi>{campaign.Id}</bdi></a></th><td>{Wording.Verdict(campaign.Verdict)}{(campaign.Licence is null ? "" : ", licensed")}</td><td>{Ladder.Small(campaign.Response)}</td><td class="n">{Figures.Percent(campaign.Confidence)}</td><td class="n">{Figures.Count(campaign.Accounts.Count)}</td><td class="n">{Figures.Count(campaign.Exchanges)}</td><td>{Figures.Day(campaign.FirstSeen)}</td></tr>
            """);
    }
}
