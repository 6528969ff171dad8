using System.Text.Json;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Forwarding;

namespace Stillwatch.Gateway.Recording;

/// <summary>
/// What was read of a response, in the shape of the caller's API: a stream assembled, or what is left of a response that broke off.
/// </summary>
/// <remarks>Tool calls have their ids alone; thinking is left out. Strings are the upstream's own, escapes and all.</remarks>
static class ContentSubset
{
    public static void Write(Utf8JsonWriter json, InferenceExchange exchange, ContentCapture content, TokenUsage usage)
    {
        json.WriteStartObject();
        Raw(json, "id", exchange.Reading is { ResponseId: { IsEmpty: false } id } ? id : default);
        json.WriteString("model", exchange.Route!.RequestedModel);
        var stop = exchange.IsTranslated ? default : content.Stop; // another API's word otherwise
        if (exchange.Face == Dialect.Anthropic)
        {
            Message(json, content, stop, usage);
        }
        else
        {
            Completion(json, content, stop, usage);
        }

        json.WriteEndObject();
    }

    static void Message(Utf8JsonWriter json, ContentCapture content, byte[]? stop, TokenUsage usage)
    {
        json.WriteStartArray("content");
        Texts(json, content);
        foreach (var id in content.ToolUses)
        {
            json.WriteStartObject();
            json.WriteString("type", "tool_use");
            Raw(json, "id", id);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Raw(json, "stop_reason", stop);
        json.WriteStartObject("usage");
        json.WriteNumber("input_tokens", usage.InputTokens);
        json.WriteNumber("cache_creation_input_tokens", usage.CacheWriteTokens);
        json.WriteNumber("cache_read_input_tokens", usage.CacheReadTokens);
        json.WriteNumber("output_tokens", usage.OutputTokens);
        json.WriteEndObject();
    }

    static void Completion(Utf8JsonWriter json, ContentCapture content, byte[]? stop, TokenUsage usage)
    {
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        json.WriteStartObject("message");
        json.WriteString("role", "assistant");
        json.WriteStartArray("content");
        Texts(json, content);
        json.WriteEndArray();
        json.WriteStartArray("tool_calls");
        foreach (var id in content.ToolUses)
        {
            json.WriteStartObject();
            Raw(json, "id", id);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        Raw(json, "finish_reason", stop);
        json.WriteEndObject();
        json.WriteEndArray();
        var prompt = (long)usage.InputTokens + usage.CacheReadTokens + usage.CacheWriteTokens;
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", prompt);
        json.WriteNumber("completion_tokens", usage.OutputTokens);
        json.WriteNumber("total_tokens", prompt + usage.OutputTokens);
        json.WriteStartObject("prompt_tokens_details");
        json.WriteNumber("cached_tokens", usage.CacheReadTokens);
        json.WriteNumber("cache_write_tokens", usage.CacheWriteTokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void Texts(Utf8JsonWriter json, ContentCapture content)
    {
        foreach (var text in content.IsTooLong ? [] : content.Texts)
        {
            json.WriteStartObject();
            json.WriteString("type", "text");
            Raw(json, "text", text.Span);
            json.WriteEndObject();
        }
    }

    // As it stood between its quotes.
    static void Raw(Utf8JsonWriter json, string name, ReadOnlySpan<byte> between)
    {
        if (!between.IsEmpty)
        {
            json.WritePropertyName(name);
            json.WriteRawValue([(byte)'"', .. between, (byte)'"'], skipInputValidation: true);
        }
    }
}
