using Stillwatch.Console.Reports.Html;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Console.Reports.Page;

/// <summary>The head of the page: what was read, what could not be, under which policy and key.</summary>
internal static class Scanned
{
    public static Markup Render(Report report, CampaignGroups groups) => Markup.Of(
        $"""
        <header class="page">
        <p class="brand">Stillwatch <span>campaign report</span></p>
        <h1>{Headline(groups)}</h1>
        <p class="lead">{Read(report.Input)}</p>
        <p class="mode"><strong>{(report.Mode == "enforce" ? "Enforced." : "Observe mode.")}</strong> {Mode(report, groups)}</p>
        <dl class="provenance">
        {Entry("Skipped lines", Rejected(report.Input))}
        {Entry("Evidence that could not exist", Absent(report.Input))}
        {Entry("State given up", Markup.Of($"{(report.Input.Dropped == 0 ? "none: every sighting fitted into memory" : $"{Figures.Count(report.Input.Dropped)} sightings, traits or accounts did not fit into memory: recall may be lower, and a larger --memory brings it back")}"))}
        {Entry("Made by", Markup.Of($"""engine <code>{report.Engine}</code>, policy <code>{report.PolicyHash}</code>, key <code>{report.KeyId}</code>"""))}
        </dl>
        </header>
        """);

    static string Headline(CampaignGroups groups)
    {
        var distillation = groups.Findings.Count(found => found.Campaign.Verdict == Verdict.Distillation);
        var resale = groups.Findings.Count - distillation;
        return (distillation, resale) switch
        {
            (0, 0) => "No campaign found",
            (_, 0) => Figures.Count(distillation, "distillation campaign"),
            (0, _) => Figures.Count(resale, "resale campaign"),
            _ => $"{Figures.Count(distillation, "distillation campaign")} and {Figures.Count(resale, "resale campaign")}",
        };
    }

    static string Read(InputSummary input) =>
        $"Read {Figures.Count(input.Exchanges, "exchange")} of {Figures.Count(input.Accounts, "account")}"
        + (input.Organizations > 0 ? $" and {Figures.Count(input.Organizations, "organization")}" : "")
        + (input is { From: { } from, To: { } to } ? $", {Figures.Minute(from)} to {Figures.Minute(to)} UTC ({Figures.Span(to - from)})." : ".");

    static string Mode(Report report, CampaignGroups groups) => (report.Mode, groups.Findings.Count) switch
    {
        (_, 0) => "No response was decided for anybody.",
        ("enforce", _) => "The rungs below are in force until the dates they state; every one of them can be appealed and taken back.",
        _ => "The rungs below are what policy decided. They are recorded; nothing is enforced and no caller notices anything.",
    };

    static Markup Rejected(InputSummary input)
    {
        if (input.Rejected.Count == 0)
        {
            return Markup.Of($"none");
        }

        var total = input.Rejected.Sum(rejection => rejection.Count);
        var ratio = total / (double)Math.Max(1, total + input.Exchanges);
        var rows = input.Rejected.OrderByDescending(rejection => rejection.Count).Select(rejection => Markup.Of(
            $"<li>{Figures.Count(rejection.Count)} × {Wording.Words(rejection.Reason)}, first in <code>{rejection.File}</code> line {Figures.Count(rejection.FirstLine)}</li>"));
        return Markup.Of(
            $"""{Figures.Count(total, "line")} ({Figures.Percent(ratio)} of all){(ratio > .01 ? ": too many to trust the rest" : "")}<ul>{rows}</ul>""");
    }

    static Markup Absent(InputSummary input) => input.AbsentFamilies.Count == 0
        ? Markup.Of($"none: all five families could be judged")
        : Markup.Of($"""{string.Join(", ", input.AbsentFamilies.Select(family => Family.Of(family).Title.ToLowerInvariant()))}: the input does not hold what they are made of""");

    static Markup Entry(string term, Markup value) => Markup.Of($"<div><dt>{term}</dt><dd>{value}</dd></div>\n");
}
