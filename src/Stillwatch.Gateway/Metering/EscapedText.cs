using System.Buffers.Text;
using System.Text;

namespace Stillwatch.Gateway.Metering;

/// <summary>How long the text between the quotes of a JSON string is in UTF-8, without unescaping it. Tolerates lone surrogates and invalid UTF-8.</summary>
static class EscapedText
{
    /// <param name="raw">What a JSON reader has accepted as a string.</param>
    /// <param name="otherBytes">The part of the bytes returned that are not ASCII.</param>
    /// <returns>Bytes of the text in UTF-8.</returns>
    public static int Measure(ReadOnlySpan<byte> raw, out int otherBytes)
    {
        otherBytes = 0;
        var escape = raw.IndexOf((byte)'\\');
        if (escape < 0 && Ascii.IsValid(raw))
        {
            return raw.Length;
        }

        var bytes = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            bytes++;
            if (raw[i] >= 0x80)
            {
                otherBytes++;
            }
            else if (raw[i] == (byte)'\\')
            {
                i++;
                if (i + 4 < raw.Length && raw[i] == (byte)'u')
                {
                    var others = OthersOf(raw.Slice(i + 1, 4));
                    bytes += Math.Max(0, others - 1);
                    otherBytes += others;
                    i += 4;
                }
            }
        }

        return bytes;
    }

    // UTF-8 bytes of a \uXXXX beyond ASCII; half a surrogate pair counts for half of its four bytes.
    static int OthersOf(ReadOnlySpan<byte> hex)
        => !Utf8Parser.TryParse(hex, out ushort code, out _, 'x') || code < 0x80 ? 0 : code < 0x800 || char.IsSurrogate((char)code) ? 2 : 3;
}
