using Stillwatch.Console.Reports.Cards;
using Stillwatch.Console.Reports.Html;
using Stillwatch.Console.Reports.Page;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Console.Reports;

/// <summary>Makes <c>report.html</c>: one file that opens without script, network or fonts, and may be mailed or filed as it is.</summary>
public static class ReportPage
{
    /// <summary>The whole page as XHTML-compatible HTML 5. Pure: the same report gives the same bytes.</summary>
    public static string Render(Report report)
    {
        var groups = CampaignGroups.Of(report);

        // The content policy: the page needs nothing but its own styles, and a browser holds it to that even if an escape were ever missed.
        return Markup.Of(
            $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8"/>
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta name="referrer" content="no-referrer"/>
            <meta name="color-scheme" content="light dark"/>
            <title>Stillwatch report: {Title(groups)}</title>
            <style>{Stylesheet.Page()}</style>
            </head>
            <body>
            {Scanned.Render(report, groups)}
            <main>
            {Overview.Render(report, groups)}
            {(groups.Findings.Count == 0 ? NothingFound.Render(report) : Markup.Empty)}
            {groups.Findings.Select(numbered => CampaignCard.Render(numbered, report, groups))}
            {FoundBenign.Render(report, groups)}
            </main>
            {Glossary.Render()}
            </body>
            </html>

            """).ToString();
    }

    static string Title(CampaignGroups groups) =>
        groups.Findings.Count == 0 ? "no campaign found" : Figures.Count(groups.Findings.Count, "campaign");
}
