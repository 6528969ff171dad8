namespace Stillwatch.Engine.Exchanges;

/// <summary>Unescapes JSON strings whose syntax a reader has already checked.</summary>
/// <remarks>The platform's own unescaping throws on a lone surrogate; real streams hold them (an emoji cut in two deltas).</remarks>
public static class JsonText
{
    const int ReplacementCharacter = 0xFFFD;

    /// <summary>Unescapes as much of <paramref name="raw"/> as surely fits into <paramref name="plain"/>.</summary>
    /// <param name="consumed">Bytes of <paramref name="raw"/> used up; never ends inside an escape.</param>
    /// <param name="raw">Between the quotes; every escape in it whole.</param>
    /// <param name="plain">Room for the text in UTF-8; what fits is written.</param>
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
