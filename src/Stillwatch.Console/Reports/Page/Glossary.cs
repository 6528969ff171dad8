using Stillwatch.Console.Reports.Charts;
using Stillwatch.Console.Reports.Html;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Console.Reports.Page;

/// <summary>The words of the report, for a reader who meets them here first.</summary>
internal static class Glossary
{
    public static Markup Render() => Markup.Of(
        $"""
        <footer class="page">
        <h2>Words used here</h2>
        <dl>
        {Entry("Campaign", "a ring (accounts linked by what they share) that was judged. A lone account never is one, nor are the accounts of one organization by themselves.")}
        {Entry("Nats", "the unit of evidence: the natural logarithm of how many times more likely the observation is if the accounts belong together. 0.7 nats double the odds, 2.3 multiply them by ten, 4.6 by a hundred.")}
        {Entry("Prior", "the log-odds before any evidence: how rare such rings are among all groups that could be looked at.")}
        {Entry("Raw and counted", "a weight as measured, and what is left of it after the discount for repeating others of its family and after the caps per item and per family. Only counted weights add up to the confidence.")}
        {Entry("Confidence", "the probability that the verdict is right: prior, counted weights and calibration offset, added and turned into a probability.")}
        {Entry("Lift", "how much more often accounts outside the reference cohort show a trait than those inside, as a natural logarithm: 0 is no more often, 2.3 is ten times.")}
        {Entry("Reference cohort", "aged, verified, mutually unlinked accounts: what normal looks like.")}
        {Entry("Percentile", "where a measurement lies among the same measurement on benign groups.")}
        {Entry("Task", "the exchanges that serve one purpose of one caller, such as one agent loop or one conversation.")}
        {Entry("Membership", "the share of an account's exchanges that belong to the campaign's kinds of request.")}
        {Entry("Template class", "one kind of request inside a campaign, judged by itself, so that a mixed account is restricted only where it harvests.")}
        {Entry("Counterfactual", "what would have been decided without one kind of evidence: a decision that hangs on a single thread shows it here.")}
        {Entry("Onset, pivot, detected", "when coordinated activity began; when the ring moved to another model beyond what everybody did; the moment, in the log's own time, at which this judgement first held.")}
        <div><dt>Rung</dt><dd>one response on a ladder, each with a reason, an end and a way back: {Enum.GetValues<Rung>().Select(Meaning)}</dd></div>
        <div><dt>Evidence families</dt><dd class="families">{Family.All.Select(family => Markup.Of($"{Marks.Label(family)} <small>{family.Sees}</small> "))}</dd></div>
        </dl>
        <p class="never">Nationality, country and language are never evidence. No text of any request or response is in this report: sketches are keyed and hold none.</p>
        </footer>
        """);

    static Markup Entry(string word, string meaning) => Markup.Of($"<div><dt>{word}</dt><dd>{meaning}</dd></div>\n");

    static Markup Meaning(Rung rung) => Markup.Of(
        $"<em>{Wording.Rung(rung)}</em>, {Wording.Meaning(rung)}{(rung == Rung.Suspend ? "." : "; ")}");
}
