using System.Text.Json;

namespace Stillwatch.Gateway.Metering;

/// <summary>What one usage object of an upstream says, in our four counts; null is unknown: absent, null, negative, over an int, or no number.</summary>
readonly record struct StatedUsage(int? InputTokens, int? CacheReadTokens, int? CacheWriteTokens, int? OutputTokens)
{
    /// <summary>Anthropic's words: <c>input_tokens</c> leaves out what was read from or written to the cache.</summary>
    public static StatedUsage ReadAnthropic(ref Utf8JsonReader reader)
    {
        int? input = null, read = null, written = null, output = null;
        while (JsonMembers.Next(ref reader, out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("input_tokens"u8): input = Tokens(ref reader); break;
                case var _ when name.SequenceEqual("cache_read_input_tokens"u8): read = Tokens(ref reader); break;
                case var _ when name.SequenceEqual("cache_creation_input_tokens"u8): written = Tokens(ref reader); break;
                case var _ when name.SequenceEqual("output_tokens"u8): output = Tokens(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        return new StatedUsage(input, read, written, output);
    }

    /// <summary>OpenAI's words, and DeepSeek's: <c>prompt_tokens</c> includes the cache, so it is taken off here.</summary>
    public static StatedUsage ReadOpenAi(ref Utf8JsonReader reader)
    {
        int? prompt = null, read = null, written = null, hit = null, miss = null, output = null;
        while (JsonMembers.Next(ref reader, out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("prompt_tokens"u8): prompt = Tokens(ref reader); break;
                case var _ when name.SequenceEqual("completion_tokens"u8): output = Tokens(ref reader); break;
                case var _ when name.SequenceEqual("prompt_cache_hit_tokens"u8): hit = Tokens(ref reader); break;
                case var _ when name.SequenceEqual("prompt_cache_miss_tokens"u8): miss = Tokens(ref reader); break;
                case var _ when name.SequenceEqual("prompt_tokens_details"u8) && reader.TokenType == JsonTokenType.StartObject:
                    ReadPromptDetails(ref reader, ref read, ref written);
                    break;
                default: reader.Skip(); break;
            }
        }

        read ??= hit;
        if (prompt is not { } whole)
        {
            return new StatedUsage(miss, read, written, output);
        }

        var cached = (read ?? 0L) + (written ?? 0L);

        // A statement that contradicts itself: the sum is believed, the parts are not.
        return cached <= whole ? new StatedUsage((int)(whole - cached), read, written, output) : new StatedUsage(whole, null, null, output);
    }

    static void ReadPromptDetails(ref Utf8JsonReader reader, ref int? read, ref int? written)
    {
        while (JsonMembers.Next(ref reader, out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("cached_tokens"u8): read = Tokens(ref reader); break;
                case var _ when name.SequenceEqual("cache_write_tokens"u8): written = Tokens(ref reader); break;
                default: reader.Skip(); break;
            }
        }
    }

    static int? Tokens(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var tokens) && tokens >= 0)
        {
            return tokens;
        }

        reader.Skip();
        return null;
    }
}
