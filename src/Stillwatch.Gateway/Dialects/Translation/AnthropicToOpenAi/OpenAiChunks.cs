using System.Buffers;
using Stillwatch.Gateway.Dialects.Translation.RawJson;

namespace Stillwatch.Gateway.Dialects.Translation.AnthropicToOpenAi;

/// <summary>The chunks of an OpenAI stream, each with the same head, made once. Allocates nothing after that.</summary>
sealed class OpenAiChunks(TranslationContext context)
{
    readonly ArrayBufferWriter<byte> _head = new(256);
    readonly RawWriter _json = new(new ArrayBufferWriter<byte>());

    /// <summary>The role chunk, once; later calls do nothing.</summary>
    public void Begin(RawValue id, IBufferWriter<byte> output)
    {
        if (_head.WrittenCount > 0)
        {
            return;
        }

        _head.Write("data: {\"id\":"u8);
        _json.To(_head).Text(MessageId.ForOpenAi(id, context));
        _head.Write(",\"object\":\"chat.completion.chunk\",\"created\":"u8);
        _json.To(_head).Number(context.Time.ToUnixTimeSeconds());
        _head.Write(",\"model\":"u8);
        _json.To(_head).String(context.ResponseModel);
        _head.Write(",\"choices\":["u8);
        Delta("{\"role\":\"assistant\",\"content\":\""u8, default, "\"}"u8, output);
    }

    public void Text(ReadOnlySpan<byte> spelled, IBufferWriter<byte> output) => Prose("{\"content\":\""u8, spelled, output);

    public void Reasoning(ReadOnlySpan<byte> spelled, IBufferWriter<byte> output) => Prose("{\"reasoning_content\":\""u8, spelled, output);

    public void Call(int call, RawValue block, IBufferWriter<byte> output)
    {
        Open(output);
        CallIndex(call, output);
        output.Write(",\"id\":"u8);
        _json.To(output).Text(block["id"u8].Text);
        output.Write(",\"type\":\"function\",\"function\":{\"name\":"u8);
        _json.To(output).Text(block["name"u8].Text);
        output.Write(",\"arguments\":\"\"}}]}"u8);
        Close(output);
    }

    public void Arguments(int call, ReadOnlySpan<byte> spelled, IBufferWriter<byte> output)
    {
        OpenArguments(call, output);
        output.Write(spelled);
        output.Write("\"}}]}"u8);
        Close(output);
    }

    /// <summary>An input that came whole, JSON to be spelled as a string.</summary>
    public void WholeArguments(int call, ReadOnlySpan<byte> input, IBufferWriter<byte> output)
    {
        OpenArguments(call, output);
        RawText.Escape(input, output);
        output.Write("\"}}]}"u8);
        Close(output);
    }

    public void Finish(EndReason reason, UsageCounts usage, IBufferWriter<byte> output)
    {
        Open(output);
        output.Write("{},\"logprobs\":null,\"finish_reason\":\""u8);
        output.Write(reason.OpenAi());
        output.Write("\"}]"u8);
        if (context.IncludeUsage)
        {
            output.Write(",\"usage\":null}\n\n"u8);
            output.Write(_head.WrittenSpan);
            output.Write("],\"usage\":"u8);
            usage.WriteOpenAi(_json.To(output));
        }

        output.Write("}\n\ndata: [DONE]\n\n"u8);
    }

    void Prose(ReadOnlySpan<byte> opening, ReadOnlySpan<byte> spelled, IBufferWriter<byte> output)
    {
        if (!spelled.IsEmpty)
        {
            Begin(default, output);
            Delta(opening, spelled, "\"}"u8, output);
        }
    }

    void Delta(ReadOnlySpan<byte> opening, ReadOnlySpan<byte> spelled, ReadOnlySpan<byte> closing, IBufferWriter<byte> output)
    {
        Open(output);
        output.Write(opening);
        output.Write(spelled);
        output.Write(closing);
        Close(output);
    }

    void OpenArguments(int call, IBufferWriter<byte> output)
    {
        Open(output);
        CallIndex(call, output);
        output.Write(",\"function\":{\"arguments\":\""u8);
    }

    void CallIndex(int call, IBufferWriter<byte> output)
    {
        output.Write("{\"tool_calls\":[{\"index\":"u8);
        _json.To(output).Number(call);
    }

    void Open(IBufferWriter<byte> output)
    {
        output.Write(_head.WrittenSpan);
        output.Write("{\"index\":0,\"delta\":"u8);
    }

    void Close(IBufferWriter<byte> output) =>
        output.Write(context.IncludeUsage ? ",\"logprobs\":null,\"finish_reason\":null}],\"usage\":null}\n\n"u8 : ",\"logprobs\":null,\"finish_reason\":null}]}\n\n"u8);
}
