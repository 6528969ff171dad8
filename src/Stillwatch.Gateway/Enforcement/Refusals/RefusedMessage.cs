using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Stillwatch.Gateway.Enforcement.Refusals;

/// <summary>A refusal as an Anthropic message.</summary>
sealed record RefusedMessage(string Id, string Model, string Explanation)
{
    public void Write(IBufferWriter<byte> output, bool stream)
    {
        if (!stream)
        {
            Refusal.Object(output, json => WriteMessage(json, isEnded: true));
            return;
        }

        Event(output, "message_start", json =>
        {
            json.WriteStartObject("message"u8);
            WriteMessage(json, isEnded: false);
            json.WriteEndObject();
        });
        Event(output, "message_delta", json =>
        {
            json.WriteStartObject("delta"u8);
            WriteEnd(json, isEnded: true);
            json.WriteEndObject();
            WriteUsage(json);
        });
        Event(output, "message_stop", _ => { });
    }

    static void Event(IBufferWriter<byte> output, string name, Action<Utf8JsonWriter> members)
    {
        output.Write(Encoding.ASCII.GetBytes($"event: {name}\ndata: "));
        Refusal.Object(output, json =>
        {
            json.WriteString("type"u8, name);
            members(json);
        });
        output.Write("\n\n"u8);
    }

    void WriteMessage(Utf8JsonWriter json, bool isEnded)
    {
        json.WriteString("id"u8, Id);
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("model"u8, Model);
        json.WriteStartArray("content"u8);
        json.WriteEndArray();
        WriteEnd(json, isEnded);
        WriteUsage(json);
    }

    void WriteEnd(Utf8JsonWriter json, bool isEnded)
    {
        json.WriteString("stop_reason"u8, isEnded ? "refusal" : null);
        json.WriteNull("stop_sequence"u8);
        if (!isEnded)
        {
            json.WriteNull("stop_details"u8);
            return;
        }

        json.WriteStartObject("stop_details"u8);
        json.WriteString("type"u8, "refusal"u8);
        json.WriteString("category"u8, "reasoning_extraction"u8);
        json.WriteString("explanation"u8, Explanation);
        json.WriteEndObject();
    }

    // Whole, with integers: libraries refuse a message_start without input_tokens.
    static void WriteUsage(Utf8JsonWriter json)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, 0);
        json.WriteNumber("cache_creation_input_tokens"u8, 0);
        json.WriteNumber("cache_read_input_tokens"u8, 0);
        json.WriteNull("cache_creation"u8);
        json.WriteNumber("output_tokens"u8, 0);
        json.WriteNull("output_tokens_details"u8);
        json.WriteNull("server_tool_use"u8);
        json.WriteNull("service_tier"u8);
        json.WriteEndObject();
    }
}
