namespace Stillwatch.Gateway.Development;

/// <summary>One step of a reply, before a dialect gives it its form.</summary>
/// <param name="Json">Deltas only: what it adds, already the inside of a JSON string; of a tool's arguments, plain JSON.</param>
readonly record struct Piece(PieceKind Kind, ReadOnlyMemory<byte> Json = default);

enum PieceKind
{
    ThinkingStart,
    ThinkingDelta,
    ThinkingEnd,
    TextStart,
    TextDelta,
    TextEnd,
    ToolStart,
    ToolDelta,
    ToolEnd,

    /// <summary>The stream fails here, in words.</summary>
    Error,

    /// <summary>The stream ends here as if it were over.</summary>
    Truncate,

    /// <summary>The connection breaks here.</summary>
    Cut,
}
