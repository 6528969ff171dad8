namespace Stillwatch.Gateway.Telemetry;

/// <summary>What a limit came to since the start.</summary>
/// <param name="Rule">Its name in the policy.</param>
readonly record struct RuleReading(string Rule, bool IsShadow, long Requests);
