using Stillwatch.Gateway.Dialects.Translation.RawJson;

namespace Stillwatch.Gateway.Dialects.Translation.AnthropicToOpenAi;

/// <summary>A run of assistant messages as one: text, reasoning, then the calls.</summary>
static class AssistantTurn
{
    public static GatewayError? Write(Turn turn, RawWriter json)
    {
        if (Check(turn, out var hasText, out var hasThinking, out var hasCalls) is { } refusal)
        {
            return refusal;
        }

        json.BeginObject();
        json.Name("role"u8).Text("assistant"u8);
        if (hasText || !hasCalls)
        {
            json.Name("content"u8).OpenText();
            WriteText(turn, "text"u8, "text"u8, json);
            json.CloseText();
        }
        else
        {
            json.Name("content"u8).Raw("null"u8);
        }

        // Only on turns with calls: DeepSeek answers 400 without it there, and templates drop it elsewhere.
        if (hasThinking && hasCalls)
        {
            json.Name("reasoning_content"u8).OpenText();
            WriteText(turn, "thinking"u8, "thinking"u8, json);
            json.CloseText();
        }

        if (hasCalls)
        {
            WriteCalls(turn, json);
        }

        json.EndObject();
        return null;
    }

    static GatewayError? Check(Turn turn, out bool hasText, out bool hasThinking, out bool hasCalls)
    {
        hasText = hasThinking = hasCalls = false;
        var at = turn.Start;
        foreach (var message in turn)
        {
            hasText |= message["content"u8].IsString;
            foreach (var block in message["content"u8].Elements)
            {
                var type = block["type"u8];
                if (type.Is("text"u8))
                {
                    hasText = true;
                }
                else if (type.Is("thinking"u8))
                {
                    hasThinking |= block["thinking"u8].Text.Length > 0;
                }
                else if (type.Is("tool_use"u8) && block["id"u8].IsString && block["name"u8].IsString)
                {
                    hasCalls = true;
                }
                else if (!type.Is("redacted_thinking"u8))
                {
                    return Blocks.Refused($"messages[{at}]", type);
                }
            }

            at++;
        }

        return null;
    }

    static void WriteText(Turn turn, ReadOnlySpan<byte> type, ReadOnlySpan<byte> member, RawWriter json)
    {
        foreach (var message in turn)
        {
            if (type.SequenceEqual("text"u8))
            {
                json.Piece(message["content"u8].Text);
            }

            foreach (var block in message["content"u8].Elements)
            {
                if (block["type"u8].Is(type))
                {
                    json.Piece(block[member].Text);
                }
            }
        }
    }

    static void WriteCalls(Turn turn, RawWriter json)
    {
        json.Name("tool_calls"u8).BeginArray();
        foreach (var message in turn)
        {
            foreach (var block in message["content"u8].Elements)
            {
                Blocks.WriteCall(block, json);
            }
        }

        json.EndArray();
    }
}
