using System.Buffers;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Development;

/// <summary>Replies as OpenAI Chat Completions: unnamed chunks, <c>reasoning_content</c> for thinking, a usage chunk when asked for, <c>[DONE]</c>.</summary>
/// <param name="createdSeconds">Unix time of the request.</param>
sealed class ChatFace(long createdSeconds) : IReplyFace
{
    public void Whole(IBufferWriter<byte> output, Reply reply)
    {
        WriteHead(output, reply, "chat.completion"u8);
        output.Add("\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\""u8);
        foreach (var piece in reply.Pieces(isStream: false))
        {
            switch (piece.Kind)
            {
                case PieceKind.ThinkingStart:
                    output.Add(",\"reasoning_content\":\""u8);
                    break;
                case PieceKind.TextStart:
                    output.Add(",\"refusal\":null,\"content\":\""u8);
                    break;
                case PieceKind.ToolStart:
                    output.Add(",\"tool_calls\":[{"u8);
                    WriteCall(output, reply);
                    break;
                case PieceKind.ToolDelta:
                    output.AddEscaped(piece.Json.Span);
                    break;
                case PieceKind.ToolEnd:
                    output.Add("\"}}]"u8);
                    break;
                case PieceKind.ThinkingEnd or PieceKind.TextEnd:
                    output.Add("\""u8);
                    break;
                default:
                    output.Add(piece.Json.Span);
                    break;
            }
        }

        output.Add("},\"logprobs\":null,\"finish_reason\":\""u8).Add(FinishReason(reply)).Add("\"}],"u8);
        WriteUsage(output, reply);
        output.Add(",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_development\"}"u8);
    }

    public void Start(IBufferWriter<byte> output, Reply reply)
    {
        StartChunk(output, reply);
        output.Add("\"role\":\"assistant\",\"content\":\"\",\"refusal\":null"u8);
        EndChunk(output, reply, default);
    }

    public void Add(IBufferWriter<byte> output, Reply reply, in Piece piece)
    {
        switch (piece.Kind)
        {
            case PieceKind.ThinkingDelta:
                StartChunk(output, reply);
                output.Add("\"reasoning_content\":\""u8).Add(piece.Json.Span).Add("\""u8);
                break;
            case PieceKind.TextDelta:
                StartChunk(output, reply);
                output.Add("\"content\":\""u8).Add(piece.Json.Span).Add("\""u8);
                break;
            case PieceKind.ToolStart:
                StartChunk(output, reply);
                output.Add("\"tool_calls\":[{\"index\":0,"u8);
                WriteCall(output, reply);
                output.Add("\"}}]"u8);
                break;
            case PieceKind.ToolDelta:
                StartChunk(output, reply);
                output.Add("\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\""u8).AddEscaped(piece.Json.Span).Add("\"}}]"u8);
                break;
            case PieceKind.Error:
                ErrorBody.WriteEvent(output, Dialect.OpenAi, DevelopmentError.Midstream, DevelopmentError.RequestId(reply.Number));
                return;
            default:
                return;
        }

        EndChunk(output, reply, default);
    }

    public void End(IBufferWriter<byte> output, Reply reply)
    {
        StartChunk(output, reply);
        EndChunk(output, reply, FinishReason(reply));
        if (reply.Request.IncludeUsage)
        {
            output.Add("data: "u8);
            WriteHead(output, reply, "chat.completion.chunk"u8);
            output.Add("\"choices\":[],"u8);
            WriteUsage(output, reply);
            output.Add("}\n\n"u8);
        }

        output.Add("data: [DONE]\n\n"u8);
    }

    void StartChunk(IBufferWriter<byte> output, Reply reply)
    {
        output.Add("data: "u8);
        WriteHead(output, reply, "chat.completion.chunk"u8);
        output.Add("\"service_tier\":\"default\",\"system_fingerprint\":\"fp_development\",\"choices\":[{\"index\":0,\"delta\":{"u8);
    }

    static void EndChunk(IBufferWriter<byte> output, Reply reply, ReadOnlySpan<byte> finish)
    {
        output.Add("},\"logprobs\":null,\"finish_reason\":"u8);
        if (finish.IsEmpty)
        {
            output.Add("null"u8);
        }
        else
        {
            output.Add("\""u8).Add(finish).Add("\""u8);
        }

        output.Add(reply.Request.IncludeUsage ? "}],\"usage\":null}\n\n"u8 : "}]}\n\n"u8);
    }

    void WriteHead(IBufferWriter<byte> output, Reply reply, ReadOnlySpan<byte> kind)
        => output.Add("{\"id\":\"chatcmpl-dev-"u8).Add(reply.Number).Add("\",\"object\":\""u8).Add(kind).Add("\",\"created\":"u8).Add(createdSeconds)
            .Add(",\"model\":"u8).Add(reply.Request.Model).Add(","u8);

    /// <summary>Leaves the string of the arguments open.</summary>
    static void WriteCall(IBufferWriter<byte> output, Reply reply)
        => output.Add("\"id\":\"call_dev_"u8).Add(reply.Number).Add("\",\"type\":\"function\",\"function\":{\"name\":"u8)
            .Add(DevelopmentRequest.Raw(reply.Request.ToolName)).Add(",\"arguments\":\""u8);

    static ReadOnlySpan<byte> FinishReason(Reply reply) => reply.StopReason switch
    {
        StopReason.MaxTokens => "length"u8,
        StopReason.ToolUse => "tool_calls"u8,
        StopReason.Refusal => "content_filter"u8,
        _ => "stop"u8,
    };

    static void WriteUsage(IBufferWriter<byte> output, Reply reply)
    {
        var prompt = reply.UncachedTokens + reply.CacheReadTokens + reply.CacheWriteTokens;
        output.Add("\"usage\":{\"prompt_tokens\":"u8).Add(prompt)
            .Add(",\"completion_tokens\":"u8).Add(reply.OutputTokens)
            .Add(",\"total_tokens\":"u8).Add(prompt + (long)reply.OutputTokens)
            .Add(",\"prompt_tokens_details\":{\"cached_tokens\":"u8).Add(reply.CacheReadTokens)
            .Add(",\"cache_write_tokens\":"u8).Add(reply.CacheWriteTokens)
            .Add(",\"audio_tokens\":0},\"completion_tokens_details\":{\"reasoning_tokens\":"u8).Add(reply.ThinkingTokens)
            .Add(",\"audio_tokens\":0,\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}"u8);
    }
}
