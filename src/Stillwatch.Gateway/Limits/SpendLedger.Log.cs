using Microsoft.Extensions.Logging;

namespace Stillwatch.Gateway.Limits;

// Event ids 1600 to 1649: limits (docs/observability.md lists the ranges).
sealed partial class SpendLedger
{
    [LoggerMessage(1600, LogLevel.Error, "Spend cannot be written to spend.db, spend limits follow on_store_failure until it can: {Error}")]
    static partial void LogFailed(ILogger log, string error);

    [LoggerMessage(1601, LogLevel.Information, "Spend is written to spend.db again")]
    static partial void LogRecovered(ILogger log);

    [LoggerMessage(1602, LogLevel.Error,
        "The spend of {Budgets} budgets could not be written at the end and is lost: they start from what spend.db holds")]
    static partial void LogLost(ILogger log, int budgets);
}
