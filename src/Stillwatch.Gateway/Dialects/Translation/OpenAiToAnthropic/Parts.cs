using Stillwatch.Gateway.Dialects.Translation.RawJson;
using Stillwatch.Gateway.Dialects.Translation.Rules;

namespace Stillwatch.Gateway.Dialects.Translation.OpenAiToAnthropic;

/// <summary>Content parts as content blocks.</summary>
static class Parts
{
    /// <summary>A whole content: a string as it is, parts as an array of blocks, nothing as an empty string.</summary>
    public static GatewayError? WriteContent(RawValue content, int message, RawWriter json)
    {
        if (!content.IsArray)
        {
            json.Raw(content.IsString ? content.Bytes : "\"\""u8);
            return null;
        }

        json.BeginArray();
        var refusal = WriteBlocks(content, message, json);
        json.EndArray();
        return refusal;
    }

    /// <summary>The blocks of a content, into an array already begun. Empty texts are left out: the other side refuses them.</summary>
    public static GatewayError? WriteBlocks(RawValue content, int message, RawWriter json)
    {
        WriteText(content.Text, json);
        foreach (var part in content.Elements)
        {
            var type = part["type"u8];
            if (type.Is("text"u8))
            {
                WriteText(part["text"u8].Text, json);
            }
            else if (type.Is("refusal"u8))
            {
                WriteText(part["refusal"u8].Text, json);
            }
            else if (type.Is("image_url"u8) && part["image_url"u8]["url"u8].IsString)
            {
                WriteImage(part["image_url"u8]["url"u8].Text, json);
            }
            else
            {
                return new(400, "untranslatable_block",
                    $"messages[{message}]: a part of type '{RawText.Shown(type.Text)}' cannot be said to the upstream of this model; "
                    + $"{(OpenAiRules.Parts.Find(type.Text) is { Treatment: Treatment.Refused } rule ? rule.Note : "leave it out")}.");
            }
        }

        return null;
    }

    public static void WriteText(ReadOnlySpan<byte> spelled, RawWriter json)
    {
        if (spelled.IsEmpty)
        {
            return;
        }

        json.BeginObject();
        json.Name("type"u8).Text("text"u8);
        json.Name("text"u8).Text(spelled);
        json.EndObject();
    }

    // data:image/png;base64,AAAA, where the slash may be spelled "\/" and goes on like that.
    static void WriteImage(ReadOnlySpan<byte> url, RawWriter json)
    {
        json.BeginObject();
        json.Name("type"u8).Text("image"u8);
        json.Name("source"u8).BeginObject();
        var comma = url.IndexOf((byte)',');
        if (url.StartsWith("data:"u8) && comma > 0 && url[..comma].EndsWith(";base64"u8))
        {
            json.Name("type"u8).Text("base64"u8);
            json.Name("media_type"u8).Text(url["data:"u8.Length..(comma - ";base64"u8.Length)]);
            json.Name("data"u8).Text(url[(comma + 1)..]);
        }
        else
        {
            json.Name("type"u8).Text("url"u8);
            json.Name("url"u8).Text(url);
        }

        json.EndObject();
        json.EndObject();
    }
}
