using System.Globalization;
using System.Text;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Policies;
using Stillwatch.Storage.Replays;

namespace Stillwatch.Verbs;

/// <summary>A replay for people: whom it touches first.</summary>
static class ReplayText
{
    const int MostNamed = 10;
    const int MostReasons = 2;

    static readonly Rung[] Rungs = [Rung.Verify, Rung.Shape, Rung.Withhold, Rung.Suspend];

    public static string Format(ReplayReport report)
    {
        var text = new StringBuilder();
        Line(text, $"{report.Exchanges:N0} exchanges of {report.Accounts:N0} accounts, {report.From:yyyy-MM-dd HH:mm} to {report.To:yyyy-MM-dd HH:mm} UTC");
        Line(text, $"  now   {Say(report.Before)}");
        Line(text, $"  then  {Say(report.After)}");
        Classes(text, report.Classes);
        Moves(text, "Newly touched", report.Touched);
        Moves(text, "Released", report.Released);
        Rules(text, "Limits: what would have been refused", report.Limits, hasExchanges: true);
        Rules(text, "Levels: what needs a higher level", report.Levels, hasExchanges: true);
        Rules(text, "Regions: who may not call", report.Regions, hasExchanges: false);
        text.Append("\nTo know\n");
        foreach (var note in report.Notes)
        {
            Line(text, $"  - {note}");
        }

        return text.ToString();
    }

    static void Classes(StringBuilder text, IReadOnlyList<ClassChange> classes)
    {
        text.Append("\nAccounts by class and rung, now → then\n");
        var shown = Rungs.Select(PolicyWords.Rungs.Of).Where(rung => classes.Any(change => IsAny(change.Rungs[rung]))).ToList();
        var touched = classes.Where(change => change.Rungs.Values.Any(IsAny)).ToList();
        if (touched.Count > 0)
        {
            Line(text, $"  {"class",-34}{"accounts",10}{string.Concat(shown.Select(rung => $"{rung,18}"))}");
        }

        foreach (var change in touched)
        {
            Line(text, $"  {change.Class,-34}{change.Accounts,10:N0}{string.Concat(shown.Select(rung => $"{Say(change.Rungs[rung]),18}"))}");
        }

        var rest = classes.Count - touched.Count;
        if (rest > 0)
        {
            var others = classes.Except(touched).Sum(change => change.Accounts);
            Line(text, $"  {(touched.Count == 0 ? "nobody" : "nobody else")}: {rest} class{(rest == 1 ? "" : "es")} with {others:N0} account{(others == 1 ? "" : "s")}");
        }
    }

    static void Moves(StringBuilder text, string title, IReadOnlyList<RungChange> changes)
    {
        var accounts = changes.Sum(change => change.Accounts.Count);
        Line(text, $"\n{title}: {(accounts == 0 ? "nobody" : accounts == 1 ? "1 account" : FormattableString.Invariant($"{accounts:N0} accounts"))}");
        foreach (var change in changes)
        {
            var more = change.Accounts.Count - MostNamed;
            var named = string.Join(", ", change.Accounts.Take(MostNamed)) + (more > 0 ? $" and {more} more" : "");
            Line(text, $"  {Say(change.Before)} → {Say(change.After)}  {change.Verdict.ToString().ToLowerInvariant()}, confidence {change.Confidence:0.0000}: {named}");
            foreach (var reason in change.Reasons.Take(MostReasons))
            {
                Line(text, $"      {reason}");
            }
        }
    }

    static void Rules(StringBuilder text, string title, IReadOnlyList<RuleChange> rules, bool hasExchanges)
    {
        if (rules.Count == 0)
        {
            return;
        }

        Line(text, $"\n{title}, now → then");
        Line(text, $"  {"rule",-34}{"mode",10}{(hasExchanges ? $"{"exchanges",22}" : "")}{"accounts",18}");
        foreach (var rule in rules)
        {
            Line(text, $"  {rule.Rule,-34}{rule.Mode,10}{(hasExchanges ? $"{Say(rule.Exchanges),22}" : "")}{Say(rule.Accounts),18}");
        }
    }

    static string Say(ReplayedPolicy policy) => $"{policy.Name}, policy {policy.Hash}, mode {policy.Mode}";

    static string Say(Rung rung) => rung.ToString().ToLowerInvariant();

    static string Say(CountChange count) =>
        count.Before == count.After ? FormattableString.Invariant($"{count.After:N0}") : FormattableString.Invariant($"{count.Before:N0} → {count.After:N0}");

    static bool IsAny(CountChange count) => count.Before + count.After > 0;

    static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
