using Stillwatch.Gateway.Dialects.Translation.RawJson;

namespace Stillwatch.Gateway.Dialects.Translation.OpenAiToAnthropic;

/// <summary>Functions and the choice among them.</summary>
static class ToolsToAnthropic
{
    public static GatewayError? Write(RawIndex request, RawWriter json)
    {
        var tools = request["tools"u8];
        var hasTools = tools.Elements.MoveNext();
        if (hasTools)
        {
            json.Name("tools"u8).BeginArray();
            foreach (var tool in tools.Elements)
            {
                if (WriteTool(tool, json) is { } refusal)
                {
                    return refusal;
                }
            }

            json.EndArray();
        }

        return WriteChoice(request["tool_choice"u8], hasTools && request["parallel_tool_calls"u8].Bytes is [(byte)'f', ..], json);
    }

    static GatewayError? WriteTool(RawValue tool, RawWriter json)
    {
        var function = tool["function"u8];
        if (!tool["type"u8].Is("function"u8) || !function["name"u8].IsString)
        {
            return new(400, "untranslatable_member",
                $"tools: '{RawText.Shown(tool["type"u8].Text)}' is no type of tool the upstream of this model knows; send functions with a name.");
        }

        json.BeginObject();
        json.Name("name"u8).Raw(function["name"u8].Bytes);
        if (function["description"u8] is { IsSet: true } description)
        {
            json.Name("description"u8).Raw(description.Bytes);
        }

        json.Name("input_schema"u8).Raw(
            function["parameters"u8] is { IsObject: true } schema && schema.Members.MoveNext() ? schema.Bytes : "{\"type\":\"object\",\"properties\":{}}"u8);
        if (function["strict"u8] is { IsSet: true } strict)
        {
            json.Name("strict"u8).Raw(strict.Bytes);
        }

        json.EndObject();
        return null;
    }

    static GatewayError? WriteChoice(RawValue choice, bool onlyOne, RawWriter json)
    {
        var type = choice.Is("none"u8) ? "none"u8
            : choice.Is("required"u8) ? "any"u8
            : choice["type"u8].Is("function"u8) && choice["function"u8]["name"u8].IsString ? "tool"u8
            : choice.Is("auto"u8) || !choice.IsSet ? "auto"u8
            : default;
        if (type.IsEmpty)
        {
            return new(400, "untranslatable_member", "tool_choice: only auto, none, required or one function can be said to the upstream of this model.");
        }

        if (!choice.IsSet && !onlyOne)
        {
            return null;
        }

        json.Name("tool_choice"u8).BeginObject();
        json.Name("type"u8).Text(type);
        if (type.SequenceEqual("tool"u8))
        {
            json.Name("name"u8).Raw(choice["function"u8]["name"u8].Bytes);
        }

        if (onlyOne && !type.SequenceEqual("none"u8))
        {
            json.Name("disable_parallel_tool_use"u8).Raw("true"u8);
        }

        json.EndObject();
        return null;
    }
}
