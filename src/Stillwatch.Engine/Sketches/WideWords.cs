using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Stillwatch.Engine.Sketches;

/// <summary>Hashes the words and numbers of <see cref="ByteClasses.Bytes"/> bytes of text eight at a time, for processors that can pick bytes out of a register.</summary>
/// <remarks>
/// How long a word is decides shifts and factors here, never a branch: that is what a word by itself mostly costs. The hashes are those of
/// <see cref="TokenHash"/> and so do not depend on the processor.
/// </remarks>
internal sealed class WideWords(ulong seed, ulong number)
{
    const int Lanes = 8;
    const int MaxWordBytes = 16; // longer ones, one word in some hundreds, are left to the reader of single words
    const ulong Http = 0x70747468;

    public static bool IsSupported => Avx512Vbmi2.IsSupported && Avx512CD.IsSupported;

    /// <summary>Each lane's number in its eight bytes.</summary>
    static Vector512<byte> LaneOfByte => Vector512.Create(
        0UL, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303, 0x0404040404040404, 0x0505050505050505, 0x0606060606060606, 0x0707070707070707).AsByte();

    /// <summary>Reads the words and numbers that start at <paramref name="starts"/>; false, and nothing read, when one may be a URL or is too long.</summary>
    /// <param name="window"><see cref="ByteClasses.Bytes"/> of text at least.</param>
    /// <param name="word">Which bytes are of words; none goes on to the end of the window.</param>
    public bool TryRead(ReadOnlySpan<byte> window, ulong word, ulong starts, Span<ulong> into, ref int read)
    {
        var text = Vector512.Create(window);
        text |= (~text.AsUInt64() >> 2).AsByte() & Vector512.Create((byte)0x20);
        var bits = Vector512.Create(0x8040201008040201).AsByte();
        var isStart = Vector512.Equals(Avx512BW.Shuffle(Vector512.Create(starts).AsByte(), LaneOfByte) & bits, bits);
        var places = Avx512Vbmi2.Compress(Vector512<byte>.Zero, isStart, Vector512<byte>.Indices);
        var tokens = BitOperations.PopCount(starts);
        for (var n = 0; n < tokens; n += Lanes)
        {
            var place = Avx512Vbmi.PermuteVar64x8(places, LaneOfByte + Vector512.Create((byte)n));
            var bytes = place + Vector512.Create(0x0706050403020100).AsByte();
            var first = Avx512Vbmi.PermuteVar64x8(text, bytes).AsUInt64();
            var after = ~Avx512F.ShiftRightLogicalVariable(Vector512.Create(word), place.AsUInt64() & Vector512.Create(0xFFUL));
            var length = Vector512.Create(63UL) - Avx512CD.LeadingZeroCount(after & (Vector512<ulong>.Zero - after));
            if (Vector512.GreaterThanAny(length, Vector512.Create((ulong)MaxWordBytes)) || Vector512.EqualsAny(first & Vector512.Create(0xFFFFFFFFUL), Vector512.Create(Http)))
            {
                return false;
            }

            var isLong = Vector512.GreaterThan(length, Vector512.Create((ulong)sizeof(ulong)));
            var second = Avx512Vbmi.PermuteVar64x8(text, bytes + Vector512.Create((byte)sizeof(ulong))).AsUInt64();
            var start = Vector512.Create(seed);
            var h = Vector512.ConditionalSelect(isLong, TokenHash.Eight(start, first), start);
            h = TokenHash.Mix(TokenHash.Last(h, Vector512.ConditionalSelect(isLong, second, first), length));
            Vector512.ConditionalSelect(Vector512.Equals(length, Vector512<ulong>.Zero), Vector512.Create(number), h).CopyTo(into[(read + n)..]);
        }

        read += tokens;
        return true;
    }
}
