using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Stillwatch.Gateway.Tests.Access.Regions.Networks;

/// <summary>Writes small databases in the MaxMind DB format 2.0, IPv6 tree with IPv4 at ::/96, records of maps, strings, numbers and booleans.</summary>
static class MmdbWriter
{
    static readonly byte[] Mark = [0xAB, 0xCD, 0xEF, .. "MaxMind.com"u8];

    public static byte[] Write(int recordBits, string type, params (string Network, Dictionary<string, object> Record)[] entries)
    {
        var nodes = new List<long[]> { new long[] { Empty, Empty } };
        var records = new List<byte>();
        foreach (var (network, record) in entries)
        {
            var parsed = IPNetwork.Parse(network);
            var isV4 = parsed.BaseAddress.GetAddressBytes().Length == 4;
            var bytes = isV4 ? [.. new byte[12], .. parsed.BaseAddress.GetAddressBytes()] : parsed.BaseAddress.GetAddressBytes();
            var length = parsed.PrefixLength + (isV4 ? 96 : 0);
            var node = 0;
            for (var depth = 0; depth < length; depth++)
            {
                var bit = (bytes[depth / 8] >> (7 - (depth % 8))) & 1;
                if (depth == length - 1)
                {
                    nodes[node][bit] = Record - records.Count;
                }
                else if (nodes[node][bit] >= 0)
                {
                    node = (int)nodes[node][bit];
                }
                else
                {
                    // A wider network's record moves down on both sides.
                    var wider = nodes[node][bit];
                    nodes.Add([wider, wider]);
                    nodes[node][bit] = node = nodes.Count - 1;
                }
            }

            Put(records, record);
        }

        var file = new List<byte>();
        foreach (var node in nodes)
        {
            Put(file, Value(node[0], nodes.Count), Value(node[1], nodes.Count), recordBits);
        }

        file.AddRange(new byte[16]);
        file.AddRange(records);
        file.AddRange(Mark);
        Put(file, new Dictionary<string, object>
        {
            ["binary_format_major_version"] = (ushort)2, ["binary_format_minor_version"] = (ushort)0, ["build_epoch"] = 1_700_000_000UL, ["database_type"] = type,
            ["description"] = new Dictionary<string, object> { ["en"] = "made by a test" }, ["ip_version"] = (ushort)6, ["languages"] = Array.Empty<object>(),
            ["node_count"] = (uint)nodes.Count, ["record_size"] = (ushort)recordBits,
        });
        return [.. file];
    }

    /// <summary>A child is a node from 0, nothing, or a record below <see cref="Record"/>.</summary>
    const long Empty = -1;
    const long Record = -2;

    static uint Value(long child, int nodes) => (uint)(child >= 0 ? child : child == Empty ? nodes : nodes + 16 + (Record - child));

    static void Put(List<byte> file, uint left, uint right, int bits)
    {
        Span<byte> pair = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(pair, left);
        BinaryPrimitives.WriteUInt32BigEndian(pair[4..], right);
        file.AddRange(bits switch
        {
            24 => [pair[1], pair[2], pair[3], pair[5], pair[6], pair[7]],
            28 => [pair[1], pair[2], pair[3], (byte)((pair[0] << 4) | (pair[4] & 0x0F)), pair[5], pair[6], pair[7]],
            _ => (byte[])[.. pair],
        });
    }

    static void Put(List<byte> to, object value)
    {
        switch (value)
        {
            case string text:
                Control(to, 2, Encoding.UTF8.GetByteCount(text));
                to.AddRange(Encoding.UTF8.GetBytes(text));
                break;
            case ushort or uint or ulong:
                var number = Convert.ToUInt64(value, null);
                Span<byte> bytes = stackalloc byte[8];
                BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
                var significant = bytes[(System.Numerics.BitOperations.LeadingZeroCount(number) / 8)..];
                Control(to, value is ushort ? 5 : value is uint ? 6 : 9, significant.Length);
                to.AddRange(significant);
                break;
            case bool flag:
                Control(to, 14, flag ? 1 : 0);
                break;
            case Dictionary<string, object> map:
                Control(to, 7, map.Count);
                foreach (var (key, inner) in map)
                {
                    Put(to, key);
                    Put(to, inner);
                }

                break;
            default:
                Control(to, 11, 0); // an empty array
                break;
        }
    }

    static void Control(List<byte> to, int type, int size)
    {
        var length = Math.Min(size, 29);
        to.Add((byte)((type > 7 ? 0 : type << 5) | length));
        if (type > 7)
        {
            to.Add((byte)(type - 7));
        }

        if (size >= 29)
        {
            to.Add((byte)(size - 29));
        }
    }
}
