using System.Runtime.InteropServices;

namespace Stillwatch.Engine.Traits;

/// <summary>Arrays of plain structs in a snapshot: a length, then the bytes as they lie in memory (little-endian machines only).</summary>
static class Snapshots
{
    const int MaxElements = 1 << 28;

    public static void WriteAll<T>(this BinaryWriter writer, ReadOnlySpan<T> values) where T : unmanaged
    {
        writer.Write(values.Length);
        writer.Write(MemoryMarshal.AsBytes(values));
    }

    /// <exception cref="InvalidDataException">The length cannot be right or the stream ends early.</exception>
    public static T[] ReadAll<T>(this BinaryReader reader) where T : unmanaged
    {
        var length = reader.ReadInt32();
        if (length is < 0 or > MaxElements)
        {
            throw new InvalidDataException($"The snapshot is damaged: an array of {length} elements.");
        }

        var values = new T[length];
        var bytes = MemoryMarshal.AsBytes(values.AsSpan());
        if (reader.Read(bytes) is var got && got < bytes.Length)
        {
            reader.BaseStream.ReadExactly(bytes[got..]);
        }

        return values;
    }
}
