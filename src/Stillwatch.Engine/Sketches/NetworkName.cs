using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Sketches;

/// <summary>The network an address belongs to: /24 of IPv4, /48 of IPv6. The address itself is not kept.</summary>
internal static class NetworkName
{
    public static ulong Of(ReadOnlySpan<byte> address, NameCache names)
    {
        if (address.IsEmpty)
        {
            return 0;
        }

        if (address.IndexOf((byte)':') < 0)
        {
            var lastDot = address.LastIndexOf((byte)'.');
            return lastDot <= 0 || !Utf8Parser.TryParse(address[(lastDot + 1)..], out byte _, out _) ? 0 : names.Of(TraitKind.Network, address[..lastDot]);
        }

        Span<byte> bytes = stackalloc byte[16];
        return IPAddress.TryParse(Encoding.ASCII.GetString(address), out var parsed)
            && parsed.AddressFamily == AddressFamily.InterNetworkV6 && parsed.TryWriteBytes(bytes, out _)
            ? names.Of(TraitKind.Network, bytes[..6])
            : 0;
    }
}
