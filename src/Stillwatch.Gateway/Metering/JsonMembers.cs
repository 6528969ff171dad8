using System.Text.Json;

namespace Stillwatch.Gateway.Metering;

/// <summary>Walks JSON over raw bytes: names and strings come as they stand between their quotes, never decoded, so nothing in them can throw.</summary>
/// <remarks>Syntax errors come out of the reader as <see cref="JsonException"/>; whoever began the reading catches them, once.</remarks>
static class JsonMembers
{
    static readonly JsonReaderOptions s_options = new() { MaxDepth = 512 };

    /// <summary>A reader standing on the first token; a byte order mark is taken off <paramref name="json"/>.</summary>
    public static Utf8JsonReader Open(scoped ref ReadOnlySpan<byte> json)
    {
        json = json.StartsWith("\uFEFF"u8) ? json["\uFEFF"u8.Length..] : json;
        var reader = new Utf8JsonReader(json, s_options);
        reader.Read();
        return reader;
    }

    /// <summary>Steps to the value of an object's next member; false at the object's end. Call it on the object's start or after a value.</summary>
    public static bool Next(scoped ref Utf8JsonReader reader, out ReadOnlySpan<byte> name)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
        {
            name = default;
            return false;
        }

        name = reader.ValueSpan;
        return reader.Read();
    }

    /// <summary>Steps to an array's next element; false at the array's end. Call it on the array's start or after an element.</summary>
    public static bool NextElement(scoped ref Utf8JsonReader reader) => reader.Read() && reader.TokenType != JsonTokenType.EndArray;

    /// <summary>The value as it stands between its quotes; empty when it is no string. Steps over any other value.</summary>
    public static ReadOnlySpan<byte> RawString(scoped ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.ValueSpan;
        }

        reader.Skip();
        return default;
    }

    /// <summary>The value as it stands in <paramref name="json"/>, brackets and all. Steps over it.</summary>
    public static ReadOnlySpan<byte> RawValue(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }
}
