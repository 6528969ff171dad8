using System.Buffers;
using Stillwatch.Gateway.Dialects.Translation.RawJson;

namespace Stillwatch.Gateway.Dialects.Translation.OpenAiToAnthropic;

/// <summary>An assistant message of the caller's history: its text, then its calls. One that says nothing at all is left out.</summary>
static class AssistantMessage
{
    public static GatewayError? Write(RawValue message, int at, RawWriter json)
    {
        if (message["function_call"u8].IsSet || message["audio"u8].IsSet)
        {
            return new(400, "untranslatable_member",
                $"messages[{at}]: function_call and audio cannot be said to the upstream of this model; use tool_calls and text.");
        }

        var content = message["content"u8];
        var calls = message["tool_calls"u8];
        var refused = message["refusal"u8];
        var hasCalls = calls.Elements.MoveNext();
        if (!hasCalls && content.Text.IsEmpty && !content.Elements.MoveNext() && refused.Text.IsEmpty)
        {
            return null;
        }

        json.BeginObject();
        json.Name("role"u8).Text("assistant"u8);
        json.Name("content"u8);
        if (!hasCalls && !content.Text.IsEmpty)
        {
            json.Raw(content.Bytes);
            json.EndObject();
            return null;
        }

        json.BeginArray();
        if (Parts.WriteBlocks(content, at, json) is { } refusal)
        {
            return refusal;
        }

        Parts.WriteText(refused.Text, json);
        foreach (var call in calls.Elements)
        {
            if (WriteCall(call, at, json) is { } broken)
            {
                return broken;
            }
        }

        json.EndArray();
        json.EndObject();
        return null;
    }

    static GatewayError? WriteCall(RawValue call, int at, RawWriter json)
    {
        var function = call["function"u8];
        if (!function["name"u8].IsString || !call["id"u8].IsString)
        {
            return new(400, "invalid_request", $"messages[{at}].tool_calls: each needs an id and a function with a name.");
        }

        var arguments = new ArrayBufferWriter<byte>();
        if (!ToolInput.TryRead(function["arguments"u8].Text, arguments))
        {
            return new(400, "invalid_request",
                $"messages[{at}].tool_calls: the arguments of '{RawText.Shown(function["name"u8].Text)}' are not a JSON object; the upstream of this model takes nothing else.");
        }

        json.BeginObject();
        json.Name("type"u8).Text("tool_use"u8);
        json.Name("id"u8).Raw(call["id"u8].Bytes);
        json.Name("name"u8).Raw(function["name"u8].Bytes);
        json.Name("input"u8).Raw(arguments.WrittenSpan);
        json.EndObject();
        return null;
    }
}
