using Stillwatch.Console.Reports.Html;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Console.Reports.Cards;

/// <summary>The members, folded: the surest first, each with the strongest evidence of its own.</summary>
internal static class AccountsTable
{
    const int Most = 200;

    // A page of fifty large campaigns must still open at once: together they list no more rows than this.
    const int MostInReport = 6000;

    public static Markup Render(Campaign campaign, IReadOnlyList<AccountJudgement> accounts, CampaignGroups groups)
    {
        if (accounts.Count == 0)
        {
            return Markup.Empty;
        }

        var most = Math.Min(Most, Math.Max(20, MostInReport / (groups.Findings.Count + groups.Benign.Count)));
        var rest = accounts.Count - most;
        var rows = accounts.OrderByDescending(account => account.Response).ThenByDescending(account => account.Confidence)
            .ThenBy(account => account.Account, StringComparer.Ordinal).Take(most).Select(Row);
        return Markup.Of(
            $"""
            <section><h3>Accounts</h3>
            <details><summary>{(rest > 0 ? $"The surest {most} of {Figures.Count(accounts.Count)}" : $"All {Figures.Count(accounts.Count)}")}</summary>
            <div class="scroll"><table class="accounts"><thead><tr><th scope="col">Account</th><th scope="col">Response</th><th scope="col" class="n">Confidence</th><th scope="col" class="n">Membership</th><th scope="col">Detected</th><th scope="col">Strongest evidence of its own</th></tr></thead>
            <tbody>{rows}</tbody></table></div>
            {(rest > 0 ? Markup.Of($"""<p class="note">and {Figures.Count(rest)} more: report.json holds them all, and <code>stillwatch explain ACCOUNT --report DIR</code> prints the weights of any one.</p>""") : Markup.Empty)}
            </details></section>
            """);
    }

    static Markup Row(AccountJudgement account)
    {
        var own = account.Evidence.Where(item => item.Family != "campaign" && item.LogOdds > 0).MaxBy(item => item.LogOdds);
        return Markup.Of(
            $"""
            <tr><th scope="row"><bdi>{account.Account}</bdi></th><td>{Wording.Rung(account.Response)}</td><td class="n">{Figures.Percent(account.Confidence)}</td><td class="n">{Figures.Share(account.MembershipRatio)}</td><td>{Figures.Minute(account.DetectedAt)}</td><td>{(own is null ? "none: it is here through its ring" : $"{own.Says} ({Figures.Nats(own.LogOdds)})")}</td></tr>
            """);
    }
}
