using System.Buffers.Binary;
using System.Numerics;

namespace Stillwatch.Engine.Sketches;

/// <summary>Why bytes are no sketch.</summary>
public enum SketchFault
{
    None,

    /// <summary>Written by another version of the form.</summary>
    OtherVersion,

    /// <summary>Too short, too long, or a number out of its range.</summary>
    Damaged,
}

/// <summary>The stored form of an <see cref="ExchangeSketch"/>: exact both ways, and an empty slot costs a bit. Thread-safe.</summary>
/// <remarks>
/// Little-endian: version (1 byte); mask of the hashes that are not zero (8 bytes, in the order of <see cref="Gather"/>); those hashes
/// (8 bytes each); then time, model, user tokens, output tokens, traits, cues, key count and app as zig-zag variable-length numbers.
/// <see cref="ExchangeSketch.Model"/> and <see cref="ExchangeSketch.App"/> are indices of a running process: a store keeps the model's name
/// beside the sketch and sets the index when it reads. Changed bits inside a hash cannot be seen here; the store's own checksums can.
/// </remarks>
public static class SketchCodec
{
    /// <summary>The form's version, its first byte.</summary>
    public const byte Version = 1;

    /// <summary>Longest form: every slot set, every number at its longest.</summary>
    public const int MaxBytes = 1 + 8 + (Hashes * 8) + (Numbers * 10);

    const int Hashes = 7 + ContentKeys.Capacity + (2 * Fingerprints.Capacity) + (2 * IdKeys.Capacity);
    const int Numbers = 8;

    /// <summary>Writes a sketch; returns the bytes used.</summary>
    /// <param name="into">At least <see cref="MaxBytes"/> long.</param>
    public static int Write(in ExchangeSketch sketch, Span<byte> into)
    {
        Span<ulong> hashes = stackalloc ulong[Hashes];
        Gather(sketch, hashes);
        into[0] = Version;
        var mask = 0UL;
        var at = 9;
        for (var i = 0; i < Hashes; i++)
        {
            if (hashes[i] != 0)
            {
                mask |= 1UL << i;
                BinaryPrimitives.WriteUInt64LittleEndian(into[at..], hashes[i]);
                at += 8;
            }
        }

        BinaryPrimitives.WriteUInt64LittleEndian(into[1..], mask);
        ReadOnlySpan<long> numbers =
            [sketch.TimeMs, sketch.Model, sketch.NewUserTokens, sketch.OutputTokens, (long)sketch.Traits, (long)sketch.Cues, sketch.KeyCount, sketch.App];
        foreach (var number in numbers)
        {
            at += WriteNumber(number, into[at..]);
        }

        return at;
    }

