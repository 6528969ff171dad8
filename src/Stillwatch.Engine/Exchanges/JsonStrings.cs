using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Stillwatch.Engine.Exchanges;

/// <summary>Finds the end of a JSON string and checks it on the way, 32 bytes at a time.</summary>
static class JsonStrings
{
    const int BlockBytes = 32;

    /// <summary>Where the quote stands that ends the string which begins at <paramref name="from"/>; negative when it has none or holds what it must not.</summary>
    /// <param name="from">Behind the opening quote.</param>
    public static int EndOf(ReadOnlySpan<byte> json, int from, out bool isEscaped)
    {
        isEscaped = false;
        var at = from;
        while (at <= json.Length - BlockBytes)
        {
            var block = at;
            at += BlockBytes;
            for (var marks = MarksOf(json.Slice(block, BlockBytes)); marks != 0;)
            {
                var mark = block + (int)uint.TrailingZeroCount(marks);
                if (json[mark] == '"')
                {
                    return mark;
                }

                isEscaped = true;
                var next = EscapeEnd(json, mark);
                if (next < 0)
                {
                    return -1;
                }

                if (next >= at)
                {
                    at = next;
                    break;
                }

                marks &= uint.MaxValue << (next - block);
            }
        }

        while (at < json.Length)
        {
            if (json[at] == '"')
            {
                return at;
            }

            if (json[at] is (byte)'\\' or < 0x20)
            {
                isEscaped = true;
                at = EscapeEnd(json, at);
                if (at < 0)
                {
                    return -1;
                }
            }
            else
            {
                at++;
            }
        }

        return -1;
    }

    /// <summary>A bit for each byte that is a quote, a backslash or a control character.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint MarksOf(ReadOnlySpan<byte> block)
    {
        if (Vector256.IsHardwareAccelerated)
        {
            var bytes = Vector256.Create(block);
            return (Vector256.Equals(bytes, Vector256.Create((byte)'"'))
                | Vector256.Equals(bytes, Vector256.Create((byte)'\\'))
                | Vector256.Equals(Vector256.Min(bytes, Vector256.Create((byte)0x1F)), bytes)).ExtractMostSignificantBits();
        }

        return HalfMarksOf(block) | (HalfMarksOf(block[Vector128<byte>.Count..]) << Vector128<byte>.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint HalfMarksOf(ReadOnlySpan<byte> block)
    {
        var bytes = Vector128.Create(block);
        return (Vector128.Equals(bytes, Vector128.Create((byte)'"'))
            | Vector128.Equals(bytes, Vector128.Create((byte)'\\'))
            | Vector128.Equals(Vector128.Min(bytes, Vector128.Create((byte)0x1F)), bytes)).ExtractMostSignificantBits();
    }

    // Behind the escape; negative for a wrong one, and for a control character, which is not escaped at all.
    static int EscapeEnd(ReadOnlySpan<byte> json, int backslash)
    {
        if (json[backslash] != '\\' || backslash + 1 >= json.Length)
        {
            return -1;
        }

        switch (json[backslash + 1])
        {
            case (byte)'n' or (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'t' or (byte)'r' or (byte)'b' or (byte)'f':
                return backslash + 2;
            case (byte)'u' when backslash + 6 <= json.Length:
                for (var i = backslash + 2; i < backslash + 6; i++)
                {
                    if (!char.IsAsciiHexDigit((char)json[i]))
                    {
                        return -1;
                    }
                }

                return backslash + 6;
            default:
                return -1;
        }
    }
}
