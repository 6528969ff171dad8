namespace Stillwatch.Engine.Displacements;

/// <summary>What one trial showed: some accounts of a suspected ring were slowed, and the others did or did not take over their load.</summary>
/// <param name="At">End of the trial; judgements of earlier event time do not know of it.</param>
/// <param name="Treated">Accounts that were slowed, by the operator's ids.</param>
/// <param name="Siblings">Accounts that were watched meanwhile.</param>
/// <param name="Nats">Log-likelihood ratio of one dispatcher behind them against independent users; above 0 it accuses. At most ±4.</param>
/// <param name="ShiftedRatio">Share of the load taken from the treated that came up at the siblings, as measured; below 0 when they fell.</param>
public sealed record DisplacementFinding(
    DateTimeOffset At, IReadOnlyList<string> Treated, IReadOnlyList<string> Siblings, double Nats, double ShiftedRatio);
