using System.Buffers;
using Stillwatch.Gateway.Dialects.Translation.RawJson;
using Stillwatch.Gateway.Metering;

namespace Stillwatch.Gateway.Dialects.Translation.OpenAiToAnthropic;

/// <summary>An OpenAI upstream's chunks as Anthropic events.</summary>
/// <remarks>
/// 1. The first chunk with a choice opens the message. 2. Each delta goes to its block, see <see cref="BlockQueue"/>. 3. A finish reason is
/// only remembered. 4. The usage chunk, <c>[DONE]</c> or the stream's end closes blocks and message; without a finish reason
/// nothing is closed and <see cref="End"/> says so. An error chunk or an unreadable one ends all with an error event.
/// </remarks>
sealed class StreamToAnthropic : StreamTranslator
{
    /// <summary>UTF-8 bytes per token of ordinary English, for the output of an upstream that states no usage.</summary>
    const int BytesPerToken = 4;

    readonly TranslationContext _context;
    readonly AnthropicEvents _events = new();
    readonly BlockQueue _blocks;
    readonly ArrayBufferWriter<byte> _matchedStop = new();
    readonly ArrayBufferWriter<byte> _spelled = new();
    byte[]? _id;
    UsageCounts _usage;
    EndReason _reason;
    bool _hasCalls;
    bool _isRefusal;
    bool _isClosed;
    long _generatedBytes;

    public StreamToAnthropic(TranslationContext context)
    {
        _context = context;
        _blocks = new(_events);
        _usage = new(context.InputTokens, null, null, null);
    }

    public override void Write(in SseFrame frame, IBufferWriter<byte> output)
    {
        var data = frame.Data.Trim(" \t\r\n"u8);
        if (_isClosed || data.IsEmpty)
        {
            return;
        }

        if (data.SequenceEqual("[DONE]"u8))
        {
            Close(output);
            return;
        }

        if (!RawScan.IsWellFormed(data) || RawValue.Of(data) is not { IsObject: true } chunk)
        {
            Fail(UpstreamError.BrokenStream, output);
            return;
        }

        if (chunk["error"u8].IsSet || chunk["object"u8].Is("error"u8))
        {
            Fail(UpstreamError.OfStream(data), output);
            return;
        }

        // 3. and 4.
        _usage = _usage.WithOpenAi(chunk["usage"u8]);
        var choices = chunk["choices"u8].Elements;
        if (choices.MoveNext())
        {
            ReadChoice(choices.Current, chunk["id"u8], output);
        }
        else if (chunk["usage"u8].IsObject)
        {
            Close(output);
        }
    }

    public override bool End(IBufferWriter<byte> output)
    {
        Close(output);
        return _isClosed;
    }

    void ReadChoice(RawValue choice, RawValue id, IBufferWriter<byte> output)
    {
        if (choice["index"u8].Count(0) != 0)
        {
            return;
        }

        if (_id is null)
        {
            _id = MessageId.ForAnthropic(id, _context);
            _events.Start(_id, _context, output);
        }

        ReadDelta(choice["delta"u8], output);
        if (EndReasons.OfOpenAi(choice["finish_reason"u8]) is not EndReason.None and var reason)
        {
            _reason = reason;
            if (reason == EndReason.Stop && choice["stop_reason"u8].Text is { IsEmpty: false } matched)
            {
                _matchedStop.ResetWrittenCount();
                _matchedStop.Write(matched);
            }
        }

        _blocks.Advance(_id, end: false, output);
        if (_blocks.IsOverfull)
        {
            Fail(UpstreamError.BrokenStream, output);
        }
    }

    void ReadDelta(RawValue delta, IBufferWriter<byte> output)
    {
        var reasoning = delta["reasoning_content"u8].Text;
        Append(BlockKind.Thinking, reasoning.IsEmpty ? delta["reasoning"u8].Text : reasoning, output);
        Append(BlockKind.Text, delta["content"u8].Text, output);
        foreach (var part in delta["content"u8].Elements)
        {
            Append(BlockKind.Text, part["text"u8].Text, output);
        }

        _isRefusal |= !delta["refusal"u8].Text.IsEmpty;
        Append(BlockKind.Text, delta["refusal"u8].Text, output);
        foreach (var call in delta["tool_calls"u8].Elements)
        {
            ReadCall(call, output);
        }
    }

    void Append(BlockKind kind, ReadOnlySpan<byte> spelled, IBufferWriter<byte> output)
    {
        if (!spelled.IsEmpty)
        {
            _generatedBytes += spelled.Length;
            _blocks.Append(_blocks.Prose(kind), spelled, output);
            _blocks.Advance(_id, end: false, output);
        }
    }

    void ReadCall(RawValue call, IBufferWriter<byte> output)
    {
        var id = call["id"u8].Text;
        var name = call["function"u8]["name"u8].Text;
        var block = _blocks.Call(call["index"u8].Count(-1), id, !name.IsEmpty);
        _hasCalls = true;
        if (block.Id.WrittenCount == 0)
        {
            block.Id.Write(id);
        }

        if (block.Name.WrittenCount == 0)
        {
            block.Name.Write(name);
        }

        var arguments = call["function"u8]["arguments"u8];
        _generatedBytes += arguments.Bytes.Length;
        _spelled.ResetWrittenCount();
        if (arguments.IsObject)
        {
            RawText.Escape(arguments.Bytes, _spelled); // some servers forget the string around it
        }

        _blocks.Append(block, arguments.IsObject ? _spelled.WrittenSpan : arguments.Text, output);
        _blocks.Advance(_id, end: false, output);
    }

    void Close(IBufferWriter<byte> output)
    {
        if (_isClosed || _reason == EndReason.None)
        {
            return;
        }

        _blocks.Advance(_id, end: true, output);
        if (_reason == EndReason.Failed || _blocks.HasNamelessCall)
        {
            Fail(_reason == EndReason.Failed ? UpstreamError.GaveUp : UpstreamError.BrokenStream, output);
            return;
        }

        _isClosed = true;
        var reason = _reason.WithCalls(_hasCalls);
        reason = reason == EndReason.Stop && _matchedStop.WrittenCount > 0 ? EndReason.StopSequence : reason;
        _usage = _usage with { Output = _usage.Output ?? (int)Math.Min(int.MaxValue, (_generatedBytes + BytesPerToken - 1) / BytesPerToken) };
        _events.Stop(_isRefusal ? EndReason.Refusal : reason, _matchedStop.WrittenSpan, _usage, output);
    }

    void Fail(GatewayError error, IBufferWriter<byte> output)
    {
        HasFailed = true;
        _isClosed = true;
        ErrorBody.WriteEvent(output, Dialect.Anthropic, error, _context.RequestId);
    }
}
