using System.Text.Json;

namespace Stillwatch.Gateway.Metering;

// Chat Completions (OpenAI, and what speaks it): unnamed events, each a chunk; a whole body differs only in "message" for "delta".
sealed partial class ResponseReading
{
    const int MaxChoices = 64;

    // One bit per choice seen, and per choice that gave its finish reason.
    ulong _choices;
    ulong _finishedChoices;
    int _speaking = -1;

    void ReadOpenAiEvent(in SseFrame frame)
    {
        var json = frame.Data;
        if (json.Trim(" \t"u8).SequenceEqual("[DONE]"u8))
        {
            _ended = true;
            return;
        }

        if (json.IsEmpty)
        {
            return;
        }

        HasError |= frame.Name.SequenceEqual("error"u8);
        var reader = JsonMembers.Open(ref json);
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            ReadChunk(ref reader, json);
        }
    }

    void ReadChunk(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        int? before = OutputTokens;
        var (hasUsage, hasChoices) = (false, false);
        OutputTokens = null;
        try
        {
            while (JsonMembers.Next(ref reader, out var name))
            {
                switch (name)
                {
                    case var _ when name.SequenceEqual("id"u8): NoteResponseId(JsonMembers.RawString(ref reader)); break;
                    case var _ when name.SequenceEqual("error"u8):
                        HasError |= reader.TokenType != JsonTokenType.Null;
                        reader.Skip();
                        break;
                    case var _ when name.SequenceEqual("object"u8): HasError |= JsonMembers.RawString(ref reader).SequenceEqual("error"u8); break;
                    case var _ when name.SequenceEqual("usage"u8): ReadUsage(ref reader, json); break;
                    case var _ when name.SequenceEqual("choices"u8) && reader.TokenType == JsonTokenType.StartArray:
                        while (JsonMembers.NextElement(ref reader))
                        {
                            hasChoices = true;
                            ReadChoice(ref reader);
                        }

                        break;
                    default: reader.Skip(); break;
                }
            }
        }
        finally
        {
            hasUsage = OutputTokens is not null;
            OutputTokens ??= before;
        }

        // Some upstreams state a running count in every chunk: final is what comes with no choices, or with the end of the last.
        OutputIsFinal = hasUsage ? !hasChoices || _choices == _finishedChoices : OutputIsFinal;
    }

    void ReadChoice(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        var index = 0;
        Utf8JsonReader message = default;
        ReadOnlySpan<byte> finish = default;
        while (JsonMembers.Next(ref reader, out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("index"u8) && reader.TokenType == JsonTokenType.Number:
                    index = reader.TryGetInt32(out var given) ? Math.Clamp(given, 0, MaxChoices - 1) : 0;
                    break;
                case var _ when name.SequenceEqual("finish_reason"u8): finish = JsonMembers.RawString(ref reader); break;
                case var _ when (name.SequenceEqual("delta"u8) || name.SequenceEqual("message"u8)) && reader.TokenType == JsonTokenType.StartObject:
                    message = reader; // the index may come after it
                    reader.Skip();
                    break;
                default: reader.Skip(); break;
            }
        }

        _choices |= 1UL << index;
        if (message.TokenType == JsonTokenType.StartObject)
        {
            _speaking = _whole ? -1 : _speaking;
            ReadChoiceMessage(ref message, index);
        }

        if (!finish.IsEmpty)
        {
            _finishedChoices |= 1UL << index;
            NoteStop(finish);
        }
    }

    void ReadChoiceMessage(ref Utf8JsonReader reader, int choice)
    {
        var longest = ReadOnlySpan<byte>.Empty;
        while (JsonMembers.Next(ref reader, out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("content"u8): ReadChoiceContent(ref reader, choice); break;
                case var _ when name.SequenceEqual("refusal"u8): NoteGenerated(JsonMembers.RawString(ref reader)); break;
                case var _ when name.SequenceEqual("reasoning_content"u8) || name.SequenceEqual("reasoning"u8):
                    var reasoning = JsonMembers.RawString(ref reader);
                    longest = reasoning.Length > longest.Length ? reasoning : longest;
                    break;
                case var _ when name.SequenceEqual("reasoning_details"u8) && reader.TokenType == JsonTokenType.StartArray:
                    var detail = ReadReasoningDetails(ref reader);
                    longest = detail.Length > longest.Length ? detail : longest;
                    break;
                case var _ when name.SequenceEqual("tool_calls"u8) && reader.TokenType == JsonTokenType.StartArray:
                    while (JsonMembers.NextElement(ref reader))
                    {
                        ReadToolCall(ref reader);
                    }

                    break;
                case var _ when name.SequenceEqual("function_call"u8): ReadFunction(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        NoteGenerated(longest); // upstreams that carry it under several names repeat the same text
    }

    // A string, or an array of text parts.
    void ReadChoiceContent(ref Utf8JsonReader reader, int choice)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            NoteChoiceText(JsonMembers.RawString(ref reader), choice);
            return;
        }

        while (JsonMembers.NextElement(ref reader))
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            while (JsonMembers.Next(ref reader, out var name))
            {
                if (name.SequenceEqual("text"u8))
                {
                    _speaking = _whole ? -1 : _speaking;
                    NoteChoiceText(JsonMembers.RawString(ref reader), choice);
                }
                else
                {
                    reader.Skip();
                }
            }
        }
    }

    // Where choices are woven into each other, only one can be kept whole: the one that spoke first, then whoever speaks after its end.
    void NoteChoiceText(ReadOnlySpan<byte> text, int choice)
    {
        if (text.IsEmpty)
        {
            return;
        }

        if (choice != _speaking && (_speaking < 0 || (_finishedChoices & (1UL << _speaking)) != 0))
        {
            _speaking = choice;
            Output.BeginPart();
            Content?.BeginPart();
        }

        if (choice == _speaking)
        {
            Output.AppendEscaped(text);
            Content?.AddText(text);
        }

        NoteGenerated(text);
    }

    // The text of the longest detail: a delta holds one in practice.
    ReadOnlySpan<byte> ReadReasoningDetails(scoped ref Utf8JsonReader reader)
    {
        var longest = ReadOnlySpan<byte>.Empty;
        while (JsonMembers.NextElement(ref reader))
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            while (JsonMembers.Next(ref reader, out var name))
            {
                if (name.SequenceEqual("text"u8) || name.SequenceEqual("summary"u8))
                {
                    var text = JsonMembers.RawString(ref reader);
                    longest = text.Length > longest.Length ? text : longest;
                }
                else if (name.SequenceEqual("data"u8))
                {
                    NoteEncrypted(JsonMembers.RawString(ref reader));
                }
                else
                {
                    reader.Skip();
                }
            }
        }

        return longest;
    }

    void ReadToolCall(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (JsonMembers.Next(ref reader, out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("id"u8): NoteToolUse(JsonMembers.RawString(ref reader)); break;
                case var _ when name.SequenceEqual("function"u8) || name.SequenceEqual("custom"u8): ReadFunction(ref reader); break;
                default: reader.Skip(); break;
            }
        }
    }

    void ReadFunction(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (JsonMembers.Next(ref reader, out var name))
        {
            if (name.SequenceEqual("arguments"u8) || name.SequenceEqual("input"u8))
            {
                NoteGenerated(JsonMembers.RawString(ref reader));
            }
            else
            {
                reader.Skip();
            }
        }
    }
}
