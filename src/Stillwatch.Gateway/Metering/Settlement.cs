using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Gateway.Metering;

/// <summary>The four counts an exchange is settled at.</summary>
/// <param name="IsEstimated">At least one of them is our own count; the upstream did not state it, or the exchange broke off before it could.</param>
readonly record struct Settlement(TokenUsage Usage, bool IsEstimated)
{
    const int FirstErrorStatus = 400;

    /// <summary>Settles an exchange, in the caller's finaliser: complete, aborted, failed or truncated, none comes out at zero that reached a model.</summary>
    /// <param name="request">The request body as the client sent it, for our own count of the input when the upstream did not state it.</param>
    /// <param name="status">The upstream's status; 0 when the exchange ended before the upstream gave one. From 400 on nothing was processed.</param>
    public static Settlement Of(ResponseReading response, ReadOnlySpan<byte> request, TokenCounter counter, int status = 0)
    {
        // A nought where there was text is no statement; some servers fill in usage only at the end, or never.
        var outputIsStated = response.OutputIsFinal && (response.OutputTokens > 0 || response.GeneratedBytes == 0);
        var output = response.OutputTokens ?? 0;
        if (!outputIsStated)
        {
            // What was stated so far is where a count began, or how far it had come: never less than that.
            output = Math.Max(output, CountOutput(response, counter));
        }

        var (read, written) = (response.CacheReadTokens ?? 0, response.CacheWriteTokens ?? 0);
        var inputIsStated = response.InputTokens > 0 || read + (long)written > 0;
        if (status >= FirstErrorStatus && output == 0 && !inputIsStated)
        {
            return default;
        }

        var input = inputIsStated ? response.InputTokens ?? 0 : counter.CountRequest(request);
        return new Settlement(new TokenUsage(input, read, written, output), !inputIsStated || !outputIsStated);
    }

    /// <summary>Our own count of what was generated: the sample's tokens in proportion to all of it; from bytes alone where nothing was readable.</summary>
    public static int CountOutput(ResponseReading response, TokenCounter counter)
    {
        var sample = response.GeneratedSample;
        return sample.IsEmpty
            ? TokenCounter.FromBytes(response.GeneratedBytes - response.GeneratedOtherBytes, response.GeneratedOtherBytes)
            : TokenCounter.Scaled(counter.Count(sample), Math.Max(response.GeneratedBytes, sample.Length), sample.Length);
    }
}
