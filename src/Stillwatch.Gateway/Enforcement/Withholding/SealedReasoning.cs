namespace Stillwatch.Gateway.Enforcement.Withholding;

/// <summary>What a sealed token gives back, and as what.</summary>
enum ReasoningKind : byte
{
    /// <summary>There was too much to carry; nothing is given back.</summary>
    Lost,

    /// <summary>A <c>thinking</c> block: its text, and its signature if it had one.</summary>
    Thinking,

    /// <summary>A <c>redacted_thinking</c> block: its data, kept as <see cref="SealedReasoning.Signature"/>.</summary>
    Redacted,

    /// <summary>An OpenAI message's <c>reasoning_content</c>.</summary>
    ReasoningContent,

    /// <summary>An OpenAI message's <c>reasoning</c>.</summary>
    Reasoning,
}

/// <summary>
/// Reasoning that was withheld, spelled as the upstream spelled it between the quotes of its JSON, so that it goes back byte for
/// byte.
/// </summary>
sealed record SealedReasoning(ReasoningKind Kind, ReadOnlyMemory<byte> Text, ReadOnlyMemory<byte> Signature)
{
    /// <summary>
    /// Bytes of text and signature together that a token carries, 2 MiB: four times what 128,000 tokens of reasoning are. A token is at
    /// most
    /// a third longer than what compression leaves; English shrinks to about 40 %.
    /// </summary>
    public const int MaxBytes = 2 * 1024 * 1024;

    public static SealedReasoning Nothing { get; } = new(ReasoningKind.Lost, default, default);
}
