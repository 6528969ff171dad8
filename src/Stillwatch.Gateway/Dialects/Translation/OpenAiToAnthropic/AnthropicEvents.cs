using System.Buffers;
using Stillwatch.Gateway.Dialects.Translation.RawJson;

namespace Stillwatch.Gateway.Dialects.Translation.OpenAiToAnthropic;

/// <summary>The named events of an Anthropic stream, whole and in the given order. Allocates only for the first.</summary>
sealed class AnthropicEvents
{
    readonly RawWriter _json = new(new ArrayBufferWriter<byte>());

    public void Start(ReadOnlySpan<byte> id, TranslationContext context, IBufferWriter<byte> output)
    {
        output.Write("event: message_start\ndata: {\"type\":\"message_start\",\"message\":"u8);
        _json.To(output).BeginObject();
        _json.Name("id"u8).Text(id);
        _json.Name("type"u8).Text("message"u8);
        _json.Name("role"u8).Text("assistant"u8);
        _json.Name("model"u8).String(context.ResponseModel);
        _json.Name("content"u8).Raw("[]"u8);
        _json.Name("stop_reason"u8).Raw("null"u8);
        _json.Name("stop_sequence"u8).Raw("null"u8);
        _json.Name("stop_details"u8).Raw("null"u8);
        _json.Name("usage"u8);
        new UsageCounts(context.InputTokens, null, null, 1).WriteAnthropic(_json); // a real one also begins at 1
        _json.EndObject();
        output.Write("}\n\n"u8);
    }

    public void BlockStart(int index, StreamBlock block, ReadOnlySpan<byte> messageId, IBufferWriter<byte> output)
    {
        output.Write("event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":"u8);
        _json.To(output).Number(index);
        output.Write(",\"content_block\":"u8);
        switch (block.Kind)
        {
            case BlockKind.Text:
                output.Write("{\"type\":\"text\",\"text\":\"\"}"u8);
                break;
            case BlockKind.Thinking:
                output.Write("{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}"u8);
                break;
            default:
                output.Write("{\"type\":\"tool_use\",\"id\":"u8);
                CallId.Write(block.Id.WrittenSpan, messageId, index, _json.To(output));
                output.Write(",\"name\":"u8);
                _json.To(output).Text(block.Name.WrittenSpan);
                output.Write(",\"input\":{}}"u8);
                break;
        }

        output.Write("}\n\n"u8);
    }

    public void Delta(int index, BlockKind kind, ReadOnlySpan<byte> spelled, IBufferWriter<byte> output)
    {
        BeginDelta(index, output);
        output.Write(kind switch
        {
            BlockKind.Text => "{\"type\":\"text_delta\",\"text\":"u8,
            BlockKind.Thinking => "{\"type\":\"thinking_delta\",\"thinking\":"u8,
            _ => "{\"type\":\"input_json_delta\",\"partial_json\":"u8,
        });
        _json.To(output).Text(spelled);
        output.Write("}}\n\n"u8);
    }

    public void BlockStop(int index, BlockKind kind, IBufferWriter<byte> output)
    {
        if (kind == BlockKind.Thinking)
        {
            BeginDelta(index, output);
            output.Write("{\"type\":\"signature_delta\",\"signature\":"u8);
            _json.To(output).Text(ResponseToAnthropic.Signature);
            output.Write("}}\n\n"u8);
        }

        output.Write("event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":"u8);
        _json.To(output).Number(index);
        output.Write("}\n\n"u8);
    }

    /// <param name="matched">The stop sequence as it is spelled; empty when none is known.</param>
    public void Stop(EndReason reason, ReadOnlySpan<byte> matched, UsageCounts usage, IBufferWriter<byte> output)
    {
        output.Write("event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":"u8);
        _json.To(output).BeginObject();
        _json.Name("stop_reason"u8).Text(reason.Anthropic());
        _json.Name("stop_sequence"u8);
        if (reason == EndReason.StopSequence)
        {
            _json.Text(matched);
        }
        else
        {
            _json.Raw("null"u8);
        }

        _json.EndObject();
        output.Write(",\"usage\":"u8);
        usage.WriteAnthropic(_json.To(output));
        output.Write("}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"u8);
    }

    void BeginDelta(int index, IBufferWriter<byte> output)
    {
        output.Write("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":"u8);
        _json.To(output).Number(index);
        output.Write(",\"delta\":"u8);
    }
}
