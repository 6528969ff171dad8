using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Stillwatch.Engine.Sketches;

/// <summary>The keyed hash of a token: each byte is mixed into a state that starts as the seed and is multiplied.</summary>
/// <remarks>
/// A word's length cannot be guessed by a processor, so up to eight bytes are always eight steps, without a branch. Missing bytes are zeros put
/// before the word, and what these will multiply the state with is divided out beforehand: an odd factor has an inverse modulo 2^64.
/// </remarks>
internal static class TokenHash
{
    public const ulong FoldFactor = 0xD6E8FEB86659FD93; // of tokens in a row. Odd (Pelle Evensen's mixer): order matters, every token counts

    const ulong Prime = 0x9E3779B97F4A7C15;   // 2^64 / golden ratio (Knuth, TAOCP 6.4): odd, well spread
    const ulong Inverse = 0xF1DE83E19937733D; // Prime * Inverse = 1 modulo 2^64
    const ulong Inverse2 = unchecked(Inverse * Inverse);
    const ulong Inverse4 = unchecked(Inverse2 * Inverse2);

    static Vector512<ulong> InverseByMissing => unchecked(Vector512.Create(
        1, Inverse, Inverse2, Inverse2 * Inverse, Inverse4, Inverse4 * Inverse, Inverse4 * Inverse2, Inverse4 * Inverse2 * Inverse));

    /// <summary>By the number of bytes that there are, of eight.</summary>
    static ReadOnlySpan<ulong> InverseOfMissing => unchecked(
    [
        Inverse4 * Inverse4, Inverse4 * Inverse2 * Inverse, Inverse4 * Inverse2, Inverse4 * Inverse, Inverse4, Inverse2 * Inverse, Inverse2, Inverse, 1,
    ]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong h)
    {
        h ^= h >> 32;
        h *= Prime;
        return h ^ (h >> 29);
    }

    /// <summary>The token that stands for all texts of one kind.</summary>
    public static ulong Mask(ulong seed, ulong kind) => Mix(seed + (kind * Prime));

    /// <summary>The hash of bytes as they are, upper case and all.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes, ulong seed)
    {
        var h = seed;
        foreach (var b in bytes)
        {
            h = Step(h, b);
        }

        return Mix(h);
    }

    /// <summary>The hash of tokens in a row.</summary>
    public static ulong Fold(ReadOnlySpan<ulong> tokens)
    {
        var h = 0UL;
        foreach (var token in tokens)
        {
            h = (h * FoldFactor) + token;
        }

        return Mix(h);
    }

    /// <summary>The hashes of as many tokens in a row as <paramref name="length"/> says that start at each of the first eight tokens.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> FoldEach(ReadOnlySpan<ulong> tokens, int length)
    {
        var h = Vector512<ulong>.Zero;
        for (var i = 0; i < length; i++)
        {
            h = (h * Vector512.Create(FoldFactor)) + Vector512.Create(tokens[i..]);
        }

        return Mix(h);
    }

    /// <summary>Mixes one byte into a state.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Step(ulong h, byte b) => (h ^ b) * Prime;

    /// <summary>Mixes eight bytes in, the lowest first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Eight(ulong h, ulong bytes)
    {
        h = Step(h, (byte)bytes);
        h = Step(h, (byte)(bytes >> 8));
        h = Step(h, (byte)(bytes >> 16));
        h = Step(h, (byte)(bytes >> 24));
        h = Step(h, (byte)(bytes >> 32));
        h = Step(h, (byte)(bytes >> 40));
        h = Step(h, (byte)(bytes >> 48));
        return Step(h, (byte)(bytes >> 56));
    }

    /// <summary>Mixes the lowest one to eight of eight bytes in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Last(ulong h, ulong bytes, int count) => Eight(h * InverseOfMissing[count], bytes << (8 * (sizeof(ulong) - count)));

    /// <summary><see cref="Mix(ulong)"/> of eight states.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Mix(Vector512<ulong> h)
    {
        h ^= h >>> 32;
        h *= Vector512.Create(Prime);
        return h ^ (h >>> 29);
    }

    /// <summary>Mixes eight bytes into each of eight states.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Eight(Vector512<ulong> h, Vector512<ulong> bytes)
    {
        h = Step(h, bytes);
        h = Step(h, bytes >>> 8);
        h = Step(h, bytes >>> 16);
        h = Step(h, bytes >>> 24);
        h = Step(h, bytes >>> 32);
        h = Step(h, bytes >>> 40);
        h = Step(h, bytes >>> 48);
        return Step(h, bytes >>> 56);
    }

    /// <summary>Mixes the lowest bytes in, of each eight as many as <paramref name="count"/> says modulo eight, and all eight where it says zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Last(Vector512<ulong> h, Vector512<ulong> bytes, Vector512<ulong> count)
    {
        var missing = (Vector512<ulong>.Zero - count) & Vector512.Create(7UL);
        return Eight(h * Avx512F.PermuteVar8x64(InverseByMissing, missing), Avx512F.ShiftLeftLogicalVariable(bytes, missing << 3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<ulong> Step(Vector512<ulong> h, Vector512<ulong> bytes) => (h ^ (bytes & Vector512.Create(0xFFUL))) * Vector512.Create(Prime);
}
