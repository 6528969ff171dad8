using System.Text.Json;

namespace Stillwatch.Engine.Exchanges;

/// <summary>The bodies of <c>anthropic.messages</c>: a system string, content blocks, tool results inside user turns.</summary>
static class AnthropicBodies
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

        if (request.System is { } system)
        {
            json.WriteString("system"u8, system);
        }

        if (request.Tools.Count > 0)
        {
            json.WriteStartArray("tools"u8);
            foreach (var tool in request.Tools)
            {
                json.WriteStartObject();
                json.WriteString("name"u8, tool.Name);
                json.WriteString("description"u8, tool.Description);
                json.WritePropertyName("input_schema"u8);
                json.WriteRawValue(tool.SchemaJson, skipInputValidation: true);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteStartArray("messages"u8);
        foreach (var message in request.Messages)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, message.Role == MessageRole.User ? "user"u8 : "assistant"u8);
            if (message.Parts is [TextPart only])
            {
                json.WriteString("content"u8, only.Text);
            }
            else
            {
                json.WritePropertyName("content"u8);
                WriteBlocks(json, message.Parts);
            }

            json.WriteEndObject();
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

        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        if (response.Model is { } model)
        {
            json.WriteString("model"u8, model);
        }

        if (response.Content is { } content)
        {
            json.WritePropertyName("content"u8);
            WriteBlocks(json, content);
        }

        if (response.StopReason is { } stopReason)
        {
            json.WriteString("stop_reason"u8, stopReason);
        }

        if (response.Usage is { } usage)
        {
            json.WriteStartObject("usage"u8);
            json.WriteNumber("input_tokens"u8, usage.InputTokens);
            json.WriteNumber("cache_creation_input_tokens"u8, usage.CacheWriteTokens);
            json.WriteNumber("cache_read_input_tokens"u8, usage.CacheReadTokens);
            json.WriteNumber("output_tokens"u8, usage.OutputTokens);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    static void WriteBlocks(Utf8JsonWriter json, IReadOnlyList<MessagePart> parts)
    {
        json.WriteStartArray();
        foreach (var part in parts)
        {
            json.WriteStartObject();
            switch (part)
            {
                case TextPart text:
                    json.WriteString("type"u8, "text"u8);
                    json.WriteString("text"u8, text.Text);
                    break;
                case ToolUsePart use:
                    json.WriteString("type"u8, "tool_use"u8);
                    json.WriteString("id"u8, use.Id);
                    json.WriteString("name"u8, use.Name);
                    json.WritePropertyName("input"u8);
                    json.WriteRawValue(use.InputJson, skipInputValidation: true);
                    break;
                case ToolResultPart result:
                    json.WriteString("type"u8, "tool_result"u8);
                    json.WriteString("tool_use_id"u8, result.ToolUseId);
                    json.WriteString("content"u8, result.Text);
                    break;
                default:
                    throw new InvalidOperationException($"A message part of type {part.GetType().Name} has no wire form.");
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
