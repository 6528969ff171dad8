using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;

namespace Stillwatch.Gateway.Forwarding;

/// <summary>What of an upstream's headers the caller gets: what describes the body and when to come back. Its ids, limits and names stay here.</summary>
static class ResponseHeaders
{
    const int LongestWaitSeconds = 60;

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

    /// <summary>An upstream's wish to be left alone for a while; one for more than a minute becomes "do not retry", since some SDKs sleep through any wait.</summary>
    public static void CopyRetry(HttpResponseMessage from, HttpResponse to)
    {
        if (from.Headers.TryGetValues("x-should-retry", out var shouldRetry))
        {
            to.Headers["x-should-retry"] = shouldRetry.First() == "true" ? "true" : "false";
        }

        if (from.Headers.RetryAfter is { } after && WaitOf(after) is { } seconds)
        {
            if (seconds > LongestWaitSeconds)
            {
                to.Headers["x-should-retry"] = "false";
            }

            to.Headers.RetryAfter = Math.Min(seconds, LongestWaitSeconds).ToString();
        }
    }

    static int? WaitOf(RetryConditionHeaderValue after) => after.Delta is { } delta ? (int)Math.Ceiling(delta.TotalSeconds) : null;
}
