using Microsoft.AspNetCore.Http;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Forwarding;

/// <summary>What of an upstream's headers the caller gets: what describes the body and when to come back. Its ids, limits and names stay here.</summary>
static class ResponseHeaders
{
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);
    const string Json = "application/json";
    const string EventStream = "text/event-stream";
    const string EventStreamUtf8 = "text/event-stream; charset=utf-8";

    /// <param name="keepsLength">The body is passed on byte for byte.</param>
    public static void Copy(HttpResponseMessage from, HttpResponse to, bool isStream, bool keepsLength)
    {
        to.ContentType = UsualType(from) ?? from.Content.Headers.ContentType?.ToString() ?? (isStream ? "text/event-stream" : "application/json");
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

    /// <summary>Whether the body is a stream of events; null when the upstream does not say what it is.</summary>
    public static bool? IsEventStream(HttpResponseMessage message) => UsualType(message) is { } usual
        ? !ReferenceEquals(usual, Json)
        : message.Content.Headers.ContentType?.MediaType?.Equals(EventStream, StringComparison.OrdinalIgnoreCase);

    // Nearly every response has one of these, and to take a media type apart and put it together again costs most of a microsecond.
    static string? UsualType(HttpResponseMessage message)
    {
        if (!message.Content.Headers.NonValidated.TryGetValues("Content-Type", out var values) || values.Count != 1)
        {
            return null;
        }

        return values.ToString() switch
        {
            Json => Json,
            EventStream => EventStream,
            EventStreamUtf8 => EventStreamUtf8,
            _ => null,
        };
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
