using Microsoft.Extensions.Logging;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Storage.Cases;

namespace Stillwatch.Gateway.Enforcement;

// Event ids 1750 to 1799: the ladder, cases and appeals (docs/observability.md lists the ranges).

/// <summary>What the ladder logs. Accounts are counted, not named: the log of cases names them.</summary>
static partial class LadderLog
{
    [LoggerMessage(1750, LogLevel.Information, "{Case} opened: {Verdict}, confidence {Confidence}, {Accounts} accounts")]
    public static partial void CaseOpened(this ILogger log, string @case, Verdict verdict, double confidence, int accounts);

    [LoggerMessage(1751, LogLevel.Information, "{Case}: {Accounts} accounts from {From} to {To} by rule {Rule}; enforced: {Enforced}")]
    public static partial void ResponseChanged(this ILogger log, string @case, int accounts, Rung from, Rung to, string rule, bool enforced);

    [LoggerMessage(1752, LogLevel.Warning, "Campaign {Campaign} of the report asks for a restriction on less than two families of evidence; it is observed instead")]
    public static partial void DecisionDistrusted(this ILogger log, string campaign);

    [LoggerMessage(1753, LogLevel.Information, "{Case} ended: {State}")]
    public static partial void CaseEnded(this ILogger log, string @case, CaseState state);
}
