using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Demo;

/// <summary>
/// A response as the event stream a model's server would send: the same id, texts, tool calls and token counts, in pieces.
/// </summary>
static class StreamedAnswer
{
    /// <summary>UTF-16 units of text to an event; a server sends a few tokens at a time.</summary>
    const int PieceLength = 160;

    static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(ExchangeApi api, ExchangeResponse response, IBufferWriter<byte> output)
    {
        if (api == ExchangeApi.AnthropicMessages)
        {
            WriteMessages(response, output);
        }
        else
        {
            WriteChunks(response, output);
        }
    }

    static void WriteMessages(ExchangeResponse response, IBufferWriter<byte> output)
    {
        var usage = response.Usage ?? default;
        Event(output, "message_start", json =>
        {
            json.WriteStartObject("message");
            json.WriteString("id", response.Id);
            json.WriteString("type", "message");
            json.WriteString("role", "assistant");
            json.WriteString("model", response.Model);
            json.WriteStartArray("content");
            json.WriteEndArray();
            json.WriteNull("stop_reason");
            json.WriteStartObject("usage");
            json.WriteNumber("input_tokens", usage.InputTokens);
            json.WriteNumber("cache_creation_input_tokens", usage.CacheWriteTokens);
            json.WriteNumber("cache_read_input_tokens", usage.CacheReadTokens);
            json.WriteNumber("output_tokens", 1);
            json.WriteEndObject();
            json.WriteEndObject();
        });
        foreach (var (part, index) in (response.Content ?? []).Select((part, index) => (part, index)))
        {
            Event(output, "content_block_start", json => StartBlock(json, part, index));
            foreach (var piece in Pieces(part is ToolUsePart call ? call.InputJson : ((TextPart)part).Text))
            {
                Event(output, "content_block_delta", json =>
                {
                    json.WriteNumber("index", index);
                    json.WriteStartObject("delta");
                    json.WriteString("type", part is ToolUsePart ? "input_json_delta" : "text_delta");
                    json.WriteString(part is ToolUsePart ? "partial_json" : "text", piece);
                    json.WriteEndObject();
                });
            }

            Event(output, "content_block_stop", json => json.WriteNumber("index", index));
        }

        Event(output, "message_delta", json =>
        {
            json.WriteStartObject("delta");
            json.WriteString("stop_reason", response.StopReason);
            json.WriteEndObject();
            json.WriteStartObject("usage");
            json.WriteNumber("output_tokens", usage.OutputTokens);
            json.WriteEndObject();
        });
        Event(output, "message_stop", _ => { });
    }

    static void StartBlock(Utf8JsonWriter json, MessagePart part, int index)
    {
        json.WriteNumber("index", index);
        json.WriteStartObject("content_block");
        if (part is ToolUsePart call)
        {
            json.WriteString("type", "tool_use");
            json.WriteString("id", call.Id);
            json.WriteString("name", call.Name);
            json.WriteStartObject("input");
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("type", "text");
            json.WriteString("text", "");
        }

        json.WriteEndObject();
    }

    static void WriteChunks(ExchangeResponse response, IBufferWriter<byte> output)
    {
        Delta(response, output, json => json.WriteString("role", "assistant"));
        var calls = 0;
        foreach (var part in response.Content ?? [])
        {
            if (part is ToolUsePart call)
            {
                var index = calls++;
                Delta(response, output, json => Call(json, index, call, call.InputJson));
                continue;
            }

            foreach (var piece in Pieces(((TextPart)part).Text))
            {
                Delta(response, output, json => json.WriteString("content", piece));
            }
        }

        Delta(response, output, _ => { }, response.StopReason ?? "stop");
        if (response.Usage is { } usage)
        {
            Chunk(response, output, json =>
            {
                json.WriteStartArray("choices");
                json.WriteEndArray();
                var prompt = usage.InputTokens + usage.CacheReadTokens + usage.CacheWriteTokens;
                json.WriteStartObject("usage");
                json.WriteNumber("prompt_tokens", prompt);
                json.WriteNumber("completion_tokens", usage.OutputTokens);
                json.WriteNumber("total_tokens", prompt + usage.OutputTokens);
                json.WriteStartObject("prompt_tokens_details");
                json.WriteNumber("cached_tokens", usage.CacheReadTokens);
                json.WriteEndObject();
                json.WriteEndObject();
            });
        }

        output.Write("data: [DONE]\n\n"u8);
    }

    static void Call(Utf8JsonWriter json, int index, ToolUsePart call, string arguments)
    {
        json.WriteStartArray("tool_calls");
        json.WriteStartObject();
        json.WriteNumber("index", index);
        json.WriteString("id", call.Id);
        json.WriteString("type", "function");
        json.WriteStartObject("function");
        json.WriteString("name", call.Name);
        json.WriteString("arguments", arguments);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    static void Delta(ExchangeResponse response, IBufferWriter<byte> output, Action<Utf8JsonWriter> write, string? finish = null) =>
        Chunk(response, output, json =>
        {
            json.WriteStartArray("choices");
            json.WriteStartObject();
            json.WriteNumber("index", 0);
            json.WriteStartObject("delta");
            write(json);
            json.WriteEndObject();
            json.WriteString("finish_reason", finish);
            json.WriteEndObject();
            json.WriteEndArray();
        });

    static void Chunk(ExchangeResponse response, IBufferWriter<byte> output, Action<Utf8JsonWriter> write)
    {
        output.Write("data: "u8);
        Object(output, json =>
        {
            json.WriteString("id", response.Id);
            json.WriteString("object", "chat.completion.chunk");
            json.WriteString("model", response.Model);
            write(json);
        });
        output.Write("\n\n"u8);
    }

    static void Event(IBufferWriter<byte> output, string name, Action<Utf8JsonWriter> write)
    {
        output.Write("event: "u8);
        output.Write(System.Text.Encoding.ASCII.GetBytes(name));
        output.Write("\ndata: "u8);
        Object(output, json =>
        {
            json.WriteString("type", name);
            write(json);
        });
        output.Write("\n\n"u8);
    }

    static void Object(IBufferWriter<byte> output, Action<Utf8JsonWriter> write)
    {
        using var json = new Utf8JsonWriter(output, s_options);
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
    }

    static IEnumerable<string> Pieces(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var end = Math.Min(text.Length, at + PieceLength);
            end -= end < text.Length && char.IsHighSurrogate(text[end - 1]) ? 1 : 0;
            yield return text[at..end];
            at = end;
        }
    }
}
