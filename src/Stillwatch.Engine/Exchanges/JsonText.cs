namespace Stillwatch.Engine.Exchanges;

/// <summary>Unescapes JSON strings whose syntax a reader has already checked.</summary>
/// <remarks>The platform's own unescaping throws on a lone surrogate; real streams hold them (an emoji cut in two deltas).</remarks>
static class JsonText
{
    const int ReplacementCharacter = 0xFFFD;

    /// <summary>Unescapes as much of <paramref name="raw"/> as surely fits into <paramref name="plain"/>.</summary>
    /// <param name="consumed">Bytes of <paramref name="raw"/> used up; never ends inside an escape.</param>
    /// <returns>Bytes written.</returns>
    public static int Unescape(ReadOnlySpan<byte> raw, Span<byte> plain, out int consumed)
    {
        var from = 0;
        var written = 0;
        while (from < raw.Length)
        {
            var run = raw[from..].IndexOf((byte)'\\');
            run = run < 0 ? raw.Length - from : run;
            if (run > 0)
            {
                var fits = Math.Min(run, plain.Length - written);
                raw.Slice(from, fits).CopyTo(plain[written..]);
                from += fits;
                written += fits;
                if (fits < run)
                {
                    break;
                }
            }
            else if (plain.Length - written < 4)
            {
                break;
            }
            else
            {
                from += UnescapeOne(raw[from..], plain[written..], out var bytes);
                written += bytes;
            }
        }

        consumed = from;
        return written;
    }

    /// <summary>The string that begins at <paramref name="quote"/>, between its quotes.</summary>
    public static ReadOnlySpan<byte> StringAt(ReadOnlySpan<byte> json, int quote)
    {
        var from = quote + 1;
        var at = from;
        while (json[at] != (byte)'"')
        {
            at += json[at] == (byte)'\\' ? 2 : 1;
        }

        return json[from..at];
    }

    /// <summary>Whether two raw strings say the same once unescaped.</summary>
    public static bool SameText(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        if (!first.Contains((byte)'\\') && !second.Contains((byte)'\\'))
        {
            return first.SequenceEqual(second);
        }

        Span<byte> a = stackalloc byte[256];
        Span<byte> b = stackalloc byte[256];
        while (first.Length > 0 && second.Length > 0)
        {
            // Raw escapes of one text differ in length, so the two advance by code point.
            var lengthA = Unescape(first[..PointBytes(first)], a, out var consumedA);
            var lengthB = Unescape(second[..PointBytes(second)], b, out var consumedB);
            if (!a[..lengthA].SequenceEqual(b[..lengthB]))
            {
                return false;
            }

            first = first[consumedA..];
            second = second[consumedB..];
        }

        return first.IsEmpty && second.IsEmpty;
    }

    /// <summary>How much of a raw string its first code point takes.</summary>
    static int PointBytes(ReadOnlySpan<byte> raw)
    {
        if (raw[0] != (byte)'\\')
        {
            System.Text.Rune.DecodeFromUtf8(raw, out _, out var bytes);
            return bytes;
        }

        return UnescapeOne(raw, stackalloc byte[4], out _);
    }

    static int UnescapeOne(ReadOnlySpan<byte> raw, Span<byte> plain, out int written)
    {
        if (raw[1] != (byte)'u')
        {
            plain[0] = raw[1] switch
            {
                (byte)'n' => (byte)'\n',
                (byte)'t' => (byte)'\t',
                (byte)'r' => (byte)'\r',
                (byte)'b' => (byte)'\b',
                (byte)'f' => (byte)'\f',
                var same => same,
            };
            written = 1;
            return 2;
        }

        var code = Hex(raw[2..]);
        var length = 6;
        if (char.IsSurrogate((char)code))
        {
            var low = raw.Length >= 12 && raw[6] == (byte)'\\' && raw[7] == (byte)'u' ? Hex(raw[8..]) : 0;
            if (char.IsHighSurrogate((char)code) && char.IsLowSurrogate((char)low))
            {
                code = char.ConvertToUtf32((char)code, (char)low);
                length = 12;
            }
            else
            {
                code = ReplacementCharacter;
            }
        }

        written = new System.Text.Rune(code).EncodeToUtf8(plain);
        return length;
    }

    /// <summary>The UTF-16 code unit of an escape such as <c>\ud83d</c>; meaningless when it is none.</summary>
    public static int CodeUnit(ReadOnlySpan<byte> escape) => Hex(escape[2..]);

    static int Hex(ReadOnlySpan<byte> digits)
    {
        var value = 0;
        for (var i = 0; i < 4; i++)
        {
            var digit = digits[i];
            value = (value << 4) | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }

        return value;
    }
}
