using System.Buffers;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Development;

/// <summary>Replies as Anthropic Messages: named events, blocks numbered without gaps, a ping after the first block's start, one signature per thinking block.</summary>
sealed class MessagesFace : IReplyFace
{
    int _block = -1;

    public void Whole(IBufferWriter<byte> output, Reply reply)
    {
        WriteHead(output, reply);
        output.Add("\"content\":["u8);
        foreach (var piece in reply.Pieces(isStream: false))
        {
            switch (piece.Kind)
            {
                case PieceKind.ThinkingStart or PieceKind.TextStart or PieceKind.ToolStart:
                    output.Add(++_block > 0 ? ","u8 : ""u8);
                    WriteBlock(output, reply, piece.Kind, isWhole: true);
                    break;
                case PieceKind.ThinkingEnd:
                    output.Add("\",\"signature\":\""u8);
                    WriteSignature(output, reply);
                    output.Add("\"}"u8);
                    break;
                case PieceKind.TextEnd:
                    output.Add("\"}"u8);
                    break;
                case PieceKind.ToolEnd:
                    output.Add("}"u8);
                    break;
                case PieceKind.ThinkingDelta when reply.Request.ThinkingIsOmitted:
                    break;
                default:
                    output.Add(piece.Json.Span);
                    break;
            }
        }

        output.Add("],"u8);
        WriteEnd(output, reply);
        output.Add(",\"usage\":{"u8);
        WriteInput(output, reply);
        output.Add(",\"service_tier\":\"standard\","u8);
        WriteOutput(output, reply);
        output.Add("}}"u8);
    }

    public void Start(IBufferWriter<byte> output, Reply reply)
    {
        output.Add("event: message_start\ndata: {\"type\":\"message_start\",\"message\":"u8);
        WriteHead(output, reply);
        output.Add("\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"stop_details\":null,\"usage\":{"u8);
        WriteInput(output, reply);
        output.Add(",\"service_tier\":\"standard\",\"output_tokens\":1}}}\n\n"u8);
    }

    public void Add(IBufferWriter<byte> output, Reply reply, in Piece piece)
    {
        switch (piece.Kind)
        {
            case PieceKind.ThinkingStart or PieceKind.TextStart or PieceKind.ToolStart:
                output.Add("event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":"u8).Add(++_block).Add(",\"content_block\":"u8);
                WriteBlock(output, reply, piece.Kind, isWhole: false);
                output.Add("}\n\n"u8);
                if (_block == 0)
                {
                    output.Add("event: ping\ndata: {\"type\":\"ping\"}\n\n"u8);
                }

                if (piece.Kind == PieceKind.ToolStart)
                {
                    WriteDelta(output, "\"input_json_delta\",\"partial_json\":\""u8).Add("\"}}\n\n"u8);
                }

                break;
            case PieceKind.ThinkingDelta when reply.Request.ThinkingIsOmitted:
                break;
            case PieceKind.ThinkingDelta:
                WriteDelta(output, "\"thinking_delta\",\"thinking\":\""u8).Add(piece.Json.Span).Add("\"}}\n\n"u8);
                break;
            case PieceKind.TextDelta:
                WriteDelta(output, "\"text_delta\",\"text\":\""u8).Add(piece.Json.Span).Add("\"}}\n\n"u8);
                break;
            case PieceKind.ToolDelta:
                WriteDelta(output, "\"input_json_delta\",\"partial_json\":\""u8).AddEscaped(piece.Json.Span).Add("\"}}\n\n"u8);
                break;
            case PieceKind.ThinkingEnd:
                WriteDelta(output, "\"signature_delta\",\"signature\":\""u8);
                WriteSignature(output, reply);
                output.Add("\"}}\n\n"u8);
                WriteStop(output);
                break;
            case PieceKind.TextEnd or PieceKind.ToolEnd:
                WriteStop(output);
                break;
            case PieceKind.Error:
                ErrorBody.WriteEvent(output, Dialect.Anthropic, DevelopmentError.Midstream, DevelopmentError.RequestId(reply.Number));
                break;
        }
    }

