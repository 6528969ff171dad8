using System.Buffers;
using System.Buffers.Text;

namespace Stillwatch.Gateway.Development;

/// <summary>Writes JSON by the piece: the development upstream knows its texts, and a serializer per event would cost more than the event.</summary>
static class Utf8Output
{
    public static IBufferWriter<byte> Add(this IBufferWriter<byte> output, ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);
        return output;
    }

    public static IBufferWriter<byte> Add(this IBufferWriter<byte> output, long number)
    {
        Utf8Formatter.TryFormat(number, output.GetSpan(20), out var written);
        output.Advance(written);
        return output;
    }

    /// <summary>The inside of a JSON string whose value is <paramref name="text"/> (UTF-8).</summary>
    public static IBufferWriter<byte> AddEscaped(this IBufferWriter<byte> output, ReadOnlySpan<byte> text)
    {
        while (text.IndexOfAny(NeedsEscape) is >= 0 and var at)
        {
            output.Write(text[..at]);
            var span = output.GetSpan(6);
            var hit = text[at];
            "\\u00"u8.CopyTo(span);
            span[4] = (byte)"0123456789abcdef"[hit >> 4];
            span[5] = (byte)"0123456789abcdef"[hit & 15];
            var isShort = hit is (byte)'"' or (byte)'\\';
            if (isShort)
            {
                span[1] = hit;
            }

            output.Advance(isShort ? 2 : 6);
            text = text[(at + 1)..];
        }

        output.Write(text);
        return output;
    }

    static readonly SearchValues<byte> NeedsEscape = SearchValues.Create([.. Enumerable.Range(0, 32).Select(value => (byte)value), (byte)'"', (byte)'\\']);
}
