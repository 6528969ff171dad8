namespace Stillwatch.Gateway.Enforcement.Displacement;

/// <summary>One trial, for whoever must account for it: who was slowed, when, why, and what came of it. Immutable.</summary>
/// <param name="Case">The case of the ring.</param>
/// <param name="Number">1 for the ring's first trial.</param>
/// <param name="Treated">Accounts that were slowed, by the operator's ids.</param>
/// <param name="Siblings">Accounts that were watched.</param>
/// <param name="RateRatio">What was left of the treated accounts' rate.</param>
/// <param name="PowerSd">Standard deviations by which siblings would rise if one dispatcher fed them all: why so many were slowed and not fewer.</param>
/// <param name="Outcome"><c>running</c>, <c>measured</c>, or <c>aborted</c>: the ring was no longer at shape, or the policy changed.</param>
/// <param name="Nats">Weight, once measured.</param>
/// <param name="ShiftedRatio">Share of the load taken away that came up at the siblings, once measured.</param>
sealed record TrialRecord(
    string Case, int Number, DateTimeOffset From, DateTimeOffset Until, IReadOnlyList<string> Treated, IReadOnlyList<string> Siblings,
    double RateRatio, double PowerSd, string Outcome, double? Nats = null, double? ShiftedRatio = null);