    /// <summary>Reads what <see cref="Write"/> wrote, all of <paramref name="bytes"/>. Never throws.</summary>
    public static SketchFault Read(ReadOnlySpan<byte> bytes, out ExchangeSketch sketch)
    {
        sketch = default;
        if (bytes.Length < 9)
        {
            return SketchFault.Damaged;
        }

        if (bytes[0] != Version)
        {
            return SketchFault.OtherVersion;
        }

        var mask = BinaryPrimitives.ReadUInt64LittleEndian(bytes[1..]);
        bytes = bytes[9..];
        if (mask >> Hashes != 0 || bytes.Length < BitOperations.PopCount(mask) * 8)
        {
            return SketchFault.Damaged;
        }

        Span<ulong> hashes = stackalloc ulong[Hashes];
        for (var i = 0; i < Hashes; i++)
        {
            if ((mask >> i & 1) != 0)
            {
                hashes[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
                bytes = bytes[8..];
                if (hashes[i] == 0)
                {
                    return SketchFault.Damaged;
                }
            }
        }

        Span<long> numbers = stackalloc long[Numbers];
        foreach (ref var number in numbers)
        {
            if (!TryReadNumber(ref bytes, out number))
            {
                return SketchFault.Damaged;
            }
        }

        return bytes.IsEmpty && TryFill(hashes, numbers, out sketch) ? SketchFault.None : SketchFault.Damaged;
    }

    static void Gather(in ExchangeSketch sketch, Span<ulong> hashes)
    {
        ReadOnlySpan<ulong> single = [sketch.Account, sketch.Organization, sketch.Order, sketch.Item, sketch.Task, sketch.Network, sketch.Tls];
        single.CopyTo(hashes);
        hashes = hashes[single.Length..];
        ((ReadOnlySpan<ulong>)sketch.Keys).CopyTo(hashes);
        ((ReadOnlySpan<ulong>)sketch.Said).CopyTo(hashes[ContentKeys.Capacity..]);
        ((ReadOnlySpan<ulong>)sketch.Heard).CopyTo(hashes[(ContentKeys.Capacity + Fingerprints.Capacity)..]);
        ((ReadOnlySpan<ulong>)sketch.Issued).CopyTo(hashes[^(2 * IdKeys.Capacity)..]);
        ((ReadOnlySpan<ulong>)sketch.Presented).CopyTo(hashes[^IdKeys.Capacity..]);
    }

    static bool TryFill(ReadOnlySpan<ulong> hashes, ReadOnlySpan<long> numbers, out ExchangeSketch sketch)
    {
        sketch = default;
        if (!IsInt(numbers[1]) || !IsInt(numbers[2]) || !IsInt(numbers[3]) || !IsInt(numbers[7])
            || numbers[4] is < 0 or > ushort.MaxValue || numbers[5] is < 0 or > byte.MaxValue || numbers[6] is < 0 or > ContentKeys.Capacity)
        {
            return false;
        }

        (sketch.Account, sketch.Organization, sketch.Order, sketch.Item) = (hashes[0], hashes[1], hashes[2], hashes[3]);
        (sketch.Task, sketch.Network, sketch.Tls) = (hashes[4], hashes[5], hashes[6]);
        hashes = hashes[7..];
        hashes[..ContentKeys.Capacity].CopyTo(sketch.Keys);
        hashes.Slice(ContentKeys.Capacity, Fingerprints.Capacity).CopyTo(sketch.Said);
        hashes.Slice(ContentKeys.Capacity + Fingerprints.Capacity, Fingerprints.Capacity).CopyTo(sketch.Heard);
        hashes[^(2 * IdKeys.Capacity)..^IdKeys.Capacity].CopyTo(sketch.Issued);
        hashes[^IdKeys.Capacity..].CopyTo(sketch.Presented);
        (sketch.TimeMs, sketch.Model, sketch.NewUserTokens, sketch.OutputTokens) = (numbers[0], (int)numbers[1], (int)numbers[2], (int)numbers[3]);
        (sketch.Traits, sketch.Cues) = ((ExchangeTraits)numbers[4], (Capabilities)numbers[5]);
        (sketch.KeyCount, sketch.App) = ((int)numbers[6], (int)numbers[7]);
        return true;
    }

    static bool IsInt(long number) => number is >= int.MinValue and <= int.MaxValue;

    static int WriteNumber(long number, Span<byte> into)
    {
        var rest = (ulong)((number << 1) ^ (number >> 63)); // zig-zag: small negatives stay short
        var at = 0;
        for (; rest >= 0x80; rest >>= 7)
        {
            into[at++] = (byte)(rest | 0x80);
        }

        into[at] = (byte)rest;
        return at + 1;
    }

    static bool TryReadNumber(ref ReadOnlySpan<byte> bytes, out long number)
    {
        var zigZag = 0UL;
        number = 0;
        for (var i = 0; i < bytes.Length && i < 10; i++)
        {
            zigZag |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                number = (long)(zigZag >> 1) ^ -(long)(zigZag & 1);
                return true;
            }
        }

        return false;
    }
}
