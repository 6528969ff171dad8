using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Stillwatch.Gateway.Access.Regions.Networks;

/// <summary>Addresses as numbers: IPv4 as ::ffff:a.b.c.d, so that one number names one address.</summary>
static class AddressNumber
{
    static readonly IPNetwork[] NotPublic =
    [
        .. "0.0.0.0/8 10.0.0.0/8 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16 224.0.0.0/3 ::/127 fc00::/7 fe80::/10 ff00::/8"
            .Split(' ').Select(network => IPNetwork.Parse(network)),
    ];

    /// <summary>Addresses that one carrier shares among its subscribers (RFC 6598). No database knows who sits behind them.</summary>
    public static IPNetwork CarrierShared { get; } = IPNetwork.Parse("100.64.0.0/10");

    public static UInt128 Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            bytes[..10].Clear();
            bytes[10..12].Fill(0xFF);
            address.TryWriteBytes(bytes[12..], out _);
        }
        else
        {
            address.TryWriteBytes(bytes, out _);
        }

        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>
    /// False for private, loopback, link-local, multicast and reserved addresses and those of carriers' NATs: nobody's place can be read
    /// from them.
    /// </summary>
    public static bool IsPublic(IPAddress plain)
    {
        foreach (var network in NotPublic)
        {
            if (network.Contains(plain))
            {
                return false;
            }
        }

        return !CarrierShared.Contains(plain);
    }
}
