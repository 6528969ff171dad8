using Microsoft.Extensions.Logging;

namespace Stillwatch.Gateway.Enforcement.Displacement;

sealed partial class DisplacementDesk
{
    readonly ILogger _logger = logger;

    [LoggerMessage(1900, LogLevel.Information, "Displacement trial {Number} of {Case} has begun: {Treated} accounts are slowed for one window, {Siblings} are watched; one dispatcher would lift them by {PowerSd:0.0} standard deviations")]
    partial void LogBegun(int number, string @case, int treated, int siblings, double powerSd);

    [LoggerMessage(1901, LogLevel.Information, "Displacement trial {Number} of {Case} weighs {Nats:0.00} nats: {ShiftedRatio:P0} of the load taken away came up at the others")]
    partial void LogMeasured(int number, string @case, double nats, double shiftedRatio);

    [LoggerMessage(1902, LogLevel.Information, "Displacement trial {Number} of {Case} was broken off and weighs nothing: its ring is no longer at shape, or the policy changed")]
    partial void LogAborted(int number, string @case);
}
