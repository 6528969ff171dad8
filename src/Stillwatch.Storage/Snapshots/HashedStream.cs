using System.IO.Hashing;

namespace Stillwatch.Storage.Snapshots;

/// <summary>Gathers small writes, hashes what goes by, and ends with the hash. Memory: one buffer, however long the state.</summary>
sealed class HashedStream(Stream inner, int bufferBytes) : Stream
{
    readonly XxHash128 _hash = new();
    readonly byte[] _buffer = new byte[bufferBytes];
    int _used;
    long _written;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Writes what is left, and the hash of everything.</summary>
    /// <returns>Bytes written in all.</returns>
    public long Finish()
    {
        Empty();
        inner.Write(_hash.GetCurrentHash());
        return _written + _hash.HashLengthInBytes;
    }

    public override void Write(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var taken = Math.Min(bytes.Length, _buffer.Length - _used);
            bytes[..taken].CopyTo(_buffer.AsSpan(_used));
            _used += taken;
            bytes = bytes[taken..];
            if (_used == _buffer.Length)
            {
                Empty();
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        // whoever writes a state flushes as it pleases; what is gathered goes out when the buffer is full
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    void Empty()
    {
        _hash.Append(_buffer.AsSpan(0, _used));
        inner.Write(_buffer, 0, _used);
        _written += _used;
        _used = 0;
    }
}
