using System.Buffers;
using Stillwatch.Gateway.Dialects.Translation.RawJson;

namespace Stillwatch.Gateway.Dialects.Translation.AnthropicToOpenAi;

/// <summary>An Anthropic upstream's whole message as a chat completion. Blocks of server tools, which no OpenAI caller can ask for, are
/// left out.</summary>
static class ResponseToOpenAi
{
    public static GatewayError? Write(RawValue message, TranslationContext context, IBufferWriter<byte> output)
    {
        var content = message["content"u8];
        if (!content.IsArray)
        {
            return message["error"u8].IsSet ? UpstreamError.OfStream(message.Bytes) : UpstreamError.Unreadable;
        }

        var json = new RawWriter(output);
        json.BeginObject();
        json.Name("id"u8).Text(MessageId.ForOpenAi(message["id"u8], context));
        json.Name("object"u8).Text("chat.completion"u8);
        json.Name("created"u8).Number(context.Time.ToUnixTimeSeconds());
        json.Name("model"u8).String(context.ResponseModel);
        json.Name("choices"u8).BeginArray();
        json.BeginObject();
        json.Name("index"u8).Number(0);
        json.Name("message"u8);
        WriteMessage(content, json);
        json.Name("logprobs"u8).Raw("null"u8);
        json.Name("finish_reason"u8).Text(EndReasons.OfAnthropic(message["stop_reason"u8]).WithCalls(Blocks.Has(content, "tool_use"u8)).OpenAi());
        json.EndObject();
        json.EndArray();
        json.Name("usage"u8);
        default(UsageCounts).WithAnthropic(message["usage"u8]).WriteOpenAi(json);
        json.EndObject();
        return null;
    }

    static void WriteMessage(RawValue content, RawWriter json)
    {
        json.BeginObject();
        json.Name("role"u8).Text("assistant"u8);
        json.Name("content"u8);
        if (Blocks.Has(content, "text"u8))
        {
            Blocks.WriteJoined(content, default, json);
        }
        else
        {
            json.Raw("null"u8);
        }

        json.Name("refusal"u8).Raw("null"u8);
        WriteReasoning(content, json);
        if (Blocks.Has(content, "tool_use"u8))
        {
            WriteCalls(content, json);
        }

        json.EndObject();
    }

    static void WriteReasoning(RawValue content, RawWriter json)
    {
        var any = false;
        foreach (var block in content.Elements)
        {
            var text = block["thinking"u8].Text;
            if (!block["type"u8].Is("thinking"u8) || text.IsEmpty)
            {
                continue;
            }

            if (!any)
            {
                json.Name("reasoning_content"u8).OpenText();
                any = true;
            }

            json.Piece(text);
        }

        if (any)
        {
            json.CloseText();
        }
    }

    static void WriteCalls(RawValue content, RawWriter json)
    {
        json.Name("tool_calls"u8).BeginArray();
        foreach (var block in content.Elements)
        {
            Blocks.WriteCall(block, json);
        }

        json.EndArray();
    }
}
