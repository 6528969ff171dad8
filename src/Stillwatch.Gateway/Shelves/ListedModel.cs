using System.Globalization;
using System.Text.Json;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Shelves;

/// <summary>One entry of a models list, in what both dialects have words for.</summary>
/// <param name="Created">The epoch when unknown, as both APIs have it.</param>
/// <param name="MaxInputTokens">0 when unknown.</param>
/// <param name="MaxTokens">0 when unknown.</param>
sealed record ListedModel(string Id, string DisplayName, DateTimeOffset Created, long MaxInputTokens = 0, long MaxTokens = 0)
{
    /// <summary>A name from our own configuration.</summary>
    public static ListedModel Named(string name) => new(name, name, DateTimeOffset.UnixEpoch);

    /// <summary>
    /// An upstream's entry of either dialect; null when it has no readable name. Of what else it says (paths, owners, permissions) nothing
    /// is kept.
    /// </summary>
    public static ListedModel? Of(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object || TextOf(entry, "id"u8) is not { Length: > 0 and <= 512 } id)
        {
            return null;
        }

        var created = NumberOf(entry, "created"u8) is > 0 and < 253_402_300_800 and var seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : DateTimeOffset.TryParse(TextOf(entry, "created_at"u8), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at
            : DateTimeOffset.UnixEpoch;
        var window = NumberOf(entry, "max_input_tokens"u8) is > 0 and var stated ? stated : NumberOf(entry, "max_model_len"u8); // vLLM's word
        return new ListedModel(id, TextOf(entry, "display_name"u8) ?? id, created, window, NumberOf(entry, "max_tokens"u8));
    }

    public void Write(Utf8JsonWriter json, Dialect face)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        if (face == Dialect.OpenAi)
        {
            json.WriteString("object"u8, "model"u8);
            json.WriteNumber("created"u8, Created.ToUnixTimeSeconds());
            json.WriteString("owned_by"u8, "stillwatch"u8);
        }
        else
        {
            json.WriteString("type"u8, "model"u8);
            json.WriteString("display_name"u8, DisplayName);
            json.WriteString("created_at"u8, Created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            WriteCount(json, "max_input_tokens"u8, MaxInputTokens);
            WriteCount(json, "max_tokens"u8, MaxTokens);
            json.WriteNull("capabilities"u8);
            json.WriteString("lifecycle"u8, "active"u8);
            json.WriteNull("line"u8);
            json.WriteNull("deprecated_at"u8);
            json.WriteNull("retires_at"u8);
        }

        json.WriteEndObject();
    }

    static void WriteCount(Utf8JsonWriter json, ReadOnlySpan<byte> name, long tokens)
    {
        if (tokens > 0)
        {
            json.WriteNumber(name, tokens);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    static string? TextOf(JsonElement entry, ReadOnlySpan<byte> name)
    {
        try
        {
            return entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null; // half a surrogate pair: no name anybody could ask for
        }
    }

    static long NumberOf(JsonElement entry, ReadOnlySpan<byte> name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : 0;
}
