using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Forwarding;

namespace Stillwatch.Gateway.Enforcement.Refusals;

/// <summary>
/// Declines a request the way the model itself would, without reaching it: HTTP 200, and a response whose end is a refusal, which clients
/// of either API know. Nothing was generated, so usage is zero.
/// </summary>
/// <remarks>
/// Anthropic: a message without content, as the API's own refusals before the first token are, with <c>stop_reason: refusal</c> and
/// <c>stop_details</c> of the category <c>reasoning_extraction</c>. OpenAI: the message's <c>refusal</c> says why and the finish reason is
/// <c>content_filter</c>, which is also what a refusal of an Anthropic upstream is translated to.
/// </remarks>
static class Refusal
{
    static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The whole response; the request must not have been answered yet.</summary>
    /// <param name="model">As the caller named it.</param>
    /// <param name="explanation">For the caller: what was refused, and where to appeal. Never content.</param>
    /// <param name="includeUsage">An OpenAI stream was asked for its usage chunk.</param>
    /// <param name="time">When the request came, for OpenAI's <c>created</c>.</param>
    public static async Task WriteAsync(
        HttpContext context, Dialect face, bool stream, string model, string requestId, string explanation, bool includeUsage, DateTimeOffset time)
    {
        var output = new ArrayBufferWriter<byte>();
        Write(output, face, stream, model, requestId, explanation, includeUsage, time);
        context.Response.StatusCode = 200;
        Reply.Identify(context.Response, face, requestId);
        if (stream)
        {
            context.Response.Headers.CacheControl = "no-cache, no-transform";
        }

        await Reply.BytesAsync(context, stream ? "text/event-stream; charset=utf-8" : "application/json", output.WrittenMemory);
    }

    public static void Write(
        IBufferWriter<byte> output, Dialect face, bool stream, string model, string requestId, string explanation, bool includeUsage, DateTimeOffset time)
    {
        var id = requestId.StartsWith("req_", StringComparison.Ordinal) ? requestId[4..] : requestId;
        if (face == Dialect.Anthropic)
        {
            new RefusedMessage($"msg_{id}", model, explanation).Write(output, stream);
        }
        else
        {
            new RefusedCompletion($"chatcmpl-{id}", model, explanation, time.ToUnixTimeSeconds()).Write(output, stream, includeUsage);
        }
    }

    /// <summary>One JSON object with what <paramref name="members"/> writes.</summary>
    public static void Object(IBufferWriter<byte> output, Action<Utf8JsonWriter> members)
    {
        using var json = new Utf8JsonWriter(output, Plain);
        json.WriteStartObject();
        members(json);
        json.WriteEndObject();
    }
}
