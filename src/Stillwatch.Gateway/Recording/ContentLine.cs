using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Forwarding;
using Stillwatch.Gateway.Metering;

namespace Stillwatch.Gateway.Recording;

/// <summary>Writes an exchange as a line of the exchange log (contract 5.1).</summary>
/// <remarks>
/// The request is the client's, byte for byte, but for line breaks between its values. The response is verbatim where it is whole
/// and in the
/// caller's dialect; else, and where the log could not be read with it, what was read of it: id, texts, ids of tool calls, token counts.
/// </remarks>
static class ContentLine
{
    static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>The line, without its end; null when there is no request to write or no room for more lines to wait.</summary>
    public static byte[]? Of(InferenceExchange exchange, in Settlement settlement, int latencyMs, ContentLog log, ParsedExchange scratch)
    {
        if (exchange.Body is null || exchange.Content is not { } content)
        {
            return null;
        }

        if (content.IsTooLong)
        {
            log.Omitted.Add("response_too_long");
        }

        var line = Write(exchange, content, settlement, latencyMs, content.Body is not null && !exchange.IsTranslated);
        if (content.Body is not null && !ExchangeParser.TryParse(line, scratch, out _))
        {
            log.Omitted.Add("response_not_readable");
            line = Write(exchange, content, settlement, latencyMs, isVerbatim: false);
        }

        return log.TryReserve(line) ? line : null;
    }

    static byte[] Write(InferenceExchange exchange, ContentCapture content, in Settlement settlement, int latencyMs, bool isVerbatim)
    {
        var output = new ArrayBufferWriter<byte>(exchange.Body!.Span.Length + (content.Body?.Length ?? 0) + 1024);
        using var json = new Utf8JsonWriter(output, s_options);
        json.WriteStartObject();
        json.WriteString("id", exchange.Id);
        var time = DateTimeOffset.FromUnixTimeMilliseconds(exchange.Sketch.TimeMs).UtcDateTime;
        json.WriteString("time", time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        json.WriteString("account", exchange.Caller.Account);
        Optional(json, "organization", exchange.Caller.Organization);
        json.WriteString("key", exchange.Caller.KeyId);
        json.WriteString("request_id", exchange.RequestId);
        json.WriteStartObject("client");
        Optional(json, "ip", content.Ip);
        Optional(json, "user_agent", content.UserAgent);
        Optional(json, "ja4", content.Ja4);
        json.WriteEndObject();
        json.WriteString("api", exchange.Api == ExchangeApi.AnthropicMessages ? "anthropic.messages" : "openai.chat");
        json.WriteNumber("status", exchange.Status);
        json.WriteNumber("latency_ms", latencyMs);
        json.WritePropertyName("request");
        json.WriteRawValue(exchange.Body.Span, skipInputValidation: true);
        if (exchange.ReachedModel)
        {
            json.WritePropertyName("response");
            if (isVerbatim)
            {
                json.WriteRawValue(content.Body, skipInputValidation: true);
            }
            else
            {
                ContentSubset.Write(json, exchange, content, settlement.Usage);
            }
        }

        json.WriteEndObject();
        json.Flush();

        var line = output.WrittenSpan.ToArray();
        line.AsSpan().Replace((byte)'\n', (byte)' '); // raw line breaks stand between values only: a line of the log has none
        line.AsSpan().Replace((byte)'\r', (byte)' ');
        return line;
    }

    static void Optional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
