using System.Buffers;
using System.Text.Json;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Dialects.Translation;
using Stillwatch.Gateway.Metering;

namespace Stillwatch.Gateway.Forwarding;

/// <summary>Changes a stream of the caller's own dialect where policy names it: the model's name, and the usage nobody asked for. All other bytes stay.</summary>
sealed class Rewriting(Dialect dialect, byte[]? modelToken, bool dropsUsageChunk) : StreamTranslator
{
    public override void Write(in SseFrame frame, IBufferWriter<byte> output)
    {
        var raw = frame.Raw;
        var unasked = dropsUsageChunk ? NullUsage(frame.Data) : default;
        if (dropsUsageChunk && unasked.Length == 0 && IsUsageChunk(frame.Data))
        {
            return;
        }

        var model = modelToken is not null && !frame.Data.IsEmpty && (dialect == Dialect.OpenAi || frame.Name.SequenceEqual("message_start"u8))
            ? ModelToken.Find(frame.Data, nested: dialect == Dialect.Anthropic)
            : default;

        // Both stand in the raw bytes as they do in the data, unless the data came in several lines, which no known server sends.
        var at = model.Length + unasked.Length > 0 ? raw.IndexOf(frame.Data) : -1;
        if (at < 0)
        {
            output.Write(raw);
            return;
        }

        var done = 0;
        if (unasked.Start < model.Start)
        {
            Replace(raw, unasked, []);
        }

        Replace(raw, (model.Start, model.Length), modelToken);
        if (unasked.Start >= model.Start)
        {
            Replace(raw, unasked, []);
        }

        output.Write(raw[done..]);

        void Replace(ReadOnlySpan<byte> raw, (int Start, int Length) place, ReadOnlySpan<byte> with)
        {
            if (place.Length > 0)
            {
                output.Write(raw[done..(at + place.Start)]);
                output.Write(with);
                done = at + place.Start + place.Length;
            }
        }
    }

    public override bool End(IBufferWriter<byte> output) => true;

    // ,"usage":null: what include_usage adds to every other chunk. A comma before it and quotes without escapes make it a member.
    static (int Start, int Length) NullUsage(ReadOnlySpan<byte> data)
    {
        var start = data.IndexOf(",\"usage\""u8);
        var quoted = start >= 0 ? start + 1 : data.IndexOf(", \"usage\""u8) + 2;
        if (quoted < 2)
        {
            return default;
        }

        var value = data[(quoted + "\"usage\"".Length)..];
        var rest = value.TrimStart(": "u8);
        start = start >= 0 ? start : quoted - 2;
        return rest.StartsWith("null"u8) ? (start, data.Length - rest.Length + "null".Length - start) : default;
    }

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
