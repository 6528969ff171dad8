using System.Buffers;
using System.Text;
using Stillwatch.Gateway.Dialects.Translation.RawJson;

namespace Stillwatch.Gateway.Dialects.Translation;

/// <summary>An upstream's error, whatever its shape, as ours: OpenAI and Anthropic objects, vLLM's flat one, FastAPI's detail, a proxy's
/// HTML.</summary>
static class UpstreamError
{
    /// <summary>Longer messages quote requests or traces rather than say what is wrong.</summary>
    const int MaxMessageBytes = 300;

    public static GatewayError Unreadable { get; } =
        new(502, "upstream_unreadable", "The upstream answered with something that is no response of its API; try again, or ask the operator.");

    /// <summary>What takes the place of a frame of a stream that cannot be read.</summary>
    public static GatewayError BrokenStream { get; } =
        new(502, "upstream_stream_broken", "The upstream's stream became unreadable and was ended; what came before it is incomplete.");

    /// <summary>Its own word for a failure: it ended a response with a reason such as abort.</summary>
    public static GatewayError GaveUp { get; } =
        new(502, "upstream_gave_up", "The upstream ended the response before it was complete; what came before is incomplete, try again.");

    public static GatewayError Of(int status, ReadOnlySpan<byte> body)
    {
        var root = RawScan.IsWellFormed(body) ? RawValue.Of(body) : default;
        var error = root["error"u8] is { IsObject: true } inner ? inner : root;
        var message = error["message"u8] is { IsString: true } stated ? stated : root["error"u8] is { IsString: true } plain ? plain : root["detail"u8];
        return new(Status(status), Code(status, error), Message(status, message.Text));
    }

    /// <summary>An error object inside a stream, where there is no status: by its code when that is one, else by the type names both APIs
    /// document.</summary>
    public static GatewayError OfStream(ReadOnlySpan<byte> frame)
    {
        var root = RawValue.Of(frame);
        var error = root["error"u8] is { IsObject: true } inner ? inner : root;
        return Of(error["code"u8].Count(0) is >= 400 and < 600 and var code ? code : StatusOf(error["type"u8]), frame);
    }

    static int StatusOf(RawValue type) =>
        type.Is("overloaded_error"u8) ? 529
        : type.Is("rate_limit_error"u8) || type.Is("rate_limit_exceeded"u8) ? 429
        : type.Is("timeout_error"u8) ? 504
        : type.Is("invalid_request_error"u8) || type.Is("BadRequestError"u8) ? 400
        : 502;

    // The upstream's 401, 402 and 403 are about the operator's credential, not the caller's; a redirect or a 200 is no error we know.
    static int Status(int status) => status switch
    {
        401 or 402 or 403 => 502,
        >= 400 and < 600 => status,
        _ => 502,
    };

    static string Code(int status, RawValue error)
    {
        if (status is 401 or 402 or 403)
        {
            return "upstream_credential_refused";
        }

        foreach (var code in (ReadOnlySpan<string>)["context_length_exceeded", "insufficient_quota", "model_not_found", "content_filter", "rate_limit_exceeded"])
        {
            if (error["code"u8].Text.SequenceEqual(Encoding.ASCII.GetBytes(code)))
            {
                return code;
            }
        }

        // vLLM and llama.cpp state the commonest refusal in words only.
        if (status == 400 && (Says(error, "maximum context length"u8) || Says(error, "context size"u8) || Says(error, "prompt is too long"u8)))
        {
            return "context_length_exceeded";
        }

        return status switch
        {
            429 => "upstream_rate_limited",
            503 or 529 => "upstream_overloaded",
            408 or 504 => "upstream_timeout",
            >= 400 and < 500 => "upstream_refused",
            _ => "upstream_failed",
        };
    }

    static bool Says(RawValue error, ReadOnlySpan<byte> words) => error["message"u8].Text.IndexOf(words) >= 0;

    static string Message(int status, ReadOnlySpan<byte> spelled)
    {
        if (status is 401 or 402 or 403)
        {
            return "The upstream refused the gateway's own credential or account; the operator must look at it.";
        }

        if (spelled.Length is > 0 and <= MaxMessageBytes)
        {
            var text = new ArrayBufferWriter<byte>(MaxMessageBytes);
            RawText.Unescape(spelled, text);
            var message = Encoding.UTF8.GetString(text.WrittenSpan);
            if (UpstreamMessage.IsSafe(message))
            {
                return message;
            }
        }

        return status is >= 400 and < 500 ? $"The upstream refused the request with status {status}." : $"The upstream failed with status {status}; try again.";
    }
}
