using Stillwatch.Gateway.Dialects.Translation.RawJson;

namespace Stillwatch.Gateway.Dialects.Translation.OpenAiToAnthropic;

/// <summary>The conversation: leading system messages go to the top, tool messages that follow each other become one user
/// message.</summary>
static class MessagesToAnthropic
{
    public static GatewayError? Write(RawIndex request, RawWriter json)
    {
        if (!request["messages"u8].IsArray)
        {
            return new(400, "invalid_request", "messages: must be an array of messages.");
        }

        var messages = request["messages"u8].Elements;
        var at = 0;
        var more = messages.MoveNext();
        if (more && IsSystem(messages.Current) && WriteSystem(ref messages, ref at, ref more, json) is { } refusal)
        {
            return refusal;
        }

        json.Name("messages"u8).BeginArray();
        while (more)
        {
            var message = messages.Current;
            var role = message["role"u8];
            if (role.Is("tool"u8))
            {
                if (WriteResults(ref messages, ref at, ref more, json) is { } result)
                {
                    return result;
                }

                continue;
            }

            var error = role.Is("user"u8) ? WriteUser(message, "user"u8, at, json)
                : role.Is("assistant"u8) ? AssistantMessage.Write(message, at, json)
                : IsSystem(message) ? WriteUser(message, "system"u8, at, json)
                : new(400, "invalid_request", $"messages[{at}].role: '{RawText.Shown(role.Text)}' is none of system, developer, user, assistant, tool.");
            if (error is not null)
            {
                return error;
            }

            at++;
            more = messages.MoveNext();
        }

        json.EndArray();
        return null;
    }

    static bool IsSystem(RawValue message) => message["role"u8].Is("system"u8) || message["role"u8].Is("developer"u8);

    // One message that is a plain string stays a string; else each text is a block, so that no boundary is invented or lost.
    static GatewayError? WriteSystem(ref RawElements messages, ref int at, ref bool more, RawWriter json)
    {
        json.Name("system"u8);
        var first = messages.Current["content"u8];
        var next = messages;
        if (first.IsString && !(next.MoveNext() && IsSystem(next.Current)))
        {
            json.Raw(first.Bytes);
            at++;
            more = messages.MoveNext();
            return null;
        }

        json.BeginArray();
        for (; more && IsSystem(messages.Current); at++, more = messages.MoveNext())
        {
            if (Parts.WriteBlocks(messages.Current["content"u8], at, json) is { } refusal)
            {
                return refusal;
            }
        }

        json.EndArray();
        return null;
    }

    static GatewayError? WriteUser(RawValue message, ReadOnlySpan<byte> role, int at, RawWriter json)
    {
        json.BeginObject();
        json.Name("role"u8).Text(role);
        json.Name("content"u8);
        var refusal = Parts.WriteContent(message["content"u8], at, json);
        json.EndObject();
        return refusal;
    }

    static GatewayError? WriteResults(ref RawElements messages, ref int at, ref bool more, RawWriter json)
    {
        json.BeginObject();
        json.Name("role"u8).Text("user"u8);
        json.Name("content"u8).BeginArray();
        for (; more && messages.Current["role"u8].Is("tool"u8); at++, more = messages.MoveNext())
        {
            json.BeginObject();
            json.Name("type"u8).Text("tool_result"u8);
            json.Name("tool_use_id"u8).Text(messages.Current["tool_call_id"u8].Text);
            json.Name("content"u8);
            if (Parts.WriteContent(messages.Current["content"u8], at, json) is { } refusal)
            {
                return refusal;
            }

            json.EndObject();
        }

        json.EndArray();
        json.EndObject();
        return null;
    }
}
