using System.Net;
using Stillwatch.Gateway.Access.Regions;
using Stillwatch.Gateway.Access.Regions.Networks;
using Stillwatch.Gateway.Tests.Storage;

namespace Stillwatch.Gateway.Tests.Access.Regions.Networks;

/// <summary>Small databases of our own, for strangers without the published ones.</summary>
static class NetworkSamples
{
    /// <summary>Countries as maps, AS numbers as numbers, flags of anonymity: all that is recognised, in one file.</summary>
    public static byte[] Nested(int recordBits = 28) => MmdbWriter.Write(
        recordBits, "Test-Nested",
        ("198.51.0.0/16", Of(("country", Of(("iso_code", "US"))), ("autonomous_system_number", 64500u))),
        ("198.51.100.0/24", Of(("country", Of(("iso_code", "KP"))), ("autonomous_system_number", 64501u))),
        ("198.51.100.7/32", Of(("country", Of(("iso_code", "JP"))), ("is_anonymous", true), ("is_tor_exit_node", true), ("is_hosting_provider", true))),
        ("203.0.113.0/24", Of(("registered_country", Of(("iso_code", "KP"))), ("is_anonymous", true), ("is_anonymous_vpn", true))),
        ("192.0.2.0/24", Of(("country", Of(("iso_code", "EU"))), ("traits", Of(("is_anonymous_proxy", true), ("autonomous_system_number", 64502u))))),
        ("2001:db8:1::/48", Of(("country", Of(("iso_code", "SG"))), ("is_anonymous", true))));

    /// <summary>The flat forms of other publishers.</summary>
    public static byte[] Flat { get; } = MmdbWriter.Write(
        24, "Test-Flat",
        ("198.51.100.0/24", Of(("country_code", "FR"))),
        ("203.0.113.0/24", Of(("country", "DE"), ("asn", "AS64510"))),
        ("2001:db8:2::/48", Of(("country_code", "br"))));

    public static Dictionary<string, object> Of(params (string Name, object Value)[] members) => members.ToDictionary(member => member.Name, member => member.Value);

    public static NetworkFacts Facts(IEnumerable<KnownNetworks> lists, params byte[][] databases)
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory.Path);
        var files = databases.Select((bytes, i) =>
        {
            var path = Path.Combine(directory.Path, $"{i}.mmdb");
            File.WriteAllBytes(path, bytes);
            var (file, fault) = MmdbFile.Open(path);
            Assert.True(file is not null, fault);
            return file;
        }).ToList();
        return new(files, lists); // the files may go: they were read whole
    }

    public static KnownNetworks List(NetworkKind kind, params string[] entries)
    {
        var (prefixes, asns) = (new List<IPNetwork>(), new List<long>());
        Assert.All(entries, entry => Assert.Null(NetworkLists.Take(entry, prefixes, asns)));
        return new(kind, prefixes, asns, "test");
    }
}
