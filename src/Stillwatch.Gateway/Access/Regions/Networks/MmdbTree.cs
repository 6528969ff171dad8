using System.Buffers.Binary;
using System.Collections;
using System.Net;

namespace Stillwatch.Gateway.Access.Regions.Networks;

/// <summary>
/// Looks over the search tree of a MaxMind DB file (format 2.0) before it is trusted: each node once, whatever a broken tree points to, so
/// the time is bounded by
/// the file's size. What lies in the records is the reader's to decode.
/// </summary>
static class MmdbTree
{
    /// <summary>Different records of which an address is kept, to be decoded at start.</summary>
    const int MostSamples = 2_048;

    /// <summary>Zeros between the tree and the records.</summary>
    const int SeparatorBytes = 16;

    /// <summary>Three bytes and MaxMind.com.</summary>
    static ReadOnlySpan<byte> Mark => [0xAB, 0xCD, 0xEF, 0x4D, 0x61, 0x78, 0x4D, 0x69, 0x6E, 0x64, 0x2E, 0x63, 0x6F, 0x6D];

    /// <returns>An address of each of the first records, or why the file is no whole database.</returns>
    public static (IReadOnlyList<IPAddress> Samples, string? Fault) Look(ReadOnlySpan<byte> file, int ipVersion)
    {
        var mark = file.LastIndexOf(Mark);
        if (mark < 0)
        {
            return ([], "has no metadata: it is cut off, or no MaxMind DB file");
        }

        var metadata = file[(mark + Mark.Length)..];
        if (Number(metadata, "node_count"u8) is not { } nodes
            || Number(metadata, "record_size"u8) is not { } bits || bits is not (24 or 28 or 32))
        {
            return ([], "states no size of its search tree that can be used");
        }

        var treeBytes = nodes * bits / 4;
        var recordsBytes = mark - treeBytes - SeparatorBytes;
        return recordsBytes < 0
            ? ([], $"is too short for the {nodes} nodes it states: it is cut off")
            : Walk(file[..(int)treeBytes], (uint)nodes, (int)bits, recordsBytes, ipVersion == 4 ? 32 : 128);
    }

    static (IReadOnlyList<IPAddress> Samples, string? Fault) Walk(
        ReadOnlySpan<byte> tree, uint nodes, int bits, long recordsBytes, int depthBits)
    {
        var (seen, records, samples) = (new BitArray((int)nodes), new HashSet<uint>(), new List<IPAddress>());
        var open = new Stack<(uint Node, int Depth, UInt128 Path)>();
        open.Push((0, 0, 0));
        while (nodes > 0 && open.TryPop(out var at))
        {
            if (at.Depth >= depthBits || seen[(int)at.Node])
            {
                continue; // other networks may lead to the same nodes (IPv4 inside IPv6), so seeing one twice is no fault
            }

            seen[(int)at.Node] = true;
            for (var side = 1; side >= 0; side--)
            {
                var value = Child(tree, at.Node, side, bits);
                var path = (at.Path << 1) | (uint)side;
                if (value < nodes)
                {
                    open.Push((value, at.Depth + 1, path));
                }
                else if (value > nodes && (value - nodes < SeparatorBytes || value - nodes - SeparatorBytes >= recordsBytes))
                {
                    return ([], $"has a node ({at.Node}) that leads out of the file: it is damaged");
                }
                else if (value > nodes && samples.Count < MostSamples && records.Add(value))
                {
                    samples.Add(Address(path << (depthBits - at.Depth - 1), depthBits));
                }
            }
        }

        return (samples, null);
    }

    static uint Child(ReadOnlySpan<byte> tree, uint node, int side, int bits)
    {
        var at = tree.Slice((int)(node * (long)bits / 4), bits / 4);
        return (bits, side) switch
        {
            (24, _) => ((uint)at[side * 3] << 16) | BinaryPrimitives.ReadUInt16BigEndian(at[((side * 3) + 1)..]),
            (28, 0) => ((uint)(at[3] & 0xF0) << 20) | ((uint)at[0] << 16) | BinaryPrimitives.ReadUInt16BigEndian(at[1..]),
            (28, _) => ((uint)(at[3] & 0x0F) << 24) | ((uint)at[4] << 16) | BinaryPrimitives.ReadUInt16BigEndian(at[5..]),
            _ => BinaryPrimitives.ReadUInt32BigEndian(at[(side * 4)..]),
        };
    }

    static IPAddress Address(UInt128 number, int bits)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        return AddressNumber.Plain(new(bits == 32 ? bytes[12..] : bytes));
    }

    /// <summary>The unsigned number behind a name: a control byte says its type (5 or 6 in the top bits) and its length.</summary>
    static long? Number(ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> name)
    {
        var at = metadata.IndexOf(name);
        if (at < 0 || at + name.Length >= metadata.Length)
        {
            return null;
        }

        var value = metadata[(at + name.Length)..];
        var length = value[0] & 0x1F;
        if ((value[0] >> 5) is not (5 or 6) || length > 4 || length >= value.Length)
        {
            return null;
        }

        var number = 0L;
        foreach (var b in value.Slice(1, length))
        {
            number = (number << 8) | b;
        }

        return number;
    }
}
