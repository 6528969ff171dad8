using System.Text.Json;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Development;

/// <summary>The models the development upstream lists. It answers to every other name as well, so that nobody need configure one first.</summary>
static class ModelShelf
{
    const long Created = 1_767_225_600; // 2026-01-01, the same for ever

    static readonly string[] Ids = ["stillwatch-development", "stillwatch-development-large"];

    public static Task AnswerAsync(DevelopmentExchange exchange, string id)
    {
        if (id.Length > 0)
        {
            return Array.IndexOf(Ids, id) >= 0
                ? exchange.SendJsonAsync(json => Write(json, id, exchange.Dialect))
                : exchange.SendErrorAsync(DevelopmentError.NotFound($"model {id}"));
        }

        return exchange.SendJsonAsync(json =>
        {
            json.WriteStartObject();
            if (exchange.Dialect == Dialect.OpenAi)
            {
                json.WriteString("object"u8, "list"u8);
            }

            json.WriteStartArray("data"u8);
            foreach (var each in Ids)
            {
                Write(json, each, exchange.Dialect);
            }

            json.WriteEndArray();
            if (exchange.Dialect == Dialect.Anthropic)
            {
                json.WriteBoolean("has_more"u8, false);
                json.WriteString("first_id"u8, Ids[0]);
                json.WriteString("last_id"u8, Ids[^1]);
            }

            json.WriteEndObject();
        });
    }

    static void Write(Utf8JsonWriter json, string id, Dialect dialect)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        if (dialect == Dialect.OpenAi)
        {
            json.WriteString("object"u8, "model"u8);
            json.WriteNumber("created"u8, Created);
            json.WriteString("owned_by"u8, "stillwatch"u8);
        }
        else
        {
            json.WriteString("type"u8, "model"u8);
            json.WriteString("display_name"u8, "Stillwatch's development upstream"u8);
            json.WriteString("created_at"u8, DateTimeOffset.FromUnixTimeSeconds(Created).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"));
            json.WriteNumber("max_input_tokens"u8, 1_000_000);
            json.WriteNumber("max_tokens"u8, 128_000);
            json.WriteNull("capabilities"u8);
            json.WriteString("lifecycle"u8, "active"u8);
            json.WriteNull("line"u8);
            json.WriteNull("deprecated_at"u8);
            json.WriteNull("retires_at"u8);
        }

        json.WriteEndObject();
    }
}
