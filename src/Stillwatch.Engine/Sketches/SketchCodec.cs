using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Stillwatch.Engine.Sketches;

/// <summary>A sketch as bytes for storage: a version, which of its 64-bit words are not zero, and those. Exact both ways; most sketches shrink by half.</summary>
/// <remarks>The model's index means something in one process only: store the model's name beside the sketch and set it again after reading.</remarks>
public static class SketchCodec
{
    /// <summary>Changes with every change of <see cref="ExchangeSketch"/>'s layout.</summary>
    public const byte Version = 1;

    static int Words { get; } = Marshal.SizeOf<ExchangeSketch>() / sizeof(ulong);

    static int MaskBytes { get; } = (Words + 7) / 8;

    /// <summary>The most that one sketch can need.</summary>
    internal static int MaxBytes => 1 + MaskBytes + (Words * sizeof(ulong));

    public static byte[] Encode(in ExchangeSketch sketch)
    {
        Span<byte> bytes = stackalloc byte[MaxBytes];
        return bytes[..Encode(sketch, bytes)].ToArray();
    }

    /// <summary>Writes to <paramref name="bytes"/>, which holds <see cref="MaxBytes"/>; returns how many it took.</summary>
    internal static int Encode(in ExchangeSketch sketch, Span<byte> bytes)
    {
        var words = MemoryMarshal.Cast<ExchangeSketch, ulong>(MemoryMarshal.CreateReadOnlySpan(in sketch, 1));
        bytes[..(1 + MaskBytes)].Clear();
        bytes[0] = Version;
        var at = 1 + MaskBytes;
        for (var i = 0; i < words.Length; i++)
        {
            if (words[i] != 0)
            {
                bytes[1 + (i / 8)] |= (byte)(1 << (i % 8));
                BinaryPrimitives.WriteUInt64LittleEndian(bytes[at..], words[i]);
                at += sizeof(ulong);
            }
        }

        return at;
    }

    /// <summary>False when the bytes are of another version, cut off, or no sketch.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out ExchangeSketch sketch)
    {
        sketch = default;
        if (bytes.Length < 1 + MaskBytes || bytes[0] != Version)
        {
            return false;
        }

        var mask = bytes.Slice(1, MaskBytes);
        var set = 0;
        foreach (var part in mask)
        {
            set += BitOperations.PopCount(part);
        }

        if (bytes.Length != 1 + MaskBytes + (set * sizeof(ulong)) || (Words % 8 != 0 && mask[^1] >> (Words % 8) != 0))
        {
            return false;
        }

        var words = MemoryMarshal.Cast<ExchangeSketch, ulong>(MemoryMarshal.CreateSpan(ref sketch, 1));
        var at = 1 + MaskBytes;
        for (var i = 0; i < words.Length; i++)
        {
            if ((mask[i / 8] & (1 << (i % 8))) != 0)
            {
                words[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
                at += sizeof(ulong);
            }
        }

        return sketch.KeyCount is >= 0 and <= ContentKeys.Capacity;
    }
}
