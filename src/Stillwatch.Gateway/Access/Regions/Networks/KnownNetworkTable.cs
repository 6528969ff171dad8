using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;

namespace Stillwatch.Gateway.Access.Regions.Networks;

/// <summary>
/// The operator's lists, ready for look-ups: nested prefixes are cut into disjoint ranges once, so the longest match is one binary search
/// over 17 bytes a range.
/// Immutable. The same prefix in several lists has all their kinds.
/// </summary>
sealed class KnownNetworkTable
{
    readonly (UInt128[] Starts, NetworkKinds[] Kinds) _v4;
    readonly (UInt128[] Starts, NetworkKinds[] Kinds) _v6;
    readonly FrozenDictionary<long, NetworkKinds> _asns;

    public KnownNetworkTable(IEnumerable<KnownNetworks> lists)
    {
        KnownNetworks[] all = [.. lists, new(NetworkKind.SharedCarrier, [AddressNumber.CarrierShared], [], "RFC 6598")];
        var ranges = all.SelectMany(list => list.Prefixes.Select(prefix => Range(prefix, NetworkKinds.Of(list.Kind)))).ToList();
        _v4 = Cut(ranges.Where(range => range.IsV4));
        _v6 = Cut(ranges.Where(range => !range.IsV4));
        _asns = all.SelectMany(list => list.Asns.Select(asn => (Asn: asn, list.Kind))).GroupBy(known => known.Asn)
            .ToFrozenDictionary(group => group.Key, group => NetworkKinds.Of(group.Select(known => known.Kind)));
    }

    public bool HasAsns => _asns.Count > 0;

    /// <summary>The kinds of the narrowest listed network that holds the address; empty when none does.</summary>
    public NetworkKinds Of(IPAddress plain)
    {
        var (starts, kinds) = plain.AddressFamily == AddressFamily.InterNetwork ? _v4 : _v6;
        var at = Array.BinarySearch(starts, AddressNumber.Of(plain));
        at = at < 0 ? ~at - 1 : at;
        return at < 0 ? default : kinds[at];
    }

    public NetworkKinds OfAsn(long asn) => _asns.GetValueOrDefault(asn);

    static (UInt128 First, UInt128 Last, NetworkKinds Kinds, bool IsV4) Range(IPNetwork prefix, NetworkKinds kinds)
    {
        var isV4 = prefix.BaseAddress.AddressFamily == AddressFamily.InterNetwork;
        var mapped = !isV4 && prefix.BaseAddress.IsIPv4MappedToIPv6 && prefix.PrefixLength >= 96;
        var hostBits = (isV4 ? 32 : 128) - prefix.PrefixLength;
        var first = AddressNumber.Of(prefix.BaseAddress);
        return (first, hostBits == 128 ? UInt128.MaxValue : first + ((UInt128.One << hostBits) - 1), kinds, isV4 || mapped);
    }

    /// <summary>
    /// Prefixes nest or are apart, never overlap by halves: a stack of those that are open says at every border what counts from there on.
    /// </summary>
    static (UInt128[] Starts, NetworkKinds[] Kinds) Cut(IEnumerable<(UInt128 First, UInt128 Last, NetworkKinds Kinds, bool IsV4)> ranges)
    {
        var (starts, kinds, open) = (new List<UInt128>(), new List<NetworkKinds>(), new Stack<(UInt128 Last, NetworkKinds Kinds)>());
        var sorted = ranges.GroupBy(range => (range.First, range.Last)).OrderBy(group => group.Key.First).ThenByDescending(group => group.Key.Last);
        foreach (var same in sorted)
        {
            Close(same.Key.First);
            var all = same.Aggregate(default(NetworkKinds), (sum, range) => sum | range.Kinds);
            Begin(same.Key.First, all);
            open.Push((same.Key.Last, all));
        }

        Close(null);
        return ([.. starts], [.. kinds]);

        void Close(UInt128? before)
        {
            while (open.TryPeek(out var inner) && (before is null || inner.Last < before))
            {
                open.Pop();
                if (inner.Last != UInt128.MaxValue)
                {
                    Begin(inner.Last + 1, open.TryPeek(out var outer) ? outer.Kinds : default);
                }
            }
        }

        void Begin(UInt128 start, NetworkKinds kind)
        {
            if (starts.Count > 0 && starts[^1] == start)
            {
                kinds[^1] = kind;
                return;
            }

            starts.Add(start);
            kinds.Add(kind);
        }
    }
}
