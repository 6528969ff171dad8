using System.Buffers;
using Stillwatch.Gateway.Dialects.Translation.RawJson;

namespace Stillwatch.Gateway.Dialects.Translation.AnthropicToOpenAi;

/// <summary>Tools and the choice among them. Tools that the provider itself would run cannot run here and are refused by name.</summary>
static class ToolsToOpenAi
{
    /// <summary>OpenAI's limit on a function's name; longer ones are refused rather than renamed, since a renamed call is a different
    /// call in a log.</summary>
    const int MaxNameBytes = 64;

    static readonly SearchValues<byte> NameBytes = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"u8);

    public static GatewayError? Write(RawIndex request, RawWriter json)
    {
        var tools = request["tools"u8];
        if (tools.IsArray && tools.Elements.MoveNext())
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

        return WriteChoice(request["tool_choice"u8], json);
    }

    static GatewayError? WriteTool(RawValue tool, RawWriter json)
    {
        var name = tool["name"u8].Text;
        var type = tool["type"u8];
        if (type.IsSet && !type.Is("custom"u8))
        {
            return new(400, "unsupported_server_tool",
                $"tools: '{RawText.Shown(name)}' of type '{RawText.Shown(type.Text)}' is run or defined by the provider, which the upstream of this model "
                + "does not know; offer a tool of your own with an input_schema.");
        }

        if (name.IsEmpty || name.Length > MaxNameBytes || name.IndexOfAnyExcept(NameBytes) >= 0)
        {
            return new(400, "untranslatable_tool_name",
                $"tools: the name '{RawText.Shown(name)}' is not 1 to {MaxNameBytes} of a-z A-Z 0-9 _ -, which the upstream of this model asks for; rename the tool.");
        }

        json.BeginObject();
        json.Name("type"u8).Text("function"u8);
        json.Name("function"u8).BeginObject();
        json.Name("name"u8).Text(name);
        Copy(tool, "description"u8, "description"u8, json);
        Copy(tool, "input_schema"u8, "parameters"u8, json);
        Copy(tool, "strict"u8, "strict"u8, json);
        json.EndObject();
        json.EndObject();
        return null;
    }

    static void Copy(RawValue from, ReadOnlySpan<byte> name, ReadOnlySpan<byte> toName, RawWriter json)
    {
        if (from[name] is { IsSet: true } value)
        {
            json.Name(toName).Raw(value.Bytes);
        }
    }

    static GatewayError? WriteChoice(RawValue choice, RawWriter json)
    {
        if (!choice.IsSet)
        {
            return null;
        }

        var type = choice["type"u8];
        if (type.Is("auto"u8) || type.Is("none"u8))
        {
            json.Name("tool_choice"u8).Raw(type.Bytes);
        }
        else if (type.Is("any"u8))
        {
            json.Name("tool_choice"u8).Text("required"u8);
        }
        else if (type.Is("tool"u8) && choice["name"u8].IsString)
        {
            json.Name("tool_choice"u8).BeginObject();
            json.Name("type"u8).Text("function"u8);
            json.Name("function"u8).BeginObject();
            json.Name("name"u8).Raw(choice["name"u8].Bytes);
            json.EndObject();
            json.EndObject();
        }
        else
        {
            return new(400, "invalid_request", "tool_choice: must be of type auto, any, none, or tool with a name.");
        }

        if (choice["disable_parallel_tool_use"u8].IsTrue)
        {
            json.Name("parallel_tool_calls"u8).Raw("false"u8);
        }

        return null;
    }
}
