using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Gateway.Forwarding;

/// <summary>Finds and makes the value of <c>model</c>, quotes included, so that it can be replaced without touching another byte.</summary>
static class ModelToken
{
    /// <summary>The first <c>model</c> of the object, or with <paramref name="nested"/> of its <c>message</c>; empty when there is none.</summary>
    public static TextSlice Find(ReadOnlySpan<byte> json, bool nested)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = ExchangeParser.MaxDepth });
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject ? Find(ref reader, nested) : default;
        }
        catch (JsonException)
        {
            return default; // what cannot be read is passed on as it is
        }
    }

    static TextSlice Find(ref Utf8JsonReader reader, bool nested)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isWanted = nested ? reader.ValueTextEquals("message"u8) : reader.ValueTextEquals("model"u8);
            reader.Read();
            if (isWanted && nested && reader.TokenType == JsonTokenType.StartObject)
            {
                return Find(ref reader, nested: false);
            }

            if (isWanted && !nested && reader.TokenType == JsonTokenType.String)
            {
                return new TextSlice((int)reader.TokenStartIndex, (int)(reader.BytesConsumed - reader.TokenStartIndex));
            }

            reader.Skip();
        }

        return default;
    }

    /// <summary>A name as a JSON string with its quotes.</summary>
    public static byte[] Of(string name) => Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"");
}
