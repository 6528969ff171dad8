using System.Buffers;
using System.Text.Json;

namespace Stillwatch.Gateway.Dialects;

/// <summary>Writes a <see cref="GatewayError"/> as the caller's dialect has it, as a body or inside a running stream.</summary>
static class ErrorBody
{
    public static void Write(IBufferWriter<byte> output, Dialect dialect, GatewayError error, string requestId)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        if (dialect == Dialect.Anthropic)
        {
            json.WriteString("type"u8, "error"u8);
        }

        json.WriteStartObject("error"u8);
        json.WriteString("type"u8, TypeOf(dialect, error.Status));
        json.WriteString("message"u8, error.Message);
        if (dialect == Dialect.Anthropic)
        {
            json.WriteStartObject("details"u8);
            json.WriteString("error_code"u8, error.Code);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("param"u8);
            json.WriteString("code"u8, error.Code);
        }

        json.WriteEndObject();
        if (dialect == Dialect.Anthropic)
        {
            json.WriteString("request_id"u8, requestId);
        }

        json.WriteEndObject();
    }

    /// <summary>The last event of a stream that failed: <c>event: error</c> for Anthropic, an error chunk for OpenAI. Nothing may follow it.</summary>
    public static void WriteEvent(IBufferWriter<byte> output, Dialect dialect, GatewayError error, string requestId)
    {
        output.Write(dialect == Dialect.Anthropic ? "event: error\ndata: "u8 : "data: "u8);
        Write(output, dialect, error, requestId);
        output.Write("\n\n"u8);
    }

    // Types by status, as both APIs document them; clients choose their exception class by status first.
    static ReadOnlySpan<byte> TypeOf(Dialect dialect, int status) => dialect == Dialect.Anthropic
        ? status switch
        {
            401 => "authentication_error"u8,
            402 => "billing_error"u8,
            403 => "permission_error"u8,
            404 => "not_found_error"u8,
            409 => "conflict_error"u8,
            413 => "request_too_large"u8,
            429 => "rate_limit_error"u8,
            504 or 408 => "timeout_error"u8,
            529 or 503 => "overloaded_error"u8,
            >= 500 => "api_error"u8,
            _ => "invalid_request_error"u8,
        }
        : status switch
        {
            401 => "authentication_error"u8,
            403 => "permission_error"u8,
            429 => "rate_limit_exceeded"u8,
            >= 500 => "server_error"u8,
            _ => "invalid_request_error"u8,
        };
}
