namespace Stillwatch.Gateway.Access.Regions.Networks;

/// <summary>What is known of one address.</summary>
/// <param name="Country">ISO 3166-1 alpha-2; null when nobody says.</param>
/// <param name="Asn">Of the autonomous system that announces it.</param>
/// <param name="Kinds">All that apply; empty when nothing can be said of such an address (private, loopback, none).</param>
readonly record struct NetworkFact(string? Country, long? Asn, NetworkKinds Kinds)
{
    /// <summary>The most telling of the kinds; null when nothing can be said.</summary>
    public NetworkKind? Kind => Kinds.Most;
}

/// <summary>A set of <see cref="NetworkKind"/>.</summary>
readonly record struct NetworkKinds(byte Bits)
{
    static readonly NetworkKind[] MostTellingFirst =
        [NetworkKind.SharedCarrier, NetworkKind.Tor, NetworkKind.Vpn, NetworkKind.Proxy, NetworkKind.Hosting, NetworkKind.Ordinary];

    public bool IsEmpty => Bits == 0;

    public NetworkKind? Most => Bits == 0 ? null : Array.Find(MostTellingFirst, Has);

    public static NetworkKinds Of(NetworkKind kind) => new((byte)(1 << (int)kind));

    public static NetworkKinds Of(IEnumerable<NetworkKind> kinds) => kinds.Aggregate(default(NetworkKinds), (all, kind) => all | Of(kind));

    public bool Has(NetworkKind kind) => (Bits & (1 << (int)kind)) != 0;

    public bool Meets(NetworkKinds others) => (Bits & others.Bits) != 0;

    public static NetworkKinds operator |(NetworkKinds left, NetworkKinds right) => new((byte)(left.Bits | right.Bits));
}
