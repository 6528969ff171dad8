using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Stillwatch.Gateway.Dialects.Translation.RawJson;

/// <summary>Text between the quotes of a JSON string, worked on as it is spelled.</summary>
static class RawText
{
    /// <summary>As many characters of a client's own words as an error message repeats.</summary>
    const int ShownBytes = 80;

    static readonly SearchValues<byte> Escaped = SearchValues.Create([.. Enumerable.Range(0, 32).Select(code => (byte)code), (byte)'"', (byte)'\\']);

    /// <summary>Whether a spelled text says <paramref name="ascii"/>, however its characters were escaped.</summary>
    public static bool Equals(ReadOnlySpan<byte> spelled, ReadOnlySpan<byte> ascii)
    {
        if (!spelled.Contains((byte)'\\'))
        {
            return spelled.SequenceEqual(ascii);
        }

        var at = 0;
        foreach (var expected in ascii)
        {
            if (at >= spelled.Length || NextUnit(spelled, ref at) != expected)
            {
                return false;
            }
        }

        return at == spelled.Length;
    }

    /// <summary>Writes the text a string stands for. A lone surrogate, which UTF-8 cannot hold, stays the escape it was.</summary>
    public static void Unescape(ReadOnlySpan<byte> spelled, IBufferWriter<byte> output)
    {
        while (true)
        {
            var plain = spelled.IndexOf((byte)'\\');
            if (plain < 0)
            {
                output.Write(spelled);
                return;
            }

            output.Write(spelled[..plain]);
            spelled = spelled[plain..];
            var at = 0;
            var unit = NextUnit(spelled, ref at);
            if (char.IsHighSurrogate((char)unit) && at < spelled.Length && spelled[at] == '\\')
            {
                var next = at;
                var low = NextUnit(spelled, ref next);
                if (char.IsLowSurrogate((char)low))
                {
                    WriteRune(new Rune((char)unit, (char)low), output);
                    spelled = spelled[next..];
                    continue;
                }
            }

            if (Rune.TryCreate((char)unit, out var rune))
            {
                WriteRune(rune, output);
            }
            else
            {
                output.Write(spelled[..at]);
            }

            spelled = spelled[at..];
        }
    }

    /// <summary>Spells <paramref name="text"/> so that it may stand between quotes. Bytes of UTF-8, valid or not, stay as they
    /// are.</summary>
    public static void Escape(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        while (true)
        {
            var plain = text.IndexOfAny(Escaped);
            if (plain < 0)
            {
                output.Write(text);
                return;
            }

            output.Write(text[..plain]);
            WriteEscape(text[plain], output);
            text = text[(plain + 1)..];
        }
    }

    /// <summary>A client's word for an error message: short, printable, well-formed.</summary>
    public static string Shown(ReadOnlySpan<byte> spelled)
    {
        var cut = spelled.Length > ShownBytes;
        var text = Encoding.UTF8.GetString(cut ? spelled[..ShownBytes] : spelled);
        return string.Concat(text.Select(c => char.IsControl(c) ? '?' : c)) + (cut ? "…" : "");
    }

    /// <summary>The next UTF-16 unit of a spelled text; of a byte that is not escaped, the byte itself.</summary>
    public static int NextUnit(ReadOnlySpan<byte> spelled, ref int at)
    {
        if (spelled[at] != '\\')
        {
            return spelled[at++];
        }

        var escape = spelled[at + 1];
        at += 2;
        if (escape != 'u')
        {
            return escape switch { (byte)'n' => '\n', (byte)'t' => '\t', (byte)'r' => '\r', (byte)'b' => '\b', (byte)'f' => '\f', _ => escape };
        }

        Utf8Parser.TryParse(spelled.Slice(at, 4), out int unit, out _, 'x');
        at += 4;
        return unit;
    }

    static void WriteEscape(byte code, IBufferWriter<byte> output)
    {
        switch (code)
        {
            case (byte)'"': output.Write("\\\""u8); break;
            case (byte)'\\': output.Write("\\\\"u8); break;
            case (byte)'\n': output.Write("\\n"u8); break;
            case (byte)'\r': output.Write("\\r"u8); break;
            case (byte)'\t': output.Write("\\t"u8); break;
            default:
                output.Write("\\u00"u8);
                output.Write([(byte)('0' + (code >> 4)), "0123456789abcdef"u8[code & 15]]);
                break;
        }
    }

    static void WriteRune(Rune rune, IBufferWriter<byte> output)
    {
        Span<byte> utf8 = stackalloc byte[4];
        output.Write(utf8[..rune.EncodeToUtf8(utf8)]);
    }
}
