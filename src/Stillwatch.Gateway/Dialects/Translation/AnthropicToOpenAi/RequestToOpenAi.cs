using System.Buffers;
using Stillwatch.Gateway.Dialects.Translation.RawJson;
using Stillwatch.Gateway.Dialects.Translation.Rules;

namespace Stillwatch.Gateway.Dialects.Translation.AnthropicToOpenAi;

/// <summary>An Anthropic Messages request as an OpenAI Chat Completions upstream understands it. By the tables in
/// <see cref="AnthropicRules"/>.</summary>
static class RequestToOpenAi
{
    /// <summary>Null when the request was written; otherwise why not, and what was written so far is of no use.</summary>
    public static GatewayError? Write(RawIndex request, TranslationContext context, IBufferWriter<byte> output)
    {
        if (AnthropicRules.Request.Refusal(request.Object) is { } refusal)
        {
            return refusal;
        }

        var json = new RawWriter(output);
        json.BeginObject();
        json.Name("model"u8).String(context.UpstreamModel);
        if (MessagesToOpenAi.Write(request, json) is { } broken)
        {
            return broken;
        }

        if (WriteLimit(request["max_tokens"u8], context, json) is { } limit)
        {
            return limit;
        }

        foreach (var member in request.Object.Members)
        {
            if (member.Value.IsSet && AnthropicRules.Request.Find(member.Name) is { Treatment: Treatment.Kept } rule)
            {
                json.Name(rule.Utf8Name).Raw(member.Value.Bytes);
            }
        }

        if (request["stream"u8].IsTrue)
        {
            json.Name("stream_options"u8).Raw("{\"include_usage\":true}"u8);
        }

        if (request["stop_sequences"u8] is { IsArray: true } stop && stop.Elements.MoveNext())
        {
            json.Name("stop"u8).Raw(stop.Bytes);
        }

        if (context.UpstreamUserId is { } user)
        {
            json.Name("user"u8).String(user);
        }

        WriteEffort(request, json);
        if (WriteFormat(request, json) is { } format)
        {
            return format;
        }

        if (ToolsToOpenAi.Write(request, json) is { } tools)
        {
            return tools;
        }

        json.EndObject();
        return null;
    }

    static GatewayError? WriteLimit(RawValue limit, TranslationContext context, RawWriter json)
    {
        if (!limit.IsSet)
        {
            return null;
        }

        if (limit.Bytes is [(byte)'0'])
        {
            return new(400, "untranslatable_member",
                "max_tokens: 0 warms a prompt cache, which the upstream of this model cannot do by request; ask for 1 or more.");
        }

        json.Name(context.LimitAsMaxCompletionTokens ? "max_completion_tokens"u8 : "max_tokens"u8).Raw(limit.Bytes);
        return null;
    }

    // A stated effort says more precisely what is wanted than a budget does.
    static void WriteEffort(RawIndex request, RawWriter json)
    {
        var thinking = request["thinking"u8];
        var effort = request["output_config"u8]["effort"u8];
        if (thinking["type"u8].Is("disabled"u8))
        {
            json.Name("reasoning_effort"u8).Text("none"u8);
        }
        else if (effort.IsSet)
        {
            json.Name("reasoning_effort"u8).Raw(effort.Bytes);
        }
        else if (thinking["budget_tokens"u8] is { IsNumber: true } budget)
        {
            json.Name("reasoning_effort"u8).Text(EffortOf(budget.Count(int.MaxValue)));
        }
    }

    // LiteLLM's steps, so that moving from it changes nothing; never above high, which is where most upstreams end.
    static ReadOnlySpan<byte> EffortOf(int budgetTokens) => budgetTokens switch
    {
        < 1024 => "minimal"u8,
        < 2048 => "low"u8,
        < 4096 => "medium"u8,
        _ => "high"u8,
    };

    static GatewayError? WriteFormat(RawIndex request, RawWriter json)
    {
        var format = request["output_config"u8]["format"u8];
        if (!format.IsSet)
        {
            format = request["output_format"u8];
        }

        if (!format.IsSet)
        {
            return null;
        }

        if (!format["type"u8].Is("json_schema"u8) || !format["schema"u8].IsObject)
        {
            return new(400, "untranslatable_member", "output_config.format: only {\"type\":\"json_schema\",\"schema\":{…}} can be said to the upstream of this model.");
        }

        json.Name("response_format"u8).BeginObject();
        json.Name("type"u8).Text("json_schema"u8);
        json.Name("json_schema"u8).BeginObject();
        json.Name("name"u8).Text("structured_output"u8);
        json.Name("schema"u8).Raw(format["schema"u8].Bytes);
        json.EndObject();
        json.EndObject();
        return null;
    }
}
