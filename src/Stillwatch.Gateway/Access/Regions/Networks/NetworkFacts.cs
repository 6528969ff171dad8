using System.Net;

namespace Stillwatch.Gateway.Access.Regions.Networks;

/// <summary>
/// What the operator's databases and lists say of an address. The first database that states a country, or an AS number, decides it; kinds
/// are those of the narrowest
/// listed network, else of the listed AS number, else all that any database states. Safe for concurrent use; answers are not kept (see <see
/// cref="RecentAddresses{T}"/>).
/// </summary>
sealed class NetworkFacts(IReadOnlyList<MmdbFile> databases, IEnumerable<KnownNetworks> lists) : IDisposable
{
    readonly KnownNetworkTable _known = new(lists);

    /// <summary>Knows carriers' shared addresses and private ones, and nothing else.</summary>
    public static NetworkFacts None { get; } = new([], []);

    /// <summary>Look-ups in which a record could not be decoded and was left out, since the start.</summary>
    public long Unreadable => databases.Sum(database => database.Unreadable);

    public NetworkFact Of(IPAddress? address)
    {
        if (address is null)
        {
            return default;
        }

        var plain = AddressNumber.Plain(address);
        var listed = _known.Of(plain);
        if (!AddressNumber.IsPublic(plain))
        {
            return new(null, null, listed);
        }

        string? country = null;
        long? asn = null;
        var stated = default(NetworkKinds);
        foreach (var database in databases)
        {
            if (database.Find(plain) is { } record)
            {
                country ??= record.Country;
                asn ??= record.Asn;
                stated |= record.Kinds;
            }
        }

        var kinds = !listed.IsEmpty ? listed : asn is { } number && _known.OfAsn(number) is { IsEmpty: false } ofAsn ? ofAsn : stated;
        return new(country, asn, kinds.IsEmpty ? NetworkKinds.Of(NetworkKind.Ordinary) : kinds);
    }

    public void Dispose()
    {
        foreach (var database in databases)
        {
            database.Dispose();
        }
    }
}
