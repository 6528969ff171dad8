using System.Buffers;

namespace Stillwatch.Gateway.Metering;

/// <summary>Cuts a byte stream into server-sent events, however it was chunked (WHATWG HTML, section 9.2).</summary>
/// <remarks>
/// Every byte comes out once and in order: all <see cref="SseFrame.Raw"/> and then <see cref="Held"/> are the stream.
/// Allocates nothing while events arrive whole; an event split over chunks is held in a pooled buffer of at most
/// <see cref="MaxFrameBytes"/> and the chunk that ends it, given back as soon as it is empty. A longer event is handed on in pieces
/// with empty name and data, and <see cref="Oversized"/> counts it. Not thread-safe.
/// </remarks>
sealed class SseReader : IDisposable
{
    public const int MaxFrameBytes = 1024 * 1024;

    const byte Cr = (byte)'\r';
    const byte Lf = (byte)'\n';

    byte[]? _held;
    int _heldLength;
    byte[]? _joined;
    bool _delivered;
    bool _passing;
    bool _begun;
    bool _lineIsEmpty = true;
    bool _afterCr;

    /// <summary>Events longer than <see cref="MaxFrameBytes"/> seen so far.</summary>
    public int Oversized { get; private set; }

    /// <summary>The unfinished event at the end of what was read; after the last chunk, what the stream broke off in.</summary>
    public ReadOnlySpan<byte> Held => _delivered ? default : _held.AsSpan(0, _heldLength);

    /// <summary>Takes the next whole event off the front of <paramref name="chunk"/>. False: the rest of the chunk was taken in, ask again with the next.</summary>
    public bool TryRead(ref ReadOnlySpan<byte> chunk, out SseFrame frame)
    {
        GiveBackDelivered();
        frame = default;
        if (chunk.IsEmpty)
        {
            return false;
        }

        var end = FindEnd(chunk);
        var piece = end < 0 ? chunk : chunk[..end];
        chunk = chunk[piece.Length..];
        if (_passing)
        {
            _passing = end < 0;
            frame = new SseFrame(piece, default, default);
            return true;
        }

        var length = _heldLength + piece.Length;
        if (end < 0 && length <= MaxFrameBytes)
        {
            Hold(piece);
            return false;
        }

        if (_heldLength > 0)
        {
            Hold(piece);
            piece = _held.AsSpan(0, _heldLength);
            _delivered = true;
        }

        if (length > MaxFrameBytes)
        {
            Oversized++;
            _passing = end < 0;
            frame = new SseFrame(piece, default, default);
        }
        else
        {
            frame = Parse(piece);
        }

        _begun = true;
        return true;
    }

    public void Dispose()
    {
        _delivered = true;
        GiveBackDelivered();
    }

    // Where the event ends that is under way, or -1. What must be known of earlier bytes is two facts: whether the line under way is
    // empty so far, and whether the last byte was a CR, whose LF may still come: that LF ends no line of its own.
    int FindEnd(ReadOnlySpan<byte> bytes)
    {
        var at = _afterCr && bytes[0] == Lf ? 1 : 0;
        _afterCr = false;
        while (true)
        {
            var run = bytes[at..].IndexOfAny(Cr, Lf);
            if (run < 0)
            {
                _lineIsEmpty &= at == bytes.Length;
                return -1;
            }

            var blank = _lineIsEmpty && run == 0;
            at += run + 1;
            if (bytes[at - 1] == Cr)
            {
                _afterCr = at == bytes.Length;
                at += !_afterCr && bytes[at] == Lf ? 1 : 0;
            }

            _lineIsEmpty = true;
            if (blank)
            {
                return at;
            }
        }
    }

    SseFrame Parse(ReadOnlySpan<byte> raw)
    {
        ReadOnlySpan<byte> name = default, data = default;
        var hasData = false;
        var rest = !_begun && raw.StartsWith("\uFEFF"u8) ? raw["\uFEFF"u8.Length..] : raw;
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOfAny(Cr, Lf);
            var line = rest[..end];
            rest = rest[(end + 1)..];
            if (Value(line, "data"u8, out var value))
            {
                data = hasData ? Join(data, value) : value;
                hasData = true;
            }
            else if (Value(line, "event"u8, out value))
            {
                name = value;
            }
        }

        return new SseFrame(raw, name, data);
    }

    // A line is "field", "field:value" or "field: value"; a comment begins with the colon, so it is a field without a name.
    static bool Value(ReadOnlySpan<byte> line, ReadOnlySpan<byte> field, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!line.StartsWith(field) || (line.Length > field.Length && line[field.Length] != (byte)':'))
        {
            return false;
        }

        if (line.Length > field.Length)
        {
            value = line[(field.Length + 1)..];
            value = value.StartsWith(" "u8) ? value[1..] : value;
        }

        return true;
    }

    ReadOnlySpan<byte> Join(ReadOnlySpan<byte> data, ReadOnlySpan<byte> line)
    {
        var length = data.Length + 1 + line.Length;
        var joined = _joined;
        if (joined is null || joined.Length < length)
        {
            joined = ArrayPool<byte>.Shared.Rent(2 * length);
        }

        data.CopyTo(joined);
        joined[data.Length] = Lf;
        line.CopyTo(joined.AsSpan(data.Length + 1));
        if (_joined is not null && joined != _joined)
        {
            ArrayPool<byte>.Shared.Return(_joined);
        }

        _joined = joined;
        return joined.AsSpan(0, length);
    }

    void Hold(ReadOnlySpan<byte> piece)
    {
        var length = _heldLength + piece.Length;
        if (_held is null || _held.Length < length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(length, 2 * _heldLength));
            if (_held is not null)
            {
                _held.AsSpan(0, _heldLength).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(_held);
            }

            _held = larger;
        }

        piece.CopyTo(_held.AsSpan(_heldLength));
        _heldLength = length;
    }

    void GiveBackDelivered()
    {
        if (_joined is not null)
        {
            ArrayPool<byte>.Shared.Return(_joined);
            _joined = null;
        }

        if (!_delivered)
        {
            return;
        }

        _delivered = false;
        _heldLength = 0;
        if (_held is not null)
        {
            ArrayPool<byte>.Shared.Return(_held);
            _held = null;
        }
    }
}
