using System.Net;
using Microsoft.AspNetCore.Http;
using Stillwatch.Gateway.Configuration;

namespace Stillwatch.Gateway.Access;

/// <summary>The address a request really comes from, as far as trusted proxies can tell.</summary>
static class ClientAddress
{
    /// <summary>Walks the forwarding header from its right end and stops at the first hop that is not a trusted proxy: everything left of it is the client's claim.</summary>
    public static IPAddress? Of(HttpContext context, GatewayConfig config)
    {
        var peer = Plain(context.Connection.RemoteIpAddress);
        if (config.TrustedProxies.Count == 0 || peer is null || !IsTrusted(peer, config))
        {
            return peer;
        }

        var stated = context.Request.Headers[config.ClientIpHeader];
        for (var i = stated.Count - 1; i >= 0; i--)
        {
            var rest = stated[i].AsSpan();
            while (!rest.IsEmpty)
            {
                var comma = rest.LastIndexOf(',');
                var hop = rest[(comma + 1)..].Trim();
                rest = comma < 0 ? default : rest[..comma];
                if (!IPAddress.TryParse(hop, out var address))
                {
                    return peer; // a hop we cannot read hides what stands before it
                }

                peer = Plain(address)!;
                if (!IsTrusted(peer, config))
                {
                    return peer;
                }
            }
        }

        return peer;
    }

    /// <summary>The JA4 fingerprint that a trusted TLS terminator states; null from anybody else.</summary>
    public static string? Ja4Of(HttpContext context, GatewayConfig config) =>
        config.Ja4Header is { } header && Plain(context.Connection.RemoteIpAddress) is { } peer && IsTrusted(peer, config)
        && context.Request.Headers[header] is { Count: 1 } stated && stated[0]?.Length <= 64
            ? stated[0]
            : null;

    /// <summary>The scheme the caller used: what a trusted proxy states, else that of the connection.</summary>
    public static string SchemeOf(HttpContext context, GatewayConfig config) =>
        Plain(context.Connection.RemoteIpAddress) is { } peer && IsTrusted(peer, config) && context.Request.Headers["x-forwarded-proto"] is { Count: 1 } stated
            ? stated[0] is "https" ? "https" : stated[0] is "http" ? "http" : context.Request.Scheme
            : context.Request.Scheme;

    static bool IsTrusted(IPAddress address, GatewayConfig config)
    {
        foreach (var network in config.TrustedProxies)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    static IPAddress? Plain(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
}
