using System.Buffers;
using System.Text.Json;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Dialects.Translation;
using Stillwatch.Gateway.Metering;

namespace Stillwatch.Gateway.Forwarding;

/// <summary>Changes a stream of the caller's own dialect where policy names it: the model's name, and the usage chunk nobody asked for. All other bytes stay.</summary>
sealed class Rewriting(Dialect dialect, byte[]? modelToken, bool dropsUsageChunk) : StreamTranslator
{
    public override void Write(in SseFrame frame, IBufferWriter<byte> output)
    {
        if (frame.Data.IsEmpty || (dropsUsageChunk && IsUsageChunk(frame.Data)))
        {
            if (frame.Data.IsEmpty)
            {
                output.Write(frame.Raw);
            }

            return;
        }

        // The name stands in the raw bytes as it does in the data, unless the data came in several lines, which no known server sends.
        if (modelToken is not null && (dialect == Dialect.OpenAi || frame.Name.SequenceEqual("message_start"u8))
            && frame.Raw.IndexOf(frame.Data) is var at and >= 0
            && ModelToken.Find(frame.Data, nested: dialect == Dialect.Anthropic) is { Length: > 0 } place)
        {
            output.Write(frame.Raw[..(at + place.Start)]);
            output.Write(modelToken);
            output.Write(frame.Raw[(at + place.Start + place.Length)..]);
            return;
        }

        output.Write(frame.Raw);
    }

    public override bool End(IBufferWriter<byte> output) => true;

    // {"choices":[],…,"usage":{…}}: what include_usage adds before [DONE].
    static bool IsUsageChunk(ReadOnlySpan<byte> data)
    {
        if (data.IndexOf("\"usage\""u8) < 0 || data.IndexOf("\"choices\""u8) < 0)
        {
            return false;
        }

        var reader = new Utf8JsonReader(data);
        bool isEmpty = false, hasUsage = false;
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isChoices = reader.ValueTextEquals("choices"u8);
                var isUsage = reader.ValueTextEquals("usage"u8);
                reader.Read();
                hasUsage |= isUsage && reader.TokenType == JsonTokenType.StartObject;
                if (isChoices && reader.TokenType == JsonTokenType.StartArray)
                {
                    reader.Read();
                    isEmpty = reader.TokenType == JsonTokenType.EndArray;
                    if (isEmpty)
                    {
                        continue;
                    }

                    return false;
                }

                reader.Skip();
            }
        }
        catch (JsonException)
        {
            return false;
        }

        return isEmpty && hasUsage;
    }
}
