namespace Stillwatch.Storage.Logs;

/// <summary>Cuts a stream into blocks of whole lines. A line over the limit is counted and passed by without being held.</summary>
/// <remarks>Not thread-safe. A last line without a line end counts, unless the file was cut off there.</remarks>
public sealed class LineReader : IDisposable
{
    /// <summary>The API's own limit for a request body, so no honest line is longer by much.</summary>
    public const int DefaultMaxLineBytes = 32 * 1024 * 1024;

    readonly Stream _stream;
    readonly int _maxLineBytes;
    byte[] _rest = [];
    int _restLength;
    long _nextLine = 1;
    bool _isSkipping;
    bool _isAtStart = true;
    bool _ended;

    public LineReader(Stream stream, int maxLineBytes = DefaultMaxLineBytes) => (_stream, _maxLineBytes) = (stream, maxLineBytes);

    /// <summary>The next block of about <paramref name="blockBytes"/>, more when a line is longer; null at the end.</summary>
    /// <exception cref="IOException">The file cannot be read on.</exception>
    public LineBlock? Next(int blockBytes)
    {
        if (_ended)
        {
            return null;
        }

        var block = new LineBlock(Math.Max(blockBytes, _restLength * 2)) { FirstLine = _nextLine };
        _rest.AsSpan(0, _restLength).CopyTo(block.Buffer);
        var used = _restLength;
        var searched = used;
        var lineStart = 0;
        _restLength = 0;
        while (true)
        {
            used += Fill(block, used);
            CutLines(block, used, ref lineStart, ref searched);
            if (_ended)
            {
                AddLast(block, lineStart, used);
                break;
            }

            _isSkipping |= used - lineStart > _maxLineBytes;
            if (_isSkipping)
            {
                used = searched = lineStart;
            }

            if (block.Count > 0)
            {
                SetAside(block.Buffer[lineStart..used]);
                break;
            }

            if (used == block.Buffer.Length)
            {
                block.Grow(used);
            }
        }

        _nextLine += block.Count;
        return block;
    }

    public void Dispose() => _stream.Dispose();

    // Reads until the buffer is full: a decompressor hands out small pieces, and a block should be worth passing on.
    int Fill(LineBlock block, int used)
    {
        var start = used;
        try
        {
            while (used < block.Buffer.Length)
            {
                var read = _stream.Read(block.Buffer[used..]);
                if (read == 0)
                {
                    _ended = true;
                    break;
                }

                used += read;
            }
        }
        catch (Exception e) when (LogStream.IsDamage(e))
        {
            _ended = true;
            block.IsTruncated = true;
        }

        return used - start;
    }

    void CutLines(LineBlock block, int used, ref int lineStart, ref int searched)
    {
        var bytes = block.Buffer;
        if (_isAtStart && used >= 3)
        {
            lineStart = bytes.StartsWith("\uFEFF"u8) ? 3 : 0; // some exporters put a byte-order mark first
            searched = lineStart;
            _isAtStart = false;
        }

        while (bytes[searched..used].IndexOf((byte)'\n') is >= 0 and var length)
        {
            var end = searched + length;
            if (_isSkipping || end - lineStart > _maxLineBytes)
            {
                block.AddTooLong();
                _isSkipping = false;
            }
            else
            {
                block.Add(lineStart, end - lineStart);
            }

            lineStart = searched = end + 1;
        }

        searched = used;
    }

    void AddLast(LineBlock block, int lineStart, int used)
    {
        if (block.IsTruncated || (used == lineStart && !_isSkipping))
        {
            return; // half a line of a damaged file is reported as that damage, once
        }

        if (_isSkipping || used - lineStart > _maxLineBytes)
        {
            block.AddTooLong();
        }
        else
        {
            block.Add(lineStart, used - lineStart);
        }
    }

    void SetAside(ReadOnlySpan<byte> rest)
    {
        if (_rest.Length < rest.Length)
        {
            _rest = new byte[Math.Max(rest.Length, _rest.Length * 2)];
        }

        rest.CopyTo(_rest);
        _restLength = rest.Length;
    }
}
