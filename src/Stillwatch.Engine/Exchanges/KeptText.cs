namespace Stillwatch.Engine.Exchanges;

/// <summary>Composes one text from pieces inside a <see cref="ParsedExchange"/>, keeping only its head and its tail when it is long.</summary>
/// <remarks>Works in head + 2 × tail bytes whatever the length: each time these are full, the last tail moves down.</remarks>
ref struct KeptText(ParsedExchange into, int headBytes, int tailBytes)
{
    const int LongestCodePointBytes = 4;

    readonly int _start = into.UsedBytes;
    int _length;
    long _droppedBytes;

    /// <summary>Adds pieces of <paramref name="line"/>, a line feed between them.</summary>
    public void Add(ReadOnlySpan<byte> line, List<TextPiece> pieces)
    {
        foreach (var piece in pieces)
        {
            if (piece.Length == 0)
            {
                continue;
            }

            if (_length > 0)
            {
                Add("\n"u8, escaped: false);
            }

            Add(line.Slice(piece.Start, piece.Length), piece.Escaped);
        }
    }

    public void Add(ReadOnlySpan<byte> raw, bool escaped)
    {
        while (raw.Length > 0)
        {
            var room = headBytes + (2 * tailBytes) - _length;
            if (room < LongestCodePointBytes)
            {
                KeepTail();
                continue;
            }

            var target = into.Reserve(Math.Min(room, raw.Length));
            int written, consumed;
            if (escaped)
            {
                written = JsonText.Unescape(raw, target, out consumed);
                if (consumed == 0)
                {
                    // The piece's last escape may need a byte more than its raw length promised to the reservation above.
                    target = into.Reserve(LongestCodePointBytes);
                    written = JsonText.Unescape(raw, target, out consumed);
                }
            }
            else
            {
                written = consumed = target.Length;
                raw[..consumed].CopyTo(target);
            }

            into.Advance(written);
            _length += written;
            raw = raw[consumed..];
        }
    }

    /// <summary>Where the text is, and how many of its bytes were given up.</summary>
    public TextSlice End(out long droppedBytes)
    {
        if (_length > headBytes + tailBytes)
        {
            KeepTail();
        }

        if (_droppedBytes > 0)
        {
            JoinEnds();
        }

        droppedBytes = _droppedBytes;
        return new TextSlice(_start, _length);
    }

    void KeepTail()
    {
        var text = into.Written(_start, _length);
        text[^tailBytes..].CopyTo(text[headBytes..]);
        var dropped = _length - headBytes - tailBytes;
        _droppedBytes += dropped;
        Shrink(dropped);
    }

    void JoinEnds()
    {
        into.Reserve(1);
        var joined = JoinEnds(into.Written(_start, _length + 1), headBytes);
        _droppedBytes += _length + 1 - joined;
        Shrink(_length - joined);
    }

    /// <summary>Puts a line feed between a head and the tail behind it, and drops half code points at the cut; a word must not arise from two halves.</summary>
    /// <param name="text">Head and tail, and one byte to spare.</param>
    /// <returns>Bytes of the joined text.</returns>
    internal static int JoinEnds(Span<byte> text, int headBytes)
    {
        var length = text.Length - 1;
        var tailStart = headBytes;
        while (tailStart < length && IsContinuation(text[tailStart]))
        {
            tailStart++;
        }

        var headEnd = headBytes;
        while (headEnd > 0 && IsContinuation(text[headEnd - 1]))
        {
            headEnd--;
        }

        headEnd = headEnd > 0 && !CompletesAt(text[headEnd - 1], headBytes - headEnd) ? headEnd - 1 : headBytes;
        text[tailStart..length].CopyTo(text[(headEnd + 1)..]);
        text[headEnd] = (byte)'\n';
        return length - (tailStart - headEnd) + 1;
    }

    void Shrink(int bytes)
    {
        into.Advance(-bytes);
        _length -= bytes;
    }

    static bool IsContinuation(byte b) => (b & 0xC0) == 0x80;

    static bool CompletesAt(byte lead, int continuations) =>
        continuations == (lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3);
}
