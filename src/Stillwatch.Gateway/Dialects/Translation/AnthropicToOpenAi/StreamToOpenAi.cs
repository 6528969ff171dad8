using System.Buffers;
using Stillwatch.Gateway.Dialects.Translation.RawJson;
using Stillwatch.Gateway.Metering;

namespace Stillwatch.Gateway.Dialects.Translation.AnthropicToOpenAi;

/// <summary>An Anthropic upstream's events as chunks: role first, then each delta as it comes, finish reason, usage if asked for,
/// <c>[DONE]</c>.</summary>
/// <remarks>Without <c>message_stop</c> the stream broke off: nothing is closed and <see cref="End"/> says so. A second
/// <c>message_start</c> is ignored.</remarks>
sealed class StreamToOpenAi(TranslationContext context) : StreamTranslator
{
    /// <summary>Calls in one message; a stream beyond this is broken or hostile.</summary>
    const int MaxCalls = 256;

    readonly OpenAiChunks _chunks = new(context);
    readonly List<Call> _calls = [];
    UsageCounts _usage;
    EndReason _reason;
    bool _isClosed;

    public override void Write(in SseFrame frame, IBufferWriter<byte> output)
    {
        var data = frame.Data.Trim(" \t\r\n"u8);
        if (_isClosed || data.IsEmpty || data.SequenceEqual("[DONE]"u8))
        {
            return;
        }

        if (!RawScan.IsWellFormed(data) || RawValue.Of(data) is not { IsObject: true } message)
        {
            Fail(UpstreamError.BrokenStream, output);
            return;
        }

        var type = message["type"u8];
        if (type.Is("content_block_delta"u8))
        {
            ReadDelta(message, output);
        }
        else if (type.Is("content_block_start"u8))
        {
            ReadBlock(message["content_block"u8], message["index"u8].Count(0), output);
        }
        else if (type.Is("content_block_stop"u8))
        {
            StopBlock(message["index"u8].Count(0), output);
        }
        else if (type.Is("message_start"u8))
        {
            _usage = _usage.WithAnthropic(message["message"u8]["usage"u8]);
            _chunks.Begin(message["message"u8]["id"u8], output);
        }
        else if (type.Is("message_delta"u8))
        {
            _usage = _usage.WithAnthropic(message["usage"u8]);
            var reason = EndReasons.OfAnthropic(message["delta"u8]["stop_reason"u8]);
            _reason = reason == EndReason.None ? _reason : reason;
        }
        else if (type.Is("message_stop"u8))
        {
            _isClosed = true;
            _chunks.Begin(default, output);
            _chunks.Finish(_reason.WithCalls(_calls.Count > 0), _usage, output);
        }
        else if (type.Is("error"u8) || message["error"u8].IsSet)
        {
            Fail(UpstreamError.OfStream(data), output);
        }
    }

    public override bool End(IBufferWriter<byte> output) => _isClosed;

    void ReadDelta(RawValue message, IBufferWriter<byte> output)
    {
        var delta = message["delta"u8];
        var type = delta["type"u8];
        if (type.Is("text_delta"u8))
        {
            _chunks.Text(delta["text"u8].Text, output);
        }
        else if (type.Is("thinking_delta"u8))
        {
            _chunks.Reasoning(delta["thinking"u8].Text, output);
        }
        else if (type.Is("input_json_delta"u8) && Find(message["index"u8].Count(0)) is var at and >= 0 && !delta["partial_json"u8].Text.IsEmpty)
        {
            _calls[at] = _calls[at] with { HasArguments = true };
            _chunks.Arguments(at, delta["partial_json"u8].Text, output);
        }
    }

    void ReadBlock(RawValue block, int index, IBufferWriter<byte> output)
    {
        _chunks.Begin(default, output);
        var type = block["type"u8];
        if (type.Is("text"u8))
        {
            _chunks.Text(block["text"u8].Text, output);
        }
        else if (type.Is("thinking"u8))
        {
            _chunks.Reasoning(block["thinking"u8].Text, output);
        }
        else if (type.Is("tool_use"u8) && _calls.Count == MaxCalls)
        {
            Fail(UpstreamError.BrokenStream, output);
        }
        else if (type.Is("tool_use"u8))
        {
            var input = block["input"u8];
            var hasInput = input.Members.MoveNext();
            _calls.Add(new(index, hasInput));
            _chunks.Call(_calls.Count - 1, block, output);
            if (hasInput)
            {
                _chunks.WholeArguments(_calls.Count - 1, input.Bytes, output);
            }
        }
    }

    // A tool without parameters comes without a piece of input; clients of the other dialect parse the arguments and "" is no JSON.
    void StopBlock(int index, IBufferWriter<byte> output)
    {
        if (Find(index) is var at and >= 0 && !_calls[at].HasArguments)
        {
            _calls[at] = _calls[at] with { HasArguments = true };
            _chunks.Arguments(at, "{}"u8, output);
        }
    }

    int Find(int index)
    {
        for (var at = _calls.Count - 1; at >= 0; at--)
        {
            if (_calls[at].Index == index)
            {
                return at;
            }
        }

        return -1;
    }

    void Fail(GatewayError error, IBufferWriter<byte> output)
    {
        HasFailed = true;
        _isClosed = true;
        ErrorBody.WriteEvent(output, Dialect.OpenAi, error, context.RequestId);
    }

    /// <summary>A tool_use block by its index in the content; its place in the list is the call's index for the caller.</summary>
    readonly record struct Call(int Index, bool HasArguments);
}
