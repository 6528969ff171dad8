using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Metering;

namespace Stillwatch.Gateway.Limits;

/// <summary>Who asks, for what: all that a limit can be keyed by. Nothing here comes from the client but the model's name.</summary>
readonly record struct LimitSubject(
    string KeyId, string Account, string? Organization, string Model, VerificationLevel Level, string? Programme, string? Ring);

/// <summary>What an exchange may come to, as far as can be said before it runs.</summary>
/// <param name="Requests">1, or the members of a batch.</param>
readonly record struct LimitDemand(int Requests, long InputTokens, long OutputTokens);

/// <summary>
/// Holds every budget. Reserve before admission, settle after; what an exchange came to is never given back when it is not known.
/// The embedded one decides in process and in nanoseconds; one over a network would finish its tasks later. Thread-safe.
/// </summary>
interface ILimiter
{
    /// <summary>Takes what the demand may come to out of every budget that applies, or out of none.</summary>
    /// <param name="reservation">Empty; filled when admitted, and then to be settled or released exactly once.</param>
    /// <param name="now">Wall clock. The same instant must be given to all budgets of one exchange.</param>
    /// <returns>Null when admitted, otherwise the tightest refusal.</returns>
    ValueTask<LimitRefusal?> ReserveAsync(LimitPlan plan, LimitSubject subject, LimitDemand demand, LimitReservation reservation, DateTimeOffset now);

    /// <summary>The exchange is over and came to <paramref name="use"/>. With <paramref name="isKnown"/> false nothing unused is given back, only concurrency.</summary>
    void Settle(LimitReservation reservation, in TokenUsage use, bool isKnown, DateTimeOffset now);

    /// <summary>The exchange never reached a model: everything reserved goes back, but the request itself stays counted.</summary>
    void Release(LimitReservation reservation, DateTimeOffset now);

    /// <summary>Gives an account back what it was charged beyond its own limits while it was wrongly restricted: its own rates are full again, its spend is reduced.</summary>
    void Repair(string account, long spendNanoUsd, DateTimeOffset now);
}

/// <summary>Why a request is not admitted.</summary>
/// <param name="Rule">Name of the rule.</param>
/// <param name="RetryAfter">When the same request would fit; null when waiting for minutes does not help (spend).</param>
/// <param name="Error">In the caller's terms: 429 (rates, spend), 503 (store). <c>retry-after</c> is at most 60 s, beyond that <c>x-should-retry: false</c>.</param>
sealed record LimitRefusal(string Rule, Meter Meter, TimeSpan? RetryAfter, GatewayError Error);
