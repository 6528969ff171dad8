using Microsoft.AspNetCore.Http;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Forwarding;

/// <summary>What of an upstream's headers the caller gets: what describes the body and when to come back. Its ids, limits and names stay here.</summary>
static class ResponseHeaders
{
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    /// <param name="keepsLength">The body is passed on byte for byte.</param>
    public static void Copy(HttpResponseMessage from, HttpResponse to, bool isStream, bool keepsLength)
    {
        to.ContentType = from.Content.Headers.ContentType?.ToString() ?? (isStream ? "text/event-stream" : "application/json");
        if (keepsLength && from.Content.Headers.ContentLength is { } length)
        {
            to.ContentLength = length;
        }

        if (isStream)
        {
            to.Headers.CacheControl = "no-cache, no-transform";
            to.Headers["x-accel-buffering"] = "no"; // proxies on the way must not collect events
        }
    }

    /// <summary>
    /// The error with the upstream's wish to be left alone for a while; one for more than a minute becomes "do not retry", since some
    /// SDKs sleep through any wait.
    /// </summary>
    public static GatewayError WithRetry(HttpResponseMessage from, GatewayError error)
    {
        if (from.Headers.TryGetValues("x-should-retry", out var shouldRetry))
        {
            error = error with { ShouldRetry = shouldRetry.First() == "true" };
        }

        return from.Headers.RetryAfter?.Delta is not { } wait ? error
            : wait > LongestWait ? error with { ShouldRetry = false, RetryAfter = LongestWait }
            : error with { RetryAfter = wait };
    }
}
