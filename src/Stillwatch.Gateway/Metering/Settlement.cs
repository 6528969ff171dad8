using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Gateway.Metering;

/// <summary>The four counts an exchange is settled at.</summary>
/// <param name="IsEstimated">At least one of them is our own count; the upstream did not state it, or the exchange broke off before it could.</param>
readonly record struct Settlement(TokenUsage Usage, bool IsEstimated)
{
    /// <summary>Settles an exchange, in the caller's finaliser: complete, aborted, failed or truncated, none comes out at zero that reached a model.</summary>
    /// <param name="request">The request body as the client sent it, for our own count of the input when the upstream did not state it.</param>
    public static Settlement Of(ResponseReading response, ReadOnlySpan<byte> request, TokenCounter counter) => throw new NotImplementedException();
}
