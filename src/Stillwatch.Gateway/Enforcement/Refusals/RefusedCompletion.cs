using System.Buffers;
using System.Text.Json;

namespace Stillwatch.Gateway.Enforcement.Refusals;

/// <summary>A refusal as an OpenAI completion.</summary>
/// <param name="Created">Unix seconds.</param>
sealed record RefusedCompletion(string Id, string Model, string Explanation, long Created)
{
    public void Write(IBufferWriter<byte> output, bool stream, bool includeUsage)
    {
        if (!stream)
        {
            Refusal.Object(output, WriteWhole);
            return;
        }

        Chunk(output, includeUsage, json => WriteChoice(json, "delta", null, () =>
        {
            json.WriteString("role"u8, "assistant"u8);
            json.WriteString("content"u8, ""u8);
            json.WriteString("refusal"u8, Explanation);
        }));
        Chunk(output, includeUsage, json => WriteChoice(json, "delta", "content_filter", () => { }));
        if (includeUsage)
        {
            Chunk(output, statesNoUsage: false, json =>
            {
                json.WriteStartArray("choices"u8);
                json.WriteEndArray();
                WriteUsage(json);
            });
        }

        output.Write("data: [DONE]\n\n"u8);
    }

    void WriteWhole(Utf8JsonWriter json)
    {
        WriteHead(json, "chat.completion");
        WriteChoice(json, "message", "content_filter", () =>
        {
            json.WriteString("role"u8, "assistant"u8);
            json.WriteNull("content"u8);
            json.WriteString("refusal"u8, Explanation);
        });
        WriteUsage(json);
    }

    void Chunk(IBufferWriter<byte> output, bool statesNoUsage, Action<Utf8JsonWriter> members)
    {
        output.Write("data: "u8);
        Refusal.Object(output, json =>
        {
            WriteHead(json, "chat.completion.chunk");
            members(json);
            if (statesNoUsage)
            {
                json.WriteNull("usage"u8); // every chunk but the last says so when usage was asked for
            }
        });
        output.Write("\n\n"u8);
    }

    void WriteHead(Utf8JsonWriter json, string kind)
    {
        json.WriteString("id"u8, Id);
        json.WriteString("object"u8, kind);
        json.WriteNumber("created"u8, Created);
        json.WriteString("model"u8, Model);
    }

    static void WriteChoice(Utf8JsonWriter json, string part, string? finish, Action members)
    {
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        json.WriteStartObject(part);
        members();
        json.WriteEndObject();
        json.WriteNull("logprobs"u8);
        json.WriteString("finish_reason"u8, finish);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    static void WriteUsage(Utf8JsonWriter json)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, 0);
        json.WriteNumber("completion_tokens"u8, 0);
        json.WriteNumber("total_tokens"u8, 0);
        json.WriteEndObject();
    }
}
