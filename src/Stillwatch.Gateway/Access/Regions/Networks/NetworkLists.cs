using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Stillwatch.Gateway.Configuration;

namespace Stillwatch.Gateway.Access.Regions.Networks;

/// <summary>Reads an operator's list: one network in CIDR form, address or <c>AS64500</c> a line; <c>#</c> begins a comment.</summary>
static class NetworkLists
{
    /// <summary>Room for over three million lines, more than all announced prefixes of today's Internet.</summary>
    public const int MostBytes = 64 * 1024 * 1024;

    /// <summary>Faults told one by one; the rest is counted.</summary>
    const int MostFaults = 100;

    /// <returns>The list, or every fault of the file.</returns>
    public static (KnownNetworks? Networks, IReadOnlyList<ConfigFault> Faults) Read(string path, NetworkKind kind)
    {
        var (prefixes, asns, faults, untold) = (new List<IPNetwork>(), new List<long>(), new List<ConfigFault>(), 0);
        var (all, unreadable) = ConfigText.Read(path, MostBytes);
        if (all is null)
        {
            return (null, [new(path, 0, "", unreadable!)]);
        }

        var number = 0;
        foreach (var line in all.AsSpan().EnumerateLines())
        {
            number++;
            var text = line[..(line.IndexOf('#') is var comment and >= 0 ? comment : line.Length)].Trim();
            if (text.IsEmpty || Take(text, prefixes, asns) is not { } says)
            {
                continue;
            }

            if (faults.Count < MostFaults)
            {
                faults.Add(new(path, number, "", says));
            }
            else
            {
                untold++;
            }
        }

        if (untold > 0)
        {
            faults.Add(new(path, 0, "", $"{untold} more lines are no networks."));
        }

        return faults.Count == 0 ? (new KnownNetworks(kind, prefixes, asns, Path.GetFileName(path)), faults) : (null, faults);
    }

    /// <summary>One entry, as in a file or in the policy itself.</summary>
    /// <returns>What is wrong with it; null when it was taken.</returns>
    public static string? Take(ReadOnlySpan<char> text, List<IPNetwork> prefixes, List<long> asns)
    {
        if (text.StartsWith("AS", StringComparison.OrdinalIgnoreCase))
        {
            if (!uint.TryParse(text[2..], NumberStyles.None, CultureInfo.InvariantCulture, out var asn) || asn == 0)
            {
                return $"'{Shown(text)}' is no AS number; write it like AS64500.";
            }

            asns.Add(asn);
            return null;
        }

        var slash = text.IndexOf('/');
        var host = slash < 0 ? text : text[..slash];
        // What has no dots or colons would be read as one big number.
        if (host.IndexOfAny('.', ':') < 0 || host.Contains('%') || !IPAddress.TryParse(host, out var address)
            || (address.AddressFamily == AddressFamily.InterNetwork && host.Count('.') != 3))
        {
            return $"'{Shown(text)}' is no network; write it like 192.0.2.0/24, 2001:db8::/32, 192.0.2.7 or AS64500.";
        }

        if (IPNetwork.TryParse(text, out var network) && network.BaseAddress.Equals(address)) // it clears the bits of hosts in silence
        {
            prefixes.Add(network);
            return null;
        }

        if (slash < 0)
        {
            prefixes.Add(new(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128));
            return null;
        }

        var longest = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        return int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length <= longest
            ? $"'{Shown(text)}' has bits beyond its prefix; write the network's first address."
            : $"'{Shown(text)}' has no prefix length between 0 and {longest} after its slash.";
    }

    /// <summary>A line may be anything; what is shown of it is short and printable.</summary>
    static string Shown(ReadOnlySpan<char> text) =>
        string.Concat(text[..Math.Min(text.Length, 60)].ToString().Select(c => char.IsControl(c) ? '?' : c));
}
