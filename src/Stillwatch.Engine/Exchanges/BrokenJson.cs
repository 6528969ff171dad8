using System.Text.Json;

namespace Stillwatch.Engine.Exchanges;

/// <summary>Says of a text that <see cref="JsonTokens"/> refused where and how it breaks. Reads it once more; for refused texts only.</summary>
static class BrokenJson
{
    /// <param name="at">Where the last token ends that was still in order.</param>
    public static RejectReason ReasonOf(ReadOnlySpan<byte> json, int maxDepth, out int at)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
        try
        {
            while (reader.Read())
            {
            }
        }
        catch (JsonException)
        {
            // what it stopped at is told below
        }

        at = (int)reader.BytesConsumed;

        // The reader reports the level a bracket opens in, and stops on the deepest one when the next is one too many.
        var opens = reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject ? 1 : 0;
        return reader.CurrentDepth + opens >= maxDepth ? RejectReason.TooDeep : RejectReason.BadJson;
    }
}
