using System.Buffers;
using Stillwatch.Gateway.Dialects.Translation.RawJson;
using Stillwatch.Gateway.Dialects.Translation.Rules;

namespace Stillwatch.Gateway.Dialects.Translation.OpenAiToAnthropic;

/// <summary>An OpenAI Chat Completions request as an Anthropic Messages upstream understands it. By the tables in
/// <see cref="OpenAiRules"/>.</summary>
static class RequestToAnthropic
{
    /// <summary>Null when the request was written; otherwise why not, and what was written so far is of no use.</summary>
    public static GatewayError? Write(RawIndex request, TranslationContext context, IBufferWriter<byte> output)
    {
        if (OpenAiRules.Request.Refusal(request.Object) is { } refusal)
        {
            return refusal;
        }

        var json = new RawWriter(output);
        json.BeginObject();
        json.Name("model"u8).String(context.UpstreamModel);
        WriteLimit(request, context, json);
        foreach (var member in request.Object.Members)
        {
            if (member.Value.IsSet && OpenAiRules.Request.Find(member.Name) is { Treatment: Treatment.Kept } rule)
            {
                json.Name(rule.Utf8Name).Raw(member.Value.Bytes);
            }
        }

        WriteStop(request["stop"u8], json);
        if (context.UpstreamUserId is { } user)
        {
            json.Name("metadata"u8).BeginObject();
            json.Name("user_id"u8).String(user);
            json.EndObject();
        }

        if ((WriteOutput(request, json) ?? ToolsToAnthropic.Write(request, json) ?? MessagesToAnthropic.Write(request, json)) is { } broken)
        {
            return broken;
        }

        json.EndObject();
        return null;
    }

    static void WriteLimit(RawIndex request, TranslationContext context, RawWriter json)
    {
        var limit = request["max_completion_tokens"u8];
        limit = limit.IsSet ? limit : request["max_tokens"u8];
        if (limit.IsSet)
        {
            json.Name("max_tokens"u8).Raw(limit.Bytes);
        }
        else
        {
            json.Name("max_tokens"u8).Number(context.DefaultMaxTokens);
        }
    }

    static void WriteStop(RawValue stop, RawWriter json)
    {
        if (stop.IsString)
        {
            json.Name("stop_sequences"u8).BeginArray();
            json.Raw(stop.Bytes);
            json.EndArray();
        }
        else if (stop.IsSet)
        {
            json.Name("stop_sequences"u8).Raw(stop.Bytes);
        }
    }

    static GatewayError? WriteOutput(RawIndex request, RawWriter json)
    {
        var effort = request["reasoning_effort"u8];
        if (effort.Is("none"u8))
        {
            json.Name("thinking"u8).Raw("{\"type\":\"disabled\"}"u8);
            effort = default;
        }

        var format = request["response_format"u8];
        if (format["type"u8].Is("text"u8))
        {
            format = default;
        }
        else if (format.IsSet && !(format["type"u8].Is("json_schema"u8) && format["json_schema"u8]["schema"u8].IsObject))
        {
            return new(400, "untranslatable_member",
                $"response_format: '{RawText.Shown(format["type"u8].Text)}' cannot be said to the upstream of this model; send json_schema with a schema.");
        }

        if (!effort.IsSet && !format.IsSet)
        {
            return null;
        }

        json.Name("output_config"u8).BeginObject();
        if (effort.IsSet)
        {
            json.Name("effort"u8).Raw(effort.Is("minimal"u8) ? "\"low\""u8 : effort.Bytes);
        }

        if (format.IsSet)
        {
            json.Name("format"u8).BeginObject();
            json.Name("type"u8).Text("json_schema"u8);
            json.Name("schema"u8).Raw(format["json_schema"u8]["schema"u8].Bytes);
            json.EndObject();
        }

        json.EndObject();
        return null;
    }
}
