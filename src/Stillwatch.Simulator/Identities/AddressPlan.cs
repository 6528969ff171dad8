using Stillwatch.Simulator.Randomness;

namespace Stillwatch.Simulator.Identities;

/// <summary>Where an account calls from. The addresses are drawn numbers and name nobody; the system numbers are private ones.</summary>
readonly record struct Address(string Ip, long Asn, string Country);

enum NetworkKind
{
    Residential,
    Mobile,
    Datacenter,
    Vpn,
    Corporate,
}

/// <summary>The networks of the simulated world, shared by everybody: a few are popular, most hold one or two accounts.</summary>
/// <param name="accounts">Accounts in the simulation; the number of networks grows with it.</param>
sealed class AddressPlan(int accounts)
{
    static readonly string[] s_countries =
        ["US", "DE", "IN", "BR", "GB", "FR", "JP", "CA", "AU", "PL", "ES", "NL", "MX", "ID", "KE", "SE", "IT", "KR", "AR", "PT"];

    /// <summary>Number of /24 ranges of a kind.</summary>
    public int Prefixes(NetworkKind kind) => kind switch
    {
        NetworkKind.Residential => Math.Max(150, accounts / 2),
        NetworkKind.Mobile => Math.Max(20, accounts / 40),
        NetworkKind.Datacenter => Math.Max(40, accounts / 12),
        NetworkKind.Vpn => Math.Max(12, accounts / 200),
        _ => Math.Max(40, accounts / 20),
    };

    /// <summary>A /24 in use: low numbers are the popular ones.</summary>
    public int Prefix(SeededRandom random, NetworkKind kind) => (int)(Prefixes(kind) * Math.Pow(random.NextRatio(), 1.5));

    public Address Draw(SeededRandom random, NetworkKind kind) => At(random, kind, Prefix(random, kind));

    /// <summary>An address inside a given /24.</summary>
    public Address At(SeededRandom random, NetworkKind kind, int prefix)
    {
        var (first, asn, perAsn) = kind switch
        {
            NetworkKind.Residential => (0x4D0000, 64600, 40),
            NetworkKind.Mobile => (0x5B0000, 64700, 12),
            NetworkKind.Datacenter => (0x8A0000, 64800, 25),
            NetworkKind.Vpn => (0x9B0000, 64900, 4),
            _ => (0xC10000, 65000, 8),
        };
        var range = first + prefix;
        // Consecutive ranges do not belong together: spread them over the systems.
        var system = asn + (int)((uint)(prefix * 2654435761u) % (uint)Math.Min(90, 1 + (Prefixes(kind) / perAsn)));
        return new Address($"{range >> 16}.{(range >> 8) & 255}.{range & 255}.{random.Between(1, 254)}", system, s_countries[system % s_countries.Length]);
    }
}
