using MaxMind.Db;

namespace Stillwatch.Gateway.Access.Regions.Networks;

/// <summary>
/// The members of a database's records that say something of a country, an autonomous system or anonymity; all others are skipped unread.
/// Typed as they may come:
/// <c>country</c> is a map in one publisher's files and a code in another's.
/// </summary>
sealed class MmdbRecord
{
    [Constructor]
    public MmdbRecord(
        [MapKey("country")] object? country = null,
        [MapKey("country_code")] object? countryCode = null,
        [MapKey("autonomous_system_number")] object? autonomousSystem = null,
        [MapKey("asn")] object? asn = null,
        [MapKey("traits")] object? traits = null,
        [MapKey("is_anonymous")] object? isAnonymous = null,
        [MapKey("is_anonymous_vpn")] object? isVpn = null,
        [MapKey("is_hosting_provider")] object? isHosting = null,
        [MapKey("is_public_proxy")] object? isPublicProxy = null,
        [MapKey("is_residential_proxy")] object? isResidentialProxy = null,
        [MapKey("is_tor_exit_node")] object? isTor = null)
    {
        var inner = traits as IReadOnlyDictionary<string, object>;
        Country = CountryCodes.Of((country is IReadOnlyDictionary<string, object> map ? Inside(map, "iso_code") : country) as string)
            ?? CountryCodes.Of(countryCode as string);
        Asn = Number(autonomousSystem) ?? Number(asn) ?? Number(Inside(inner, "autonomous_system_number"));
        StatesCountry = country is not null || countryCode is not null;
        var kinds = default(NetworkKinds);
        Add(isTor, "is_tor_exit_node", NetworkKind.Tor);
        Add(isVpn, "is_anonymous_vpn", NetworkKind.Vpn);
        Add(isPublicProxy, "is_public_proxy", NetworkKind.Proxy);
        Add(isResidentialProxy, "is_residential_proxy", NetworkKind.Proxy);
        Add(null, "is_anonymous_proxy", NetworkKind.Proxy);
        Add(isHosting, "is_hosting_provider", NetworkKind.Hosting);
        if (kinds.IsEmpty && (isAnonymous ?? Inside(inner, "is_anonymous")) is true)
        {
            kinds = NetworkKinds.Of(NetworkKind.Proxy); // anonymous in a way the database does not name
        }

        Kinds = kinds;

        void Add(object? stated, string name, NetworkKind kind)
        {
            if ((stated ?? Inside(inner, name)) is true)
            {
                kinds |= NetworkKinds.Of(kind);
            }
        }
    }

    public string? Country { get; }

    /// <summary>The record has a member for a country, though perhaps one we do not know.</summary>
    public bool StatesCountry { get; }

    public long? Asn { get; }

    public NetworkKinds Kinds { get; }

    static object? Inside(IReadOnlyDictionary<string, object>? map, string name) =>
        map is not null && map.TryGetValue(name, out var value) ? value : null;

    static long? Number(object? stated) => stated switch
    {
        long number and > 0 and <= uint.MaxValue => number,
        int number and > 0 => number,
        ulong number and > 0 and <= uint.MaxValue => (long)number,
        string text when uint.TryParse(Digits(text), out var number) && number > 0 => number,
        _ => null,
    };

    static ReadOnlySpan<char> Digits(string text) => text.StartsWith("AS", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(2) : text;
}
