namespace Stillwatch.Storage.Spend;

/// <summary>What one budget of money has spent in one calendar period.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Scope">Who shares the budget, and <paramref name="Period"/>, which calendar: the numbers of the gateway's own
/// enumerations.</param>
/// <param name="Subject">Key, account, organization, model or ring, by scope.</param>
/// <param name="Model">Null for a budget over all models.</param>
/// <param name="UntilMs">End of the period, Unix milliseconds, UTC.</param>
/// <param name="NanoUsd">Billionths of a US dollar, what is reserved and not yet settled included.</param>
public sealed record StoredSpend(string Rule, int Scope, int Period, string Subject, string? Model, long UntilMs, long NanoUsd);
