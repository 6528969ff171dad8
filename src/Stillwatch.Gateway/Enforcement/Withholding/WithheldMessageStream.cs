using System.Buffers;
using System.Buffers.Text;
using Stillwatch.Gateway.Dialects.Translation.RawJson;
using Stillwatch.Gateway.Metering;

namespace Stillwatch.Gateway.Enforcement.Withholding;

/// <summary>Withholding from an Anthropic stream, in the shape the API itself has for omitted thinking.</summary>
/// <remarks>
/// A thinking block keeps its index: start, exactly one <c>signature_delta</c> with the seal, stop. The seal comes when the block stops, or
/// when the message ends without stopping it. Deltas of no known type inside a thinking block are withheld; outside, and events of no known
/// type, pass unless they carry reasoning. An index without a block is taken for text.
/// </remarks>
sealed class WithheldMessageStream(Withholding terms) : WithheldStream(terms)
{
    /// <summary>Blocks open at once; the API has one. Beyond this the stream is broken or hostile.</summary>
    const int MaxOpen = 64;

    readonly List<Block> _open = [];
    readonly List<int> _ended = []; // thinking blocks that we stopped ourselves
    readonly ArrayBufferWriter<byte> _kept = new();

    protected override ReadOnlySpan<byte> LifeSign => "event: ping\ndata: {\"type\": \"ping\"}\n\n"u8;

    protected override void Read(in SseFrame frame, ReadOnlySpan<byte> data, RawValue root, IBufferWriter<byte> output)
    {
        var type = root["type"u8];
        var name = type.IsString ? type.Text : frame.Name;
        if (!frame.Name.IsEmpty && !RawText.Equals(name, frame.Name))
        {
            Fail(output); // some clients go by the one, some by the other
            return;
        }

        if (RawText.Equals(name, "content_block_delta"u8))
        {
            ReadDelta(frame, data, root, output);
        }
        else if (RawText.Equals(name, "content_block_start"u8))
        {
            ReadStart(frame, data, root, output);
        }
        else if (RawText.Equals(name, "content_block_stop"u8))
        {
            ReadStop(frame, root["index"u8].Count(-1), output);
        }
        else if (RawText.Equals(name, "message_start"u8))
        {
            var message = root["message"u8];
            if (!message.IsObject || (message["content"u8].IsSet && !WithheldMessage.TryEdit(data, message, Edits, Terms)))
            {
                Fail(output);
                return;
            }

            if (!message["content"u8].IsSet)
            {
                Terms.EditUsage(data, message["usage"u8], Edits);
            }

            Pass(frame, output);
        }
        else if (RawText.Equals(name, "message_delta"u8))
        {
            if (root["delta"u8]["stop_reason"u8].IsSet)
            {
                EndBlocks(output);
            }

            Terms.EditUsage(data, root["usage"u8], Edits);
            Pass(frame, output);
        }
        else if (RawText.Equals(name, "message_stop"u8))
        {
            EndBlocks(output);
            Pass(frame, output);
        }
        else if (RawText.Equals(name, "error"u8))
        {
            Pass(frame, output);
            HasFailed = true;
        }
        else if (ReasoningNames.IsCarrier(name) || ReasoningNames.IsCarrierInside(root))
        {
            Withhold(output);
        }
        else
        {
            Pass(frame, output); // ping, and what is not invented yet
        }
    }

    void ReadStart(in SseFrame frame, ReadOnlySpan<byte> data, RawValue root, IBufferWriter<byte> output)
    {
        var index = root["index"u8].Count(-1);
        var block = root["content_block"u8];
        if (index < 0 || !block.IsObject || _open.Count == MaxOpen)
        {
            Fail(output);
            return;
        }

        _open.RemoveAll(open => open.Index == index);
        _ended.Remove(index);
        if (block["type"u8].Is("redacted_thinking"u8))
        {
            WithheldMessage.Redact(data, block, Edits, Terms);
        }
        else if (ReasoningNames.IsCarrierBlock(block))
        {
            var thinking = new CapturedReasoning();
            thinking.Add(block["thinking"u8].Text);
            thinking.Sign(block["signature"u8].Text);
            _open.Add(new Block(index, thinking, null));
            if (!block.Bytes.SequenceEqual(WithheldMessage.Begun))
            {
                Edits.Replace(data, block, WithheldMessage.Begun);
            }
        }
        else if (block["type"u8].Is("text"u8))
        {
            var text = new Block(index, null, new ThinkTags(Terms.TextBeginsInside));
            _open.Add(text);
            Filter(text.Tags!, data, block["text"u8]);
        }

        Pass(frame, output);
    }

