using System.Text.Json;

namespace Stillwatch.Gateway.Metering;

// Messages (Anthropic): named events whose data repeats the name as "type"; a whole body is what message_start opens.
sealed partial class ResponseReading
{
    void ReadAnthropicEvent(in SseFrame frame)
    {
        var json = frame.Data;
        if (json.IsEmpty)
        {
            return;
        }

        HasError |= frame.Name.SequenceEqual("error"u8); // whatever its data is
        var type = TypeOf(json);
        type = type.IsEmpty ? frame.Name : type;
        var reader = JsonMembers.Open(ref json);
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        switch (type)
        {
            case var _ when type.SequenceEqual("content_block_delta"u8): ReadBlockEvent(ref reader, json); break;
            case var _ when type.SequenceEqual("content_block_start"u8): ReadBlockEvent(ref reader, json); break;
            case var _ when type.SequenceEqual("message_start"u8): ReadMessageStart(ref reader, json); break;
            case var _ when type.SequenceEqual("message_delta"u8): ReadMessageDelta(ref reader, json); break;
            case var _ when type.SequenceEqual("message_stop"u8):
                while (reader.Read())
                {
                    // An end that is no JSON is none: clients fail on it.
                }

                _ended = true;
                break;
            case var _ when type.SequenceEqual("error"u8): HasError = true; break;
            default: break; // ping, content_block_stop, and what is not invented yet
        }
    }

    // The vendor writes "type" first; others may not.
    static ReadOnlySpan<byte> TypeOf(ReadOnlySpan<byte> json)
    {
        var first = "{\"type\":\""u8;
        if (json.StartsWith(first) && json[first.Length..].IndexOf((byte)'"') is >= 0 and var length)
        {
            return json.Slice(first.Length, length);
        }

        var reader = JsonMembers.Open(ref json);
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return default;
        }

        while (JsonMembers.Next(ref reader, out var name))
        {
            if (name.SequenceEqual("type"u8))
            {
                return JsonMembers.RawString(ref reader);
            }

            reader.Skip();
        }

