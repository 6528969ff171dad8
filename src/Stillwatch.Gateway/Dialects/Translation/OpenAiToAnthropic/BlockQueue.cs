using System.Buffers;

namespace Stillwatch.Gateway.Dialects.Translation.OpenAiToAnthropic;

/// <summary>Puts the blocks of a stream one after the other: the first is sent as it comes, the others wait until it cannot grow any
/// more.</summary>
/// <remarks>
/// An OpenAI stream may interleave parallel calls by their index; an Anthropic stream has one open block at a time, and some
/// clients fail on more. In practice calls come one after the other, and a call whose JSON has closed makes room at once.
/// </remarks>
sealed class BlockQueue(AnthropicEvents events)
{
    /// <summary>Calls are listed by a request of at most some hundred tools; a stream beyond this is broken or hostile.</summary>
    const int MaxBlocks = 256;

    /// <summary>What may wait for its turn in all.</summary>
    const int MaxHeldBytes = 8 * 1024 * 1024;

    readonly List<StreamBlock> _blocks = [];
    readonly Stack<StreamBlock> _unused = new();
    int _index;
    bool _isOpen;
    long _heldBytes;

    /// <summary>More waits than may: the stream must end with an error.</summary>
    public bool IsOverfull => _blocks.Count > MaxBlocks || _heldBytes > MaxHeldBytes;

    /// <summary>A call that never got a name was left at the end: it cannot be passed on.</summary>
    public bool HasNamelessCall { get; private set; }

    /// <summary>The block that text or thinking belongs to now.</summary>
    public StreamBlock Prose(BlockKind kind) => _blocks is [.., var last] && last.Kind == kind ? last : Add(kind, -1);

    /// <summary>The call a piece belongs to: by index; by id where servers number every call 0; the last where there is neither.</summary>
    public StreamBlock Call(int index, ReadOnlySpan<byte> id, bool hasName)
    {
        for (var at = _blocks.Count - 1; at >= 0; at--)
        {
            var block = _blocks[at];
            var same = block.Kind == BlockKind.Tool && (index < 0 || block.CallIndex == index);
            if (same && !(hasName && !id.IsEmpty && block.Id.WrittenCount > 0 && !id.SequenceEqual(block.Id.WrittenSpan)))
            {
                return block;
            }
        }

        return Add(BlockKind.Tool, index);
    }

    public void Append(StreamBlock block, ReadOnlySpan<byte> spelled, IBufferWriter<byte> output)
    {
        if (spelled.IsEmpty)
        {
            return;
        }

        block.Follow(spelled);
        if (_isOpen && ReferenceEquals(block, _blocks[0]))
        {
            events.Delta(_index, block.Kind, spelled, output);
        }
        else
        {
            block.Held.Write(spelled);
            _heldBytes += spelled.Length;
        }
    }

    /// <summary>Sends what may be sent now; at the <paramref name="end"/>, everything.</summary>
    public void Advance(ReadOnlySpan<byte> messageId, bool end, IBufferWriter<byte> output)
    {
        while (_blocks is [var block, ..])
        {
            if (!_isOpen && !Open(block, messageId, end, output))
            {
                return;
            }

            if (!end && (_blocks.Count == 1 || !block.IsComplete))
            {
                return;
            }

            if (_isOpen)
            {
                events.BlockStop(_index++, block.Kind, output);
                _isOpen = false;
            }

            _blocks.RemoveAt(0);
            _unused.Push(block);
        }
    }

    bool Open(StreamBlock block, ReadOnlySpan<byte> messageId, bool end, IBufferWriter<byte> output)
    {
        if (block.Kind == BlockKind.Tool && block.Name.WrittenCount == 0)
        {
            HasNamelessCall |= end;
            return end;
        }

        events.BlockStart(_index, block, messageId, output);
        _isOpen = true;
        if (block.Held.WrittenCount > 0)
        {
            events.Delta(_index, block.Kind, block.Held.WrittenSpan, output);
            _heldBytes -= block.Held.WrittenCount;
            block.Held.ResetWrittenCount();
        }

        return true;
    }

    StreamBlock Add(BlockKind kind, int callIndex)
    {
        var block = _unused.TryPop(out var unused) ? unused : new StreamBlock();
        block.Reset(kind, callIndex);
        _blocks.Add(block);
        return block;
    }
}