    public void End(IBufferWriter<byte> output, Reply reply)
    {
        output.Add("event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{"u8);
        WriteEnd(output, reply);
        output.Add("},\"usage\":{"u8);
        WriteInput(output, reply);
        output.Add(","u8);
        WriteOutput(output, reply);
        output.Add("}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"u8);
    }

    static void WriteHead(IBufferWriter<byte> output, Reply reply)
        => output.Add("{\"id\":\"msg_dev_"u8).Add(reply.Number).Add("\",\"type\":\"message\",\"role\":\"assistant\",\"model\":"u8).Add(reply.Request.Model).Add(","u8);

    static void WriteBlock(IBufferWriter<byte> output, Reply reply, PieceKind kind, bool isWhole)
    {
        switch (kind)
        {
            case PieceKind.ThinkingStart:
                output.Add("{\"type\":\"thinking\",\"thinking\":\""u8).Add(isWhole ? ""u8 : "\",\"signature\":\"\"}"u8);
                break;
            case PieceKind.TextStart:
                output.Add("{\"type\":\"text\",\"text\":\""u8).Add(isWhole ? ""u8 : "\"}"u8);
                break;
            default:
                output.Add("{\"type\":\"tool_use\",\"id\":\"toolu_dev_"u8).Add(reply.Number).Add("\",\"name\":"u8)
                    .Add(DevelopmentRequest.Raw(reply.Request.ToolName)).Add(",\"input\":"u8).Add(isWhole ? ""u8 : "{}}"u8);
                break;
        }
    }

    IBufferWriter<byte> WriteDelta(IBufferWriter<byte> output, ReadOnlySpan<byte> delta)
        => output.Add("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":"u8).Add(_block).Add(",\"delta\":{\"type\":"u8).Add(delta);

    void WriteStop(IBufferWriter<byte> output)
        => output.Add("event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":"u8).Add(_block).Add("}\n\n"u8);

    /// <summary>Opaque to clients, and the same for the same question: base64 of a hash would look no different.</summary>
    static void WriteSignature(IBufferWriter<byte> output, Reply reply)
        => output.Add("c3RpbGx3YXRjaC1kZXZlbG9wbWVudA"u8).Add((long)(reply.Request.TextHash >> 1)).Add("=="u8);

    static void WriteEnd(IBufferWriter<byte> output, Reply reply)
    {
        output.Add("\"stop_reason\":\""u8).Add(reply.StopReason switch
        {
            StopReason.MaxTokens => "max_tokens"u8,
            StopReason.ToolUse => "tool_use"u8,
            StopReason.Refusal => "refusal"u8,
            _ => "end_turn"u8,
        });
        output.Add("\",\"stop_sequence\":null,\"stop_details\":"u8).Add(reply.StopReason == StopReason.Refusal
            ? "{\"type\":\"refusal\",\"category\":\"general_harms\",\"explanation\":\"The development upstream was asked to refuse.\"}"u8
            : "null"u8);
    }

    static void WriteInput(IBufferWriter<byte> output, Reply reply)
        => output.Add("\"input_tokens\":"u8).Add(reply.UncachedTokens)
            .Add(",\"cache_creation_input_tokens\":"u8).Add(reply.CacheWriteTokens)
            .Add(",\"cache_read_input_tokens\":"u8).Add(reply.CacheReadTokens)
            .Add(",\"cache_creation\":{\"ephemeral_5m_input_tokens\":"u8).Add(reply.CacheWriteTokens).Add(",\"ephemeral_1h_input_tokens\":0}"u8);

    static void WriteOutput(IBufferWriter<byte> output, Reply reply)
        => output.Add("\"output_tokens\":"u8).Add(reply.OutputTokens).Add(",\"output_tokens_details\":{\"thinking_tokens\":"u8).Add(reply.ThinkingTokens).Add("}"u8);
}
