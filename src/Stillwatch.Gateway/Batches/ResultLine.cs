using System.Text;
using System.Text.Json;
using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Gateway.Batches;

/// <summary>Where the parts of one line of results lie.</summary>
/// <param name="CustomId">Null when it cannot be read.</param>
/// <param name="Message">The message of a succeeded request; empty for any other line.</param>
readonly record struct ResultLine(string? CustomId, TextSlice Message)
{
    /// <summary>Never throws; a line that is no JSON has no parts.</summary>
    public static ResultLine Read(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = ExchangeParser.MaxDepth });
            string? customId = null;
            var message = default(TextSlice);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return default;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isId, isResult) = (reader.ValueTextEquals("custom_id"u8), reader.ValueTextEquals("result"u8));
                reader.Read();
                if (isId && reader.TokenType == JsonTokenType.String)
                {
                    customId = Encoding.UTF8.GetString(reader.ValueSpan);
                }

                if (isResult && reader.TokenType == JsonTokenType.StartObject)
                {
                    message = ReadResult(ref reader);
                }
                else
                {
                    reader.Skip();
                }
            }

            return new ResultLine(customId, message);
        }
        catch (JsonException)
        {
            return default;
        }
    }

    static TextSlice ReadResult(ref Utf8JsonReader reader)
    {
        var message = default(TextSlice);
        var hasSucceeded = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isType, isMessage) = (reader.ValueTextEquals("type"u8), reader.ValueTextEquals("message"u8));
            reader.Read();
            hasSucceeded |= isType && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("succeeded"u8);
            var start = (int)reader.TokenStartIndex;
            var isObject = reader.TokenType == JsonTokenType.StartObject;
            reader.Skip();
            message = isMessage && isObject ? new TextSlice(start, (int)reader.BytesConsumed - start) : message;
        }

        return hasSucceeded ? message : default;
    }
}
