using Stillwatch.Gateway.Dialects.Translation.RawJson;

namespace Stillwatch.Gateway.Dialects.Translation.AnthropicToOpenAi;

/// <summary>A run of user and system messages: first every tool result as a message of its own, then what else was said, in
/// order.</summary>
static class UserTurn
{
    public static GatewayError? Write(Turn turn, RawWriter json)
    {
        var at = turn.Start;
        foreach (var message in turn)
        {
            var isSystem = message["role"u8].Is("system"u8);
            foreach (var block in message["content"u8].Elements)
            {
                var type = block["type"u8];
                if (!type.Is("text"u8) && (isSystem || !(type.Is("image"u8) || type.Is("tool_result"u8))))
                {
                    return Blocks.Refused($"messages[{at}]", type);
                }

                if (type.Is("tool_result"u8) && WriteResult(block, at, json) is { } refusal)
                {
                    return refusal;
                }
            }

            at++;
        }

        at = turn.Start;
        foreach (var message in turn)
        {
            if (WriteRest(message, at, json) is { } refusal)
            {
                return refusal;
            }

            at++;
        }

        return null;
    }

    static GatewayError? WriteResult(RawValue result, int at, RawWriter json)
    {
        json.BeginObject();
        json.Name("role"u8).Text("tool"u8);
        json.Name("tool_call_id"u8).Text(result["tool_use_id"u8].Text);
        json.Name("content"u8).OpenText();
        if (result["is_error"u8].IsTrue)
        {
            json.Piece("[tool error] "u8); // the other dialect has no member for it, and a model must see that the call failed
        }

        var content = result["content"u8];
        json.Piece(content.Text);
        var any = false;
        foreach (var block in content.Elements)
        {
            var isText = block["type"u8].Is("text"u8);
            if (!isText && !block["type"u8].Is("image"u8))
            {
                return Blocks.Refused($"messages[{at}].tool_result", block["type"u8]);
            }

            json.Piece(any ? "\\n\\n"u8 : default);
            json.Piece(isText ? block["text"u8].Text : "[image: in the user message after the tool results]"u8);
            any = true;
        }

        json.CloseText();
        json.EndObject();
        return null;
    }

    static GatewayError? WriteRest(RawValue message, int at, RawWriter json)
    {
        var content = message["content"u8];
        var hasImages = Blocks.Has(content, "image"u8) || HasImagesInResults(content);
        if (!hasImages && !content.IsString && !Blocks.Has(content, "text"u8) && Blocks.Has(content, "tool_result"u8))
        {
            return null;
        }

        json.BeginObject();
        json.Name("role"u8).Text(message["role"u8].Text);
        json.Name("content"u8);
        if (hasImages)
        {
            json.BeginArray();
            if ((WriteImagesOfResults(content, at, json) ?? WriteParts(content, at, json)) is { } refusal)
            {
                return refusal;
            }

            json.EndArray();
        }
        else
        {
            Blocks.WriteJoined(content, "\\n\\n"u8, json);
        }

        json.EndObject();
        return null;
    }

    static bool HasImagesInResults(RawValue content)
    {
        foreach (var block in content.Elements)
        {
            if (block["type"u8].Is("tool_result"u8) && Blocks.Has(block["content"u8], "image"u8))
            {
                return true;
            }
        }

        return false;
    }

    static GatewayError? WriteImagesOfResults(RawValue content, int at, RawWriter json)
    {
        foreach (var result in content.Elements)
        {
            if (!result["type"u8].Is("tool_result"u8) || !Blocks.Has(result["content"u8], "image"u8))
            {
                continue;
            }

            json.BeginObject();
            json.Name("type"u8).Text("text"u8);
            json.Name("text"u8).OpenText();
            json.Piece("[image of tool result "u8);
            json.Piece(result["tool_use_id"u8].Text);
            json.Piece("]"u8);
            json.CloseText();
            json.EndObject();
            foreach (var block in result["content"u8].Elements)
            {
                if (block["type"u8].Is("image"u8) && Blocks.WriteImagePart(block, at, json) is { } refusal)
                {
                    return refusal;
                }
            }
        }

        return null;
    }

    static GatewayError? WriteParts(RawValue content, int at, RawWriter json)
    {
        foreach (var block in content.Elements)
        {
            if (block["type"u8].Is("text"u8))
            {
                Blocks.WriteTextPart(block["text"u8].Text, json);
            }
            else if (block["type"u8].Is("image"u8) && Blocks.WriteImagePart(block, at, json) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }
}
