using Stillwatch.Engine.Judgement;

namespace Stillwatch.Console.Reports;

/// <summary>The balance behind one confidence: prior + Σ counted weights + calibration offset = logit(confidence).</summary>
/// <param name="Subject">Id of the campaign or name of the account.</param>
/// <param name="Prior">Log-odds before any evidence, nats; 0 for an account, whose first item is what it takes from its ring.</param>
/// <param name="Calibration">What the calibration map added, nats.</param>
/// <param name="Confidence">What the report states, 0 to 1.</param>
public sealed record Ledger(
    string Subject, double Prior, IReadOnlyList<EvidenceItem> Items, double Calibration, double Confidence, double? StatedLogOdds)
{
    /// <summary>How far sum and confidence may lie apart, nats.</summary>
    public const double Tolerance = 1e-9;

    // Unit round-off of a double: a probability near 1 cannot be written any finer.
    const double RoundOff = 1.0 / (1L << 52);

    public double CountedLogOdds => Items.Sum(item => item.LogOdds);

    /// <summary>The total, nats.</summary>
    public double Sum => Prior + CountedLogOdds + Calibration;

    public double Logit => Math.Log(Confidence) - Math.Log(1 - Confidence);

    public double Difference => Math.Abs(Sum - Logit);

    /// <summary>
    /// True when the total is the stated confidence within <see cref="Tolerance"/>. Above some 16 nats a double next to 1 is coarser
    /// than that; there the two agree when the total's own probability is the stated one to the last bit.
    /// </summary>
    public bool Agrees =>
        (Difference <= Tolerance || Math.Abs(ProbabilityOf(Sum) - Confidence) <= RoundOff)
        && (StatedLogOdds is not { } stated || Math.Abs(stated - CountedLogOdds) <= Tolerance);

    public static Ledger Of(Campaign campaign) => new(
        campaign.Id, campaign.PriorLogOdds, campaign.Evidence, campaign.CalibrationLogOdds, campaign.Confidence, campaign.LogOdds);

    public static Ledger Of(AccountJudgement account) => new(account.Account, 0, account.Evidence, 0, account.Confidence, null);

    /// <summary>The logistic function: nats to probability, 0 to 1.</summary>
    public static double ProbabilityOf(double logOdds) =>
        logOdds >= 0 ? 1 / (1 + Math.Exp(-logOdds)) : Math.Exp(logOdds) / (1 + Math.Exp(logOdds));
}
