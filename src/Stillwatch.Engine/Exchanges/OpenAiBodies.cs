using System.Text.Json;

namespace Stillwatch.Engine.Exchanges;

/// <summary>The bodies of <c>openai.chat</c>: the system prompt is a message, tool results are messages of their own, arguments are strings.</summary>
static class OpenAiBodies
{
    public static void WriteRequest(Utf8JsonWriter json, ExchangeRequest request)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, request.Model);
        if (request.MaxTokens is { } maxTokens)
        {
            json.WriteNumber("max_tokens"u8, maxTokens);
        }

        if (request.Temperature is { } temperature)
        {
            json.WriteNumber("temperature"u8, temperature);
        }

        if (request.Stream)
        {
            json.WriteBoolean("stream"u8, true);
        }

        if (request.Tools.Count > 0)
        {
            WriteTools(json, request.Tools);
        }

        json.WriteStartArray("messages"u8);
        if (request.System is { } system)
        {
            WriteTurn(json, "system"u8, system);
        }

        foreach (var message in request.Messages)
        {
            if (message.Role == MessageRole.Assistant)
            {
                WriteAssistant(json, message.Parts);
            }
            else
            {
                WriteUser(json, message.Parts);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void WriteResponse(Utf8JsonWriter json, ExchangeResponse response)
    {
        json.WriteStartObject();
        if (response.Id is { } id)
        {
            json.WriteString("id"u8, id);
        }

        json.WriteString("object"u8, "chat.completion"u8);
        if (response.Model is { } model)
        {
            json.WriteString("model"u8, model);
        }

        if (response.Content is not null || response.StopReason is not null)
        {
            json.WriteStartArray("choices"u8);
            json.WriteStartObject();
            json.WriteNumber("index"u8, 0);
            if (response.Content is { } content)
            {
                json.WritePropertyName("message"u8);
                WriteAssistant(json, content);
            }

            if (response.StopReason is { } stopReason)
            {
                json.WriteString("finish_reason"u8, stopReason);
            }

            json.WriteEndObject();
            json.WriteEndArray();
        }

        if (response.Usage is { } usage)
        {
            // This API counts cached tokens inside prompt_tokens.
            var prompt = usage.InputTokens + usage.CacheReadTokens + usage.CacheWriteTokens;
            json.WriteStartObject("usage"u8);
            json.WriteNumber("prompt_tokens"u8, prompt);
            json.WriteNumber("completion_tokens"u8, usage.OutputTokens);
            json.WriteNumber("total_tokens"u8, prompt + usage.OutputTokens);
            json.WriteStartObject("prompt_tokens_details"u8);
            json.WriteNumber("cached_tokens"u8, usage.CacheReadTokens);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    static void WriteTools(Utf8JsonWriter json, IReadOnlyList<Tool> tools)
    {
        json.WriteStartArray("tools"u8);
        foreach (var tool in tools)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, tool.Name);
            json.WriteString("description"u8, tool.Description);
            json.WritePropertyName("parameters"u8);
            json.WriteRawValue(tool.SchemaJson, skipInputValidation: true);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    static void WriteTurn(Utf8JsonWriter json, ReadOnlySpan<byte> role, string text)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, role);
        json.WriteString("content"u8, text);
        json.WriteEndObject();
    }

    // Tool results come first: this API wants them right after the turn that asked for them.
    static void WriteUser(Utf8JsonWriter json, IReadOnlyList<MessagePart> parts)
    {
        foreach (var result in parts.OfType<ToolResultPart>())
        {
            json.WriteStartObject();
            json.WriteString("role"u8, "tool"u8);
            json.WriteString("tool_call_id"u8, result.ToolUseId);
            json.WriteString("content"u8, result.Text);
            json.WriteEndObject();
        }

        var texts = parts.OfType<TextPart>().Select(part => part.Text).ToArray();
        if (texts.Length > 0)
        {
            WriteTurn(json, "user"u8, texts.Length == 1 ? texts[0] : string.Join('\n', texts));
        }
    }

    static void WriteAssistant(Utf8JsonWriter json, IReadOnlyList<MessagePart> parts)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, "assistant"u8);
        var texts = parts.OfType<TextPart>().Select(part => part.Text).ToArray();
        if (texts.Length == 0)
        {
            json.WriteNull("content"u8);
        }
        else
        {
            json.WriteString("content"u8, texts.Length == 1 ? texts[0] : string.Join('\n', texts));
        }

        var calls = parts.OfType<ToolUsePart>().ToArray();
        if (calls.Length > 0)
        {
            json.WriteStartArray("tool_calls"u8);
            foreach (var call in calls)
            {
                json.WriteStartObject();
                json.WriteString("id"u8, call.Id);
                json.WriteString("type"u8, "function"u8);
                json.WriteStartObject("function"u8);
                json.WriteString("name"u8, call.Name);
                json.WriteString("arguments"u8, call.InputJson);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
