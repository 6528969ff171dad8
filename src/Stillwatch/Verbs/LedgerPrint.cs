using Stillwatch.Console.Reports;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Verbs;

/// <summary>Prints ledgers, of a report on disk or of a running server, and says when one does not add up.</summary>
static class LedgerPrint
{
    /// <param name="campaigns">Those that ledgers may be of.</param>
    /// <returns>0 when every ledger agrees with its confidence, else 1.</returns>
    public static int Print(List<Ledger> ledgers, IReadOnlyList<Campaign> campaigns, bool json, TextWriter output, TextWriter error)
    {
        if (json)
        {
            output.WriteLine(ExplanationJson.Write(ledgers));
        }
        else
        {
            ledgers.ForEach(ledger => ExplanationText.Write(ledger, campaigns.FirstOrDefault(campaign => campaign.Id == ledger.Subject), output));
        }

        foreach (var ledger in ledgers.Where(ledger => !ledger.Agrees))
        {
            error.WriteLine(Disagreement(ledger));
        }

        return ledgers.TrueForAll(ledger => ledger.Agrees) ? ExitCode.Done : ExitCode.Failed;
    }

    static string Disagreement(Ledger ledger) => ledger.StatedLogOdds is { } stated && Math.Abs(stated - ledger.CountedLogOdds) > Ledger.Tolerance
        ? $"The ledger of {ledger.Subject} does not add up: its items sum to {ledger.CountedLogOdds:R} nats, the report states {stated:R}. Do not act on this report; scan again."
        : $"The ledger of {ledger.Subject} does not add up: the weights sum to {ledger.Sum:R} nats, the confidence {ledger.Confidence:R} is {ledger.Logit:R}. Do not act on this report; scan again.";
}