        return default;
    }

    void ReadMessageStart(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        while (JsonMembers.Next(ref reader, out var name))
        {
            if (name.SequenceEqual("message"u8) && reader.TokenType == JsonTokenType.StartObject)
            {
                ReadMessage(ref reader, json);
            }
            else
            {
                reader.Skip();
            }
        }

        OutputIsFinal = false; // its output_tokens is where the count begins
    }

    void ReadMessageDelta(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        while (JsonMembers.Next(ref reader, out var name))
        {
            if (name.SequenceEqual("usage"u8))
            {
                ReadUsage(ref reader, json);
                OutputIsFinal = OutputTokens is not null;
            }
            else if (name.SequenceEqual("delta"u8) && reader.TokenType == JsonTokenType.StartObject)
            {
                ReadStop(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    void ReadStop(ref Utf8JsonReader reader)
    {
        while (JsonMembers.Next(ref reader, out var name))
        {
            if (name.SequenceEqual("stop_reason"u8))
            {
                NoteStop(JsonMembers.RawString(ref reader));
            }
            else
            {
                reader.Skip();
            }
        }
    }

    // A message, whole or just begun; the body of an error is one too, as far as it goes.
    void ReadMessage(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        while (JsonMembers.Next(ref reader, out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("id"u8): NoteResponseId(JsonMembers.RawString(ref reader)); break;
                case var _ when name.SequenceEqual("usage"u8): ReadUsage(ref reader, json); break;
                case var _ when name.SequenceEqual("stop_reason"u8): NoteStop(JsonMembers.RawString(ref reader)); break;
                case var _ when name.SequenceEqual("type"u8): HasError |= JsonMembers.RawString(ref reader).SequenceEqual("error"u8); break;
                case var _ when name.SequenceEqual("content"u8) && reader.TokenType == JsonTokenType.StartArray:
                    while (JsonMembers.NextElement(ref reader))
                    {
                        ReadBlock(ref reader, json, begins: true);
                    }

                    break;
                default: reader.Skip(); break;
            }
        }
    }

    void ReadBlockEvent(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        while (JsonMembers.Next(ref reader, out var name))
        {
            if (name.SequenceEqual("content_block"u8))
            {
                ReadBlock(ref reader, json, begins: true);
            }
            else if (name.SequenceEqual("delta"u8))
            {
                ReadBlock(ref reader, json, begins: false);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    // A block or a piece of one. Results of the upstream's own tools are no output of the model; its calls to them are.
    void ReadBlock(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, bool begins)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        ReadOnlySpan<byte> type = default, text = default, thinking = default, arguments = default, content = default, data = default, id = default, input = default;
        while (JsonMembers.Next(ref reader, out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("type"u8): type = JsonMembers.RawString(ref reader); break;
                case var _ when name.SequenceEqual("text"u8): text = JsonMembers.RawString(ref reader); break;
                case var _ when name.SequenceEqual("thinking"u8): thinking = JsonMembers.RawString(ref reader); break;
                case var _ when name.SequenceEqual("partial_json"u8): arguments = JsonMembers.RawString(ref reader); break;
                case var _ when name.SequenceEqual("content"u8): content = JsonMembers.RawString(ref reader); break;
                case var _ when name.SequenceEqual("data"u8): data = JsonMembers.RawString(ref reader); break;
                case var _ when name.SequenceEqual("id"u8): id = JsonMembers.RawString(ref reader); break;
                case var _ when name.SequenceEqual("input"u8): input = JsonMembers.RawValue(ref reader, json); break;
                default: reader.Skip(); break;
            }
        }

        switch (type)
        {
            case var _ when type.SequenceEqual("text_delta"u8) || type.SequenceEqual("text"u8): NoteText(text, begins); break;
            case var _ when type.SequenceEqual("thinking_delta"u8) || type.SequenceEqual("thinking"u8): NoteGenerated(thinking); break;
            case var _ when type.SequenceEqual("input_json_delta"u8): NoteGenerated(arguments); break;
            case var _ when type.SequenceEqual("compaction_delta"u8) || type.SequenceEqual("compaction"u8): NoteGenerated(content); break;
            case var _ when type.SequenceEqual("redacted_thinking"u8): NoteEncrypted(data); break;
            case var _ when type.EndsWith("tool_use"u8):
                if (type.Length == "tool_use"u8.Length)
                {
                    NoteToolUse(id);
                }

                if (input.Length > "{}"u8.Length) // a stream begins with {} and sends the input in deltas
                {
                    NoteGeneratedJson(input);
                }

                break;
            default: break;
        }
    }

    void NoteText(ReadOnlySpan<byte> text, bool begins)
    {
        if (begins)
        {
            Output.BeginPart();
            Content?.BeginPart();
        }

        if (!text.IsEmpty)
        {
            Output.AppendEscaped(text);
            Content?.AddText(text);
            NoteGenerated(text);
        }
    }

    void NoteStop(ReadOnlySpan<byte> reason)
    {
        if (reason.IsEmpty)
        {
            return;
        }

        Content?.NoteStop(reason);
        Stop = reason switch
        {
            _ when reason.SequenceEqual("end_turn"u8) || reason.SequenceEqual("stop_sequence"u8) || reason.SequenceEqual("stop"u8) => StopKind.End,
            _ when reason.SequenceEqual("tool_use"u8) || reason.SequenceEqual("tool_calls"u8) || reason.SequenceEqual("function_call"u8) => StopKind.ToolUse,
            _ when reason.SequenceEqual("max_tokens"u8) || reason.SequenceEqual("length"u8) || reason.SequenceEqual("model_context_window_exceeded"u8) => StopKind.Length,
            _ when reason.SequenceEqual("refusal"u8) || reason.SequenceEqual("content_filter"u8) => StopKind.Refusal,
            _ => StopKind.Other,
        };
    }
}