    void ReadDelta(in SseFrame frame, ReadOnlySpan<byte> data, RawValue root, IBufferWriter<byte> output)
    {
        var index = root["index"u8].Count(-1);
        var delta = root["delta"u8];
        var type = delta["type"u8];
        if (index < 0 || !delta.IsObject)
        {
            Fail(output);
            return;
        }

        var block = _open.Find(open => open.Index == index);
        if (block?.Thinking is { } thinking)
        {
            thinking.Add(type.Is("thinking_delta"u8) ? delta["thinking"u8].Text : default);
            thinking.Sign(type.Is("signature_delta"u8) ? delta["signature"u8].Text : default);
            Withhold(output);
            return;
        }

        if (_ended.Contains(index) || ReasoningNames.IsCarrier(type.Text))
        {
            Withhold(output);
            return;
        }

        if (type.Is("text_delta"u8) && block?.Tags is { IsPassing: false } tags
            && Filter(tags, data, delta["text"u8]) && _kept.WrittenCount == 0)
        {
            Withhold(output);
            return;
        }

        Pass(frame, output);
    }

    void ReadStop(in SseFrame frame, int index, IBufferWriter<byte> output)
    {
        if (_ended.Remove(index))
        {
            return;
        }

        if (_open.Find(open => open.Index == index) is { } block)
        {
            _open.Remove(block);
            Finish(block, output);
        }

        Pass(frame, output);
    }

    // The message ends: what thinking is still open gets its seal, and the stop its server left out.
    void EndBlocks(IBufferWriter<byte> output)
    {
        foreach (var block in _open)
        {
            Finish(block, output);
            if (block.Thinking is not null && _ended.Count < MaxOpen)
            {
                Begin("content_block_stop"u8, block.Index, output);
                output.Write("}\n\n"u8);
                _ended.Add(block.Index);
            }
        }

        _open.Clear();
    }

    void Finish(Block block, IBufferWriter<byte> output)
    {
        if (block.Thinking is { } thinking)
        {
            Begin("content_block_delta"u8, block.Index, output);
            output.Write(",\"delta\":{\"type\":\"signature_delta\",\"signature\":\""u8);
            output.Write(Terms.Seal(thinking.Taken()));
            output.Write("\"}}\n\n"u8);
            return;
        }

        _kept.ResetWrittenCount();
        block.Tags!.Flush(_kept);
        if (_kept.WrittenCount > 0)
        {
            Begin("content_block_delta"u8, block.Index, output);
            output.Write(",\"delta\":{\"type\":\"text_delta\",\"text\":\""u8);
            output.Write(_kept.WrittenSpan);
            output.Write("\"}}\n\n"u8);
        }
    }

    /// <returns>Whether it took anything; what it left is in the buffer.</returns>
    bool Filter(ThinkTags tags, ReadOnlySpan<byte> data, RawValue text)
    {
        _kept.ResetWrittenCount();
        tags.Filter(text.Text, _kept);
        if (_kept.WrittenSpan.SequenceEqual(text.Text))
        {
            return false;
        }

        Edits.Replace(data, text, [(byte)'"', .. _kept.WrittenSpan, (byte)'"']);
        return true;
    }

    static void Begin(ReadOnlySpan<byte> name, int index, IBufferWriter<byte> output)
    {
        Span<byte> digits = stackalloc byte[11];
        Utf8Formatter.TryFormat(index, digits, out var length);
        output.Write("event: "u8);
        output.Write(name);
        output.Write("\ndata: {\"type\":\""u8);
        output.Write(name);
        output.Write("\",\"index\":"u8);
        output.Write(digits[..length]);
    }

    /// <summary>A block that needs watching: thinking, or text.</summary>
    sealed record Block(int Index, CapturedReasoning? Thinking, ThinkTags? Tags);
}
