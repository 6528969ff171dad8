using System.Buffers;

namespace Stillwatch.Gateway.Dialects.Translation.OpenAiToAnthropic;

enum BlockKind
{
    Text,
    Thinking,
    Tool,
}

/// <summary>A content block of a running stream: the one being sent, or one that waits for its turn. Used again after
/// <see cref="Reset"/>.</summary>
sealed class StreamBlock
{
    ArgumentDepth _arguments;

    public BlockKind Kind { get; private set; }

    /// <summary>The upstream's index of a tool call; -1 for one without.</summary>
    public int CallIndex { get; private set; }

    public ArrayBufferWriter<byte> Id { get; } = new();

    public ArrayBufferWriter<byte> Name { get; } = new();

    /// <summary>What came before the block could be sent, as it was spelled.</summary>
    public ArrayBufferWriter<byte> Held { get; } = new();

    /// <summary>Nothing more can come once another block has begun.</summary>
    public bool IsComplete => Kind != BlockKind.Tool || _arguments.IsComplete;

    public void Reset(BlockKind kind, int callIndex)
    {
        Kind = kind;
        CallIndex = callIndex;
        _arguments = default;
        Id.ResetWrittenCount();
        Name.ResetWrittenCount();
        Held.ResetWrittenCount();
    }

    public void Follow(ReadOnlySpan<byte> spelled)
    {
        if (Kind == BlockKind.Tool)
        {
            _arguments.Read(spelled);
        }
    }
}
