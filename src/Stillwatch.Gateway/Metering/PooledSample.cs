using System.Buffers;
using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Gateway.Metering;

/// <summary>The first text added, unescaped, up to a limit. A mutable struct: keep it in a field, never copy it. Not thread-safe.</summary>
struct PooledSample : IDisposable
{
    public const int MaxBytes = 4 * 1024;

    const int FirstBytes = 128; // thousands of streams may stand still after their first word

    byte[]? _bytes;
    int _length;

    public readonly ReadOnlySpan<byte> Span => _bytes.AsSpan(0, _length);

    /// <param name="raw">Between the quotes of a JSON string.</param>
    public void Add(ReadOnlySpan<byte> raw)
    {
        do
        {
            _bytes ??= ArrayPool<byte>.Shared.Rent(FirstBytes);
            _length += JsonText.Unescape(raw, _bytes.AsSpan(_length), out var consumed);
            raw = raw[consumed..];
        }
        while (!raw.IsEmpty && TryGrow());
    }

    public void AddPlain(ReadOnlySpan<byte> text)
    {
        do
        {
            _bytes ??= ArrayPool<byte>.Shared.Rent(FirstBytes);
            var part = text[..Math.Min(text.Length, _bytes.Length - _length)];
            part.CopyTo(_bytes.AsSpan(_length));
            _length += part.Length;
            text = text[part.Length..];
        }
        while (!text.IsEmpty && TryGrow());
    }

    public void Dispose()
    {
        _length = 0;
        if (_bytes is { } bytes)
        {
            _bytes = null;
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    bool TryGrow()
    {
        if (_bytes!.Length >= MaxBytes)
        {
            return false;
        }

        var larger = ArrayPool<byte>.Shared.Rent(2 * _bytes.Length);
        Span.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
        return true;
    }
}
