using System.Globalization;
using Stillwatch.Console.Reports;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Verbs;

/// <summary>A ledger as lines of text: fixed columns first, so that they can be cut and summed, then the sentence.</summary>
static class ExplanationText
{
    /// <param name="campaign">The campaign whose ledger it is; null for an account's.</param>
    public static void Write(Ledger ledger, Campaign? campaign, TextWriter output)
    {
        output.WriteLine(campaign is null
            ? $"Account {Plain(ledger.Subject)}: {Figures.Percent(ledger.Confidence)}, {Wording.Confidence(ledger.Confidence)}"
            : $"Campaign {Plain(ledger.Subject)}: {Wording.Verdict(campaign.Verdict).ToLowerInvariant()}, {Figures.Percent(ledger.Confidence)}, {Wording.Confidence(ledger.Confidence)}; response decided: {Wording.Rung(campaign.Response)}");
        output.WriteLine();
        output.WriteLine($"{"counted",9} {"raw",9} {"percentile",11} {"value",12}  family / trait");
        output.WriteLine($"{Nats(ledger.Prior),9} {"",9} {"",11} {"",12}  prior");
        foreach (var item in ledger.Items.OrderByDescending(item => item.Family == "campaign").ThenByDescending(item => item.LogOdds))
        {
            output.WriteLine($"{Nats(item.LogOdds),9} {Nats(item.RawLogOdds),9} {(item.Family == "campaign" ? "" : Percentile(item.Percentile)),11} {Value(item.Value),12}  {Plain(item.Family)} / {Plain(item.Trait)}");
            output.WriteLine($"{"",45}{Plain(item.Says)}");
        }

        output.WriteLine($"{Nats(ledger.Calibration),9} {"",9} {"",11} {"",12}  calibration offset");
        output.WriteLine(new string('-', 9));
        output.WriteLine($"{Nats(ledger.Sum),9}  sum, nats: {ledger.Sum.ToString("R", CultureInfo.InvariantCulture)}");
        output.WriteLine($"{Nats(ledger.Logit),9}  logit of the confidence {ledger.Confidence.ToString("R", CultureInfo.InvariantCulture)}: {ledger.Logit.ToString("R", CultureInfo.InvariantCulture)}");
        output.WriteLine(ledger.Agrees
            ? ledger.Difference <= Ledger.Tolerance
                ? "The two agree within 1e-9."
                : "The two agree to the last bit of the confidence; so near to 1 a double holds no finer difference."
            : "The two DO NOT agree.");
        output.WriteLine();
    }

    // Machine-readable columns take the ASCII minus.
    static string Nats(double nats) => nats.ToString("+0.000;-0.000;0.000", CultureInfo.InvariantCulture);

    static string Percentile(double ratio) => (ratio * 100).ToString("0.####", CultureInfo.InvariantCulture) + " %";

    static string Value(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    /// <summary>Control characters would let a name in a log write to the reader's terminal.</summary>
    internal static string Plain(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? '\uFFFD' : letter));
}
