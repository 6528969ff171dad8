using Stillwatch.Gateway.Dialects.Translation.RawJson;

namespace Stillwatch.Gateway.Dialects.Translation.AnthropicToOpenAi;

/// <summary>The conversation, turn by turn.</summary>
/// <remarks>
/// A turn is a run of assistant messages, or of all others. Anthropic merges messages of one role that follow each other; here it
/// matters because an OpenAI upstream wants every tool result directly after the message that made the call.
/// </remarks>
static class MessagesToOpenAi
{
    public static GatewayError? Write(RawIndex request, RawWriter json)
    {
        json.Name("messages"u8).BeginArray();
        if (WriteSystem(request["system"u8], json) is { } system)
        {
            return system;
        }

        if (!request["messages"u8].IsArray)
        {
            return new(400, "invalid_request", "messages: must be an array of messages.");
        }

        var messages = request["messages"u8].Elements;
        var more = messages.MoveNext();
        var at = 0;
        while (more)
        {
            var turn = new Turn(messages, at);
            var isAssistant = messages.Current["role"u8].Is("assistant"u8);
            do
            {
                if (!IsKnownRole(messages.Current["role"u8]))
                {
                    return new(400, "invalid_request",
                        $"messages[{at}].role: '{RawText.Shown(messages.Current["role"u8].Text)}' is none of user, assistant, system.");
                }

                at++;
                more = messages.MoveNext();
            }
            while (more && messages.Current["role"u8].Is("assistant"u8) == isAssistant);
            turn.Count = at - turn.Start;
            if ((isAssistant ? AssistantTurn.Write(turn, json) : UserTurn.Write(turn, json)) is { } refusal)
            {
                return refusal;
            }
        }

        json.EndArray();
        return null;
    }

    static bool IsKnownRole(RawValue role) => role.Is("user"u8) || role.Is("assistant"u8) || role.Is("system"u8);

    static GatewayError? WriteSystem(RawValue system, RawWriter json)
    {
        if (!system.IsSet)
        {
            return null;
        }

        var count = 0;
        foreach (var block in system.Elements)
        {
            if (!block["type"u8].Is("text"u8))
            {
                return Blocks.Refused($"system[{count}]", block["type"u8]);
            }

            count++;
        }

        var skipFirst = IsAttribution(system);
        if (system.IsString || count > (skipFirst ? 1 : 0))
        {
            json.BeginObject();
            json.Name("role"u8).Text("system"u8);
            json.Name("content"u8);
            Blocks.WriteJoined(system, "\\n\\n"u8, json, skipFirst);
            json.EndObject();
        }

        return null;
    }

    // The line by which Claude Code's requests are attributed changes from version to version: it would spoil an upstream's
    // prefix cache, means nothing to another model, and states the client's version to it.
    static bool IsAttribution(RawValue system)
    {
        var blocks = system.Elements;
        return blocks.MoveNext() && blocks.Current["text"u8].Text.StartsWith("x-anthropic-billing-header"u8);
    }
}
