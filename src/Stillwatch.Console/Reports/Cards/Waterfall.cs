using Stillwatch.Console.Reports.Charts;
using Stillwatch.Console.Reports.Html;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Console.Reports.Cards;

/// <summary>The evidence as a balance: from the prior, item by item, to the confidence, each with its sentence.</summary>
internal static class Waterfall
{
    public static Markup Render(Campaign campaign)
    {
        var ledger = Ledger.Of(campaign);
        var balance = BalanceSteps.Of(ledger);
        return Markup.Of(
            $"""
            <section class="evidence"><h3>Why: the balance of evidence</h3>
            <p class="note">In nats. A solid bar is what was counted, its outline what discount and cap took off; the vertical line is even odds.{(ledger.Agrees ? "" : " These weights do not add up to the confidence stated: do not rely on this report.")}</p>
            {FamilyTotals(ledger)}
            <table class="balance">
            <thead><tr><th scope="col">Evidence</th><th scope="col" class="step">From prior to total</th><th scope="col" class="n">Raw</th><th scope="col" class="n">Counted</th></tr></thead>
            <tbody>
            {Plain("Prior", "before any evidence", Bar.Step(balance.Scale, 0, ledger.Prior, ledger.Prior), ledger.Prior)}
            {balance.Steps.Select(step => Row(step, balance))}
            {(ledger.Calibration == 0 ? Markup.Empty : Plain("Calibration", "what rings of such a sum turned out to be", Bar.Step(balance.Scale, balance.Total - ledger.Calibration, ledger.Calibration, ledger.Calibration), ledger.Calibration))}
            </tbody>
            <tfoot><tr><th scope="row">Total <span class="says">a confidence of {Figures.Percent(campaign.Confidence)}, {Wording.Confidence(campaign.Confidence)}</span></th><td class="step total">{Bar.Step(balance.Scale, 0, balance.Total, balance.Total)}</td><td class="n"></td><td class="n">{Figures.Nats(balance.Total)}</td></tr></tfoot>
            </table>
            </section>
            """);
    }

    static Markup FamilyTotals(Ledger ledger)
    {
        var totals = ledger.Items.GroupBy(item => item.Family).OrderByDescending(family => family.Sum(item => item.LogOdds))
            .Select(family => Markup.Of($"<li>{Marks.Label(Family.Of(family.Key))} <b>{Figures.Nats(family.Sum(item => item.LogOdds))}</b></li>"));
        return Markup.Of($"""<ul class="families">{totals}</ul>""");
    }

    static Markup Row(BalanceSteps.Step step, BalanceSteps balance)
    {
        var item = step.Item;
        var family = Family.Of(item.Family);
        return Markup.Of(
            $"""
            <tr class="{family.Style}"><th scope="row">{Marks.Label(family)} <b>{Wording.Words(item.Trait)}</b><span class="says">{item.Says}</span><span class="measured">{Measured(item)}</span></th><td class="step">{Bar.Step(balance.Scale, step.Start, item.LogOdds, item.RawLogOdds)}</td><td class="n raw">{Figures.Nats(item.RawLogOdds)}</td><td class="n">{Figures.Nats(item.LogOdds)}</td></tr>
            """);
    }

    static string Measured(EvidenceItem item)
    {
        var parts = new List<string>();
        if (item.Accounts > 0)
        {
            parts.Add($"{Figures.Count(item.Accounts, "account")} of the ring, {Figures.Count(item.CohortAccounts)} of the reference cohort");
        }

        if (item.Lift != 0)
        {
            parts.Add($"lift {Figures.Nats(item.Lift)}");
        }

        parts.Add($"above {Figures.Percent(item.Percentile).TrimStart('>', ' ')} of benign groups{(item.ReferenceClass == "individual" ? "" : $" ({Wording.Words(item.ReferenceClass)})")}");
        return string.Join("; ", parts);
    }

    static Markup Plain(string name, string says, Markup bar, double nats) => Markup.Of(
        $"""<tr class="plain"><th scope="row"><b>{name}</b><span class="says">{says}</span></th><td class="step">{bar}</td><td class="n raw"></td><td class="n">{Figures.Nats(nats)}</td></tr>""");
}
