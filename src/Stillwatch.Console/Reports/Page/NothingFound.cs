using Stillwatch.Console.Reports.Html;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Console.Reports.Page;

/// <summary>A report without campaigns says what was looked for, and what its silence does not prove.</summary>
internal static class NothingFound
{
    public static Markup Render(Report report) => Markup.Of(
        $"""
        <section class="nothing" aria-labelledby="nothing">
        <h2 id="nothing">Nothing to act on</h2>
        <p>{(report.Input.Exchanges == 0
            ? "The input held no valid exchange, so this is no finding at all: check the skipped lines above."
            : $"Among {Figures.Count(report.Input.Accounts, "account")}, no group was linked strongly enough, by enough independent kinds of evidence, to be judged a distillation or resale campaign.")}</p>
        <h3>What was looked for</h3>
        <ul class="sought">{Family.All.Select(family => Sought(family, report))}</ul>
        <h3>What this does not prove</h3>
        <p>A ring too small or too short to gather evidence, one that hides a few harvesting calls among many ordinary ones, and one that shares neither wording nor payment nor infrastructure can pass unseen. Absence here is weaker than presence would be.</p>
        </section>
        """);

    static Markup Sought(Family family, Report report) => Markup.Of(
        $"""<li>{Charts.Marks.Label(family)} <span>{family.Sees}{(report.Input.AbsentFamilies.Contains(family.Name) ? " (not in this input)" : "")}</span></li>""");
}
