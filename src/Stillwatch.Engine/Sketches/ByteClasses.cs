using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Stillwatch.Engine.Sketches;

/// <summary>What each of 64 bytes of UTF-8 text is to a tokeniser, as sets of one bit a byte, lowest first.</summary>
/// <remarks>
/// One comparison classifies 32 bytes, and bit arithmetic then finds where tokens start and end: a branch at every byte would be guessed
/// wrong at the end of nearly every word. Without 256-bit registers the runtime does the same in halves.
/// </remarks>
internal readonly struct ByteClasses
{
    /// <summary>How many bytes are classified at once.</summary>
    public const int Bytes = 64;

    ByteClasses(ulong word, ulong digit, ulong number, ulong special)
    {
        Word = word;
        Digit = digit;
        Number = number;
        Special = special;
    }

    /// <summary>Letters, and the bytes of characters below U+3000: those below 0xE3.</summary>
    public ulong Word { get; }

    /// <summary>0 to 9.</summary>
    public ulong Digit { get; }

    /// <summary>What a number may go on with: digits, full stops and commas.</summary>
    public ulong Number { get; }

    /// <summary>Bytes that may start something longer: quotation marks, backticks, and 0xE3 and above.</summary>
    public ulong Special { get; }

    /// <summary>The first byte of each word, and of each run of <see cref="Number"/> its first digit.</summary>
    public ulong TokenStarts
    {
        get
        {
            var runs = Number & ~(Number << 1);
            var marks = Number & ~Digit;

            // A run that starts with marks carries its start over them to the first byte after them.
            return (Word & ~(Word << 1)) | ((runs | (marks + (runs & marks))) & Digit);
        }
    }

    /// <summary>Where a token starts that goes on to the last byte, maybe beyond; <see cref="Bytes"/> when none does.</summary>
    public int Unfinished
    {
        get
        {
            var word = Bytes - BitOperations.LeadingZeroCount(~Word);
            var number = Bytes - BitOperations.LeadingZeroCount(~Number);
            return number == Bytes ? word : Math.Min(Bytes, number + BitOperations.TrailingZeroCount(Digit >> number));
        }
    }

    /// <param name="text"><see cref="Bytes"/> of them at least.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteClasses Of(ReadOnlySpan<byte> text)
    {
        var (low, high) = (Vector256.Create(text), Vector256.Create(text[Vector256<byte>.Count..]));
        var (lowDigits, highDigits) = (IsDigit(low), IsDigit(high));
        return new ByteClasses(
            Bits(IsWord(low), IsWord(high)),
            Bits(lowDigits, highDigits),
            Bits(lowDigits | IsMark(low), highDigits | IsMark(high)),
            Bits(IsSpecial(low), IsSpecial(high)));
    }

    static ulong Bits(Vector256<byte> low, Vector256<byte> high) =>
        low.ExtractMostSignificantBits() | ((ulong)high.ExtractMostSignificantBits() << Vector256<byte>.Count);

    // As signed bytes, 0x80 to 0xE2 are the smallest.
    static Vector256<byte> IsWord(Vector256<byte> v) =>
        IsWithin(v | Vector256.Create((byte)0x20), (byte)'a', (byte)'z') | Vector256.LessThan(v.AsSByte(), Vector256.Create(unchecked((sbyte)0xE3))).AsByte();

    static Vector256<byte> IsDigit(Vector256<byte> v) => IsWithin(v, (byte)'0', (byte)'9');

    static Vector256<byte> IsMark(Vector256<byte> v) => Vector256.Equals(v, Vector256.Create((byte)'.')) | Vector256.Equals(v, Vector256.Create((byte)','));

    static Vector256<byte> IsSpecial(Vector256<byte> v) =>
        Vector256.Equals(v, Vector256.Create((byte)'"')) | Vector256.Equals(v, Vector256.Create((byte)'`')) | IsWithin(v, 0xE3, 0xFF);

    static Vector256<byte> IsWithin(Vector256<byte> v, byte first, byte last) =>
        Vector256.LessThanOrEqual(v - Vector256.Create(first), Vector256.Create((byte)(last - first)));
}
