using Stillwatch.Gateway.Dialects.Translation.RawJson;
using Stillwatch.Gateway.Dialects.Translation.Rules;

namespace Stillwatch.Gateway.Dialects.Translation.AnthropicToOpenAi;

/// <summary>Content blocks as texts and image parts. A content that is a string counts as one text block.</summary>
static class Blocks
{
    /// <summary>Writes all text of a content as one string: many upstreams take only strings outside of user messages.</summary>
    public static void WriteJoined(RawValue content, ReadOnlySpan<byte> separator, RawWriter json, bool skipFirst = false)
    {
        json.OpenText();
        json.Piece(content.Text);
        var any = false;
        foreach (var block in content.Elements)
        {
            if (skipFirst)
            {
                skipFirst = false;
            }
            else if (block["type"u8].Is("text"u8))
            {
                json.Piece(any ? separator : default);
                json.Piece(block["text"u8].Text);
                any = true;
            }
        }

        json.CloseText();
    }

    public static void WriteTextPart(ReadOnlySpan<byte> spelled, RawWriter json)
    {
        json.BeginObject();
        json.Name("type"u8).Text("text"u8);
        json.Name("text"u8).Text(spelled);
        json.EndObject();
    }

    public static GatewayError? WriteImagePart(RawValue image, int message, RawWriter json)
    {
        var source = image["source"u8];
        var isBase64 = source["type"u8].Is("base64"u8) && source["media_type"u8].IsString && source["data"u8].IsString;
        if (!isBase64 && !(source["type"u8].Is("url"u8) && source["url"u8].IsString))
        {
            return new(400, "untranslatable_member",
                $"messages[{message}]: an image of source '{RawText.Shown(source["type"u8].Text)}' cannot be passed on; send it as base64 or url.");
        }

        json.BeginObject();
        json.Name("type"u8).Text("image_url"u8);
        json.Name("image_url"u8).BeginObject();
        json.Name("url"u8).OpenText();
        if (isBase64)
        {
            json.Piece("data:"u8);
            json.Piece(source["media_type"u8].Text);
            json.Piece(";base64,"u8);
            json.Piece(source["data"u8].Text);
        }
        else
        {
            json.Piece(source["url"u8].Text);
        }

        json.CloseText();
        json.EndObject();
        json.EndObject();
        return null;
    }

    /// <summary>A block of a tool's use as an element of <c>tool_calls</c>; nothing for any other block. An id keeps its spelling, so that it comes back as it went.</summary>
    public static void WriteCall(RawValue block, RawWriter json)
    {
        if (!block["type"u8].Is("tool_use"u8))
        {
            return;
        }

        json.BeginObject();
        json.Name("id"u8).Text(block["id"u8].Text);
        json.Name("type"u8).Text("function"u8);
        json.Name("function"u8).BeginObject();
        json.Name("name"u8).Text(block["name"u8].Text);
        json.Name("arguments"u8).OpenText();
        json.PieceOf(block["input"u8].IsSet ? block["input"u8].Bytes : "{}"u8);
        json.CloseText();
        json.EndObject();
        json.EndObject();
    }

    public static bool Has(RawValue content, ReadOnlySpan<byte> type)
    {
        foreach (var block in content.Elements)
        {
            if (block["type"u8].Is(type))
            {
                return true;
            }
        }

        return false;
    }

    public static GatewayError Refused(string where, RawValue type) => new(400, "untranslatable_block",
        $"{where}: a block of type '{RawText.Shown(type.Text)}' cannot be said there to the upstream of this model; "
        + $"{(AnthropicRules.Blocks.Find(type.Text) is { Treatment: Treatment.Refused } rule ? rule.Note : "leave it out")}.");
}
