using System.Buffers;

namespace Stillwatch.Gateway.Metering;

/// <summary>A pooled copy of the last bytes it was given. A mutable struct: keep it in a field, never copy it. Not thread-safe.</summary>
struct PooledCopy : IDisposable
{
    byte[]? _bytes;
    int _length;

    public readonly ReadOnlySpan<byte> Span => _bytes.AsSpan(0, _length);

    /// <summary>Replaces what is kept; <paramref name="bytes"/> over <paramref name="limitBytes"/> leave nothing.</summary>
    public void Set(ReadOnlySpan<byte> bytes, int limitBytes)
    {
        _length = bytes.Length <= limitBytes ? bytes.Length : 0;
        if (_length == 0)
        {
            return;
        }

        if (_bytes is null || _bytes.Length < _length)
        {
            Return();
            _bytes = ArrayPool<byte>.Shared.Rent(_length);
        }

        bytes.CopyTo(_bytes);
    }

    public void Dispose()
    {
        _length = 0;
        Return();
    }

    void Return()
    {
        if (_bytes is { } bytes)
        {
            _bytes = null;
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
