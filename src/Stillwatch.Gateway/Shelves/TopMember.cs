using System.Text.Json;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Metering;

namespace Stillwatch.Gateway.Shelves;

/// <summary>Finds one member of a JSON object without touching another byte.</summary>
static class TopMember
{
    /// <summary>
    /// The string value of a member of the outermost object, quotes included; empty when there is none or the JSON cannot be read.
    /// </summary>
    public static TextSlice FindString(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = ExchangeParser.MaxDepth });
            var found = default(TextSlice);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return default;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isWanted = reader.ValueTextEquals(name);
                reader.Read();
                if (isWanted && reader.TokenType == JsonTokenType.String)
                {
                    found = new TextSlice((int)reader.TokenStartIndex, (int)(reader.BytesConsumed - reader.TokenStartIndex));
                }

                reader.Skip();
            }

            return reader.Read() ? default : found;
        }
        catch (JsonException)
        {
            return default;
        }
    }

    /// <summary>The member's text when it is a plain id; null otherwise.</summary>
    public static string? FindId(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        var place = FindString(json, name);
        if (place.Length < 3)
        {
            return null;
        }

        var id = System.Text.Encoding.UTF8.GetString(json.Slice(place.Start + 1, place.Length - 2));
        return ShelfCall.IsId(id) ? id : null;
    }
}
