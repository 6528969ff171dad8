using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Stillwatch.Engine.Exchanges;

/// <summary>Writes an <see cref="Exchange"/> as one line of the exchange log (contract 5.1): UTF-8, no byte order mark, ended by LF.</summary>
/// <remarks>
/// The request and response are in the API's own shape, so that what is read back is what a gateway would have recorded.
/// Members that are null are left out. Not thread-safe: each thread owns one.
/// </remarks>
public sealed class ExchangeWriter : IDisposable
{
    readonly Utf8JsonWriter _json = new(Stream.Null, new JsonWriterOptions
    {
        // A log is no web page: text stays readable instead of \u escapes. The texts are ours to write, so no re-validation.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    });

    /// <summary>Appends the line of <paramref name="exchange"/> to <paramref name="output"/>.</summary>
    public void Write(Exchange exchange, IBufferWriter<byte> output)
    {
        _json.Reset(output);
        _json.WriteStartObject();
        _json.WriteString("id"u8, exchange.Id);
        WriteTime(exchange.Time);
        _json.WriteString("account"u8, exchange.Account);
        Optional("organization"u8, exchange.Organization);
        Optional("key"u8, exchange.Key);
        Optional("app"u8, exchange.App);
        Optional("request_id"u8, exchange.RequestId);
        if (exchange.Batch)
        {
            _json.WriteBoolean("batch"u8, true);
        }

        if (exchange.Client is { } client)
        {
            WriteClient(client);
        }

        _json.WriteString("api"u8, exchange.Api == ExchangeApi.AnthropicMessages ? "anthropic.messages"u8 : "openai.chat"u8);
        Optional("status"u8, exchange.Status);
        Optional("latency_ms"u8, exchange.LatencyMs);
        _json.WritePropertyName("request"u8);
        Request(exchange);
        if (exchange.Response is { } response)
        {
            _json.WritePropertyName("response"u8);
            Response(exchange.Api, response);
        }

        _json.WriteEndObject();
        _json.Flush();
        output.GetSpan(1)[0] = (byte)'\n';
        output.Advance(1);
    }

    /// <summary>Appends the request body alone, as a client sends it.</summary>
    public void WriteRequest(Exchange exchange, IBufferWriter<byte> output)
    {
        _json.Reset(output);
        Request(exchange);
        _json.Flush();
    }

    /// <summary>Appends a response body alone, as a model's server sends it when it does not stream.</summary>
    public void WriteResponse(ExchangeApi api, ExchangeResponse response, IBufferWriter<byte> output)
    {
        _json.Reset(output);
        Response(api, response);
        _json.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    void Request(Exchange exchange)
    {
        if (exchange.Api == ExchangeApi.AnthropicMessages)
        {
            AnthropicBodies.WriteRequest(_json, exchange.Request);
        }
        else
        {
            OpenAiBodies.WriteRequest(_json, exchange.Request);
        }
    }

    void Response(ExchangeApi api, ExchangeResponse response)
    {
        if (api == ExchangeApi.AnthropicMessages)
        {
            AnthropicBodies.WriteResponse(_json, response);
        }
        else
        {
            OpenAiBodies.WriteResponse(_json, response);
        }
    }

    // Three digits of a second, as the contract shows; the round-trip format would write seven.
    void WriteTime(DateTimeOffset time)
    {
        Span<byte> text = stackalloc byte[32];
        time.UtcDateTime.TryFormat(text, out var length, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
        _json.WriteString("time"u8, text[..length]);
    }

    void WriteClient(ExchangeClient client)
    {
        _json.WriteStartObject("client"u8);
        Optional("ip"u8, client.Ip);
        if (client.Asn is { } asn)
        {
            _json.WriteNumber("asn"u8, asn);
        }

        Optional("country"u8, client.Country);
        Optional("user_agent"u8, client.UserAgent);
        Optional("ja4"u8, client.Ja4);
        Optional("end_user"u8, client.EndUser);
        Optional("session"u8, client.Session);
        _json.WriteEndObject();
    }

    void Optional(ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            _json.WriteString(name, value);
        }
    }

    void Optional(ReadOnlySpan<byte> name, int? value)
    {
        if (value is { } number)
        {
            _json.WriteNumber(name, number);
        }
    }
}
