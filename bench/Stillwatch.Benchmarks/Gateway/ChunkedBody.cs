namespace Stillwatch.Benchmarks.Gateway;

/// <summary>Takes the chunked coding off a body that comes in any pieces (RFC 9112, section 7.1).</summary>
internal sealed class ChunkedBody
{
    enum At
    {
        Size,
        Extension,
        Content,
        ContentEnd,
        Trailer,
    }

    At _at;
    long _left;
    int _trailerBytes;

    public void Start() => (_at, _left, _trailerBytes) = (At.Size, 0, 0);

    /// <returns>True once the last chunk and its trailer have been taken.</returns>
    /// <exception cref="InvalidDataException">The size of a chunk is no hexadecimal number.</exception>
    public bool Take(ReadOnlySpan<byte> bytes, EventTimes? events, long at)
    {
        while (!bytes.IsEmpty)
        {
            if (_at == At.Content)
            {
                var part = bytes[..(int)Math.Min(_left, bytes.Length)];
                events?.Append(part, at);
                _left -= part.Length;
                bytes = bytes[part.Length..];
                _at = _left == 0 ? At.ContentEnd : At.Content;
                continue;
            }

            var next = bytes[0];
            bytes = bytes[1..];
            if (next == '\n')
            {
                if (_at == At.Trailer && _trailerBytes == 0)
                {
                    return true;
                }

                _trailerBytes = 0;
                _at = _at switch
                {
                    At.ContentEnd => At.Size,
                    At.Trailer => At.Trailer,
                    _ => _left == 0 ? At.Trailer : At.Content,
                };
            }
            else if (next != '\r')
            {
                Line(next);
            }
        }

        return false;
    }

    void Line(byte next)
    {
        if (_at == At.Trailer)
        {
            _trailerBytes++;
        }
        else if (_at == At.Size && next == ';')
        {
            _at = At.Extension;
        }
        else if (_at == At.Size)
        {
            _left = (_left << 4) + (char.IsAsciiHexDigit((char)next) ? Convert.ToInt32(((char)next).ToString(), 16) : throw new InvalidDataException($"a chunk's size holds the byte {next}"));
        }
    }
}
