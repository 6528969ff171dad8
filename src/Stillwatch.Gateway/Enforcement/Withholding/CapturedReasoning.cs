using System.Buffers;

namespace Stillwatch.Gateway.Enforcement.Withholding;

/// <summary>Reasoning as it comes, piece by piece, spelled; at most what a token carries, then none of it.</summary>
sealed class CapturedReasoning
{
    readonly ArrayBufferWriter<byte> _text = new();
    byte[] _signature = [];
    bool _isTooLong;

    public bool IsEmpty => _text.WrittenCount == 0 && _signature.Length == 0 && !_isTooLong;

    /// <summary>What it goes back as.</summary>
    public ReasoningKind Kind { get; set; } = ReasoningKind.Thinking;

    public void Add(ReadOnlySpan<byte> spelled)
    {
        if (_isTooLong || _text.WrittenCount + spelled.Length > SealedReasoning.MaxBytes)
        {
            _isTooLong = true;
            _text.Clear();
            return;
        }

        _text.Write(spelled);
    }

    /// <summary>The last one counts.</summary>
    public void Sign(ReadOnlySpan<byte> spelled)
    {
        if (!spelled.IsEmpty)
        {
            _isTooLong |= spelled.Length > SealedReasoning.MaxBytes;
            _signature = _isTooLong ? [] : spelled.ToArray();
        }
    }

    public SealedReasoning Taken() => _isTooLong ? SealedReasoning.Nothing : new SealedReasoning(Kind, _text.WrittenMemory, _signature);
}
