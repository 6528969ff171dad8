using System.Buffers;
using Microsoft.AspNetCore.Http;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Forwarding;

/// <summary>Answers of the gateway's own.</summary>
static class Reply
{
    /// <summary>A whole error response in the caller's dialect. Does nothing when the response has begun: then only the stream itself can say it.</summary>
    public static async Task ErrorAsync(
        HttpContext context, Dialect face, GatewayError error, string requestId, Action<IHeaderDictionary>? addHeaders = null)
    {
        var response = context.Response;
        if (response.HasStarted)
        {
            return;
        }

        response.Clear();
        response.StatusCode = error.Status;
        Identify(response, face, requestId);
        Retry(response, error);
        addHeaders?.Invoke(response.Headers);
        var body = new ArrayBufferWriter<byte>();
        ErrorBody.Write(body, face, error, requestId);
        await JsonAsync(context, body.WrittenMemory);
    }

    public static Task JsonAsync(HttpContext context, ReadOnlyMemory<byte> json) => BytesAsync(context, "application/json", json);

    public static async Task BytesAsync(HttpContext context, string? contentType, ReadOnlyMemory<byte> body)
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
        }
    }

    public static void Identify(HttpResponse response, Dialect face, string requestId) =>
        response.Headers[face == Dialect.Anthropic ? "request-id" : "x-request-id"] = requestId;

    /// <summary>Says whether and when to come back, and by which method, where the error knows it.</summary>
    public static void Retry(HttpResponse response, GatewayError error)
    {
        if (error.RetryAfter is { } after)
        {
            response.Headers.RetryAfter = ((int)Math.Ceiling(after.TotalSeconds)).ToString();
        }

        if (error.Allow is { } allowed)
        {
            response.Headers.Allow = allowed;
        }

        if (error.ShouldRetry is { } retry)
        {
            response.Headers["x-should-retry"] = retry ? "true" : "false";
        }
    }
}
