using System.Buffers;
using Stillwatch.Gateway.Dialects.Translation.RawJson;

namespace Stillwatch.Gateway.Dialects.Translation.OpenAiToAnthropic;

/// <summary>An OpenAI upstream's whole completion as a message. Only its first choice: no Anthropic caller can ask for more.</summary>
static class ResponseToAnthropic
{
    /// <summary>Stands where Anthropic's own models sign their thinking. Ours signs nothing and is ignored when it comes back.</summary>
    public static ReadOnlySpan<byte> Signature => "c3dfdW5zaWduZWRfdjE="u8;

    public static GatewayError? Write(RawValue completion, TranslationContext context, IBufferWriter<byte> output)
    {
        var choices = completion["choices"u8].Elements;
        if (!choices.MoveNext() || !choices.Current["message"u8].IsObject)
        {
            return completion["error"u8].IsSet ? UpstreamError.OfStream(completion.Bytes) : UpstreamError.Unreadable;
        }

        var choice = choices.Current;
        var message = choice["message"u8];
        var reason = EndReasons.OfOpenAi(choice["finish_reason"u8]).WithCalls(message["tool_calls"u8].Elements.MoveNext());
        if (reason == EndReason.Failed)
        {
            return UpstreamError.GaveUp;
        }

        // vLLM names the stop sequence that matched, as `stop_reason` beside OpenAI's own member.
        var matched = reason == EndReason.Stop ? choice["stop_reason"u8] : default;
        reason = !matched.Text.IsEmpty ? EndReason.StopSequence : !message["refusal"u8].Text.IsEmpty ? EndReason.Refusal : reason;

        var json = new RawWriter(output);
        var id = MessageId.ForAnthropic(completion["id"u8], context);
        json.BeginObject();
        json.Name("id"u8).Text(id);
        json.Name("type"u8).Text("message"u8);
        json.Name("role"u8).Text("assistant"u8);
        json.Name("model"u8).String(context.ResponseModel);
        json.Name("content"u8).BeginArray();
        WriteContent(message, id, json);
        json.EndArray();
        json.Name("stop_reason"u8).Text(reason.Anthropic());
        json.Name("stop_sequence"u8).Raw(reason == EndReason.StopSequence ? matched.Bytes : "null"u8);
        json.Name("stop_details"u8).Raw("null"u8);
        json.Name("usage"u8);
        new UsageCounts(context.InputTokens, null, null, null).WithOpenAi(completion["usage"u8]).WriteAnthropic(json);
        json.EndObject();
        return null;
    }

    static void WriteContent(RawValue message, ReadOnlySpan<byte> id, RawWriter json)
    {
        var reasoning = message["reasoning_content"u8].Text;
        reasoning = reasoning.IsEmpty ? message["reasoning"u8].Text : reasoning;
        if (!reasoning.IsEmpty)
        {
            json.BeginObject();
            json.Name("type"u8).Text("thinking"u8);
            json.Name("thinking"u8).Text(reasoning);
            json.Name("signature"u8).Text(Signature);
            json.EndObject();
        }

        Parts.WriteText(message["content"u8].Text, json);
        foreach (var part in message["content"u8].Elements)
        {
            Parts.WriteText(part["text"u8].Text, json);
        }

        Parts.WriteText(message["refusal"u8].Text, json);
        var count = 0;
        foreach (var call in message["tool_calls"u8].Elements)
        {
            WriteCall(call, id, count++, json);
        }
    }

    static void WriteCall(RawValue call, ReadOnlySpan<byte> id, int count, RawWriter json)
    {
        json.BeginObject();
        json.Name("type"u8).Text("tool_use"u8);
        json.Name("id"u8);
        CallId.Write(call["id"u8].Text, id, count, json);
        json.Name("name"u8).Text(call["function"u8]["name"u8].Text);
        json.Name("input"u8);
        var spelled = call["function"u8]["arguments"u8];
        var arguments = new ArrayBufferWriter<byte>();
        if (spelled.IsObject)
        {
            json.Raw(spelled.Bytes); // some servers forget the string around it
        }
        else if (ToolInput.TryRead(spelled.Text, arguments))
        {
            json.Raw(arguments.WrittenSpan);
        }
        else
        {
            // Cut by the limit or written badly: an empty input would run the tool on nothing, so what was said stays visible.
            json.BeginObject();
            json.Name("invalid_arguments"u8).Text(spelled.Text);
            json.EndObject();
        }

        json.EndObject();
    }
}
