using System.Buffers;

namespace Stillwatch.Gateway.Metering;

/// <summary>A side copy of a response body that is no stream, made while it is forwarded, read once it is over.</summary>
/// <remarks>
/// Keeps the first <see cref="MaxBytes"/> in pooled memory that doubles as the body grows; of a longer body also the last
/// <see cref="EndBytes"/>, where its usage stands in practice. Not thread-safe.
/// </remarks>
sealed class BodyTap : IDisposable
{
    public const int MaxBytes = 4 * 1024 * 1024;
    public const int EndBytes = 16 * 1024;

    byte[] _body;
    byte[]? _end;
    int _length;
    int _endLength;

    /// <param name="expectedBytes">The stated content length, when there is one: saves the doubling.</param>
    public BodyTap(long? expectedBytes = null)
    {
        _body = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(expectedBytes ?? 0, 1024, 64 * 1024)); // a claim; memory follows the bytes
    }

    /// <summary>Bytes seen.</summary>
    public long TotalBytes { get; private set; }

    /// <summary>The body is longer than what is kept: its middle is lost, and only a usage object near its end makes the count exact.</summary>
    public bool IsCut => TotalBytes > MaxBytes;

    /// <summary>The body, or its beginning when <see cref="IsCut"/>; valid until <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> Kept => _body.AsSpan(0, _length);

    public void Add(ReadOnlySpan<byte> chunk)
    {
        TotalBytes += chunk.Length;
        var head = chunk[..Math.Min(chunk.Length, MaxBytes - _length)];
        if (_length + head.Length > _body.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Min(MaxBytes, Math.Max(_length + head.Length, 2 * _body.Length)));
            _body.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_body);
            _body = larger;
        }

        head.CopyTo(_body.AsSpan(_length));
        _length += head.Length;
        AddToEnd(chunk[head.Length..]);
    }

    /// <summary>Lets <paramref name="reading"/> read what was kept.</summary>
    public void ReadInto(ResponseReading reading)
    {
        reading.ReadBody(_body.AsSpan(0, _length));
        if (!IsCut)
        {
            return;
        }

        // The usage may begin just before the cut.
        Span<byte> end = new byte[2 * EndBytes];
        _body.AsSpan(_length - EndBytes, EndBytes).CopyTo(end);
        _end.AsSpan(0, _endLength).CopyTo(end[EndBytes..]);
        var skippedBytes = TotalBytes - MaxBytes - _endLength;
        end = skippedBytes > 0 ? end.Slice(EndBytes, _endLength) : end[..(EndBytes + _endLength)];
        reading.ReadBodyEnd(end, TotalBytes - MaxBytes);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_body);
        _body = [];
        _length = 0;
        if (_end is { } end)
        {
            _end = null;
            _endLength = 0;
            ArrayPool<byte>.Shared.Return(end);
        }
    }

    void AddToEnd(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        _end ??= ArrayPool<byte>.Shared.Rent(EndBytes);
        bytes = bytes[Math.Max(0, bytes.Length - EndBytes)..];
        var stays = Math.Min(_endLength, EndBytes - bytes.Length);
        _end.AsSpan(_endLength - stays, stays).CopyTo(_end);
        bytes.CopyTo(_end.AsSpan(stays));
        _endLength = stays + bytes.Length;
    }
}
