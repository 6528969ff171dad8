using System.IO.Compression;
using System.Net;
using System.Text.Json;
using Stillwatch.Gateway.Access.Regions;
using Stillwatch.Gateway.Access.Regions.Networks;

namespace Stillwatch.Gateway.Tests.Access.Regions.Networks;

/// <summary>The test databases of the format's publisher against their own plain contents, network by network. Twin on built-in ones: <see cref="NetworkFactsTests"/>.</summary>
public sealed class MmdbCorpusTests
{
    [Theory]
    [InlineData("GeoIP2-Country-Test", true, false, false)]
    [InlineData("GeoLite2-ASN-Test", false, true, false)]
    [InlineData("GeoIP2-ISP-Test", false, true, false)]
    [InlineData("GeoIP2-Anonymous-IP-Test", false, false, true)]
    [InlineData("GeoIP-Anonymous-Plus-Test", false, false, true)]
    [InlineData("GeoIP2-IP-Risk-Test", false, false, true)]
    public void Every_network_says_what_its_plain_contents_say(string name, bool countries, bool asns, bool kinds)
    {
        var folder = Folder();
        var (file, fault) = MmdbFile.Open(Path.Combine(folder, name + ".mmdb"));
        Assert.True(file is not null, fault);
        Assert.Equal((countries, asns, kinds), (file.StatesCountries, file.StatesAsns, file.StatesKinds));
        using var facts = new NetworkFacts([file], []);
        using var plain = JsonDocument.Parse(new GZipStream(File.OpenRead(Path.Combine(folder, name + ".json.gz")), CompressionMode.Decompress));
        var networks = plain.RootElement.EnumerateArray().SelectMany(entry => entry.EnumerateObject())
            .Select(entry => (Network: ParseNetwork(entry.Name), Record: entry.Value)).ToList();
        var checkedCount = 0;
        foreach (var (network, record) in networks)
        {
            foreach (var address in (IPAddress[])[network.BaseAddress, Last(network)])
            {
                // A later entry inside this one has its own record.
                if (networks.Last(other => other.Network.Contains(address)).Network != network || !AddressNumber.IsPublic(address))
                {
                    continue;
                }

                var fact = facts.Of(address);
                Assert.Equal((address, Country(record), Asn(record)), (address, fact.Country, fact.Asn));
                Assert.Equal((address, Kinds(record)), (address, fact.Kinds));
                checkedCount++;
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {networks.Count} networks, {checkedCount} addresses");
        Assert.True(checkedCount > networks.Count, $"{checkedCount} of {networks.Count}");
        Assert.Equal(0, facts.Unreadable);
    }

    [Theory]
    [InlineData("GeoIP2-City-Test")]
    [InlineData("GeoLite2-City-Test")]
    [InlineData("GeoLite2-Country-Test")]
    [InlineData("GeoIP2-Enterprise-Test")]
    public void Cities_and_enterprises_state_countries(string name)
    {
        var (file, fault) = MmdbFile.Open(Path.Combine(Folder(), name + ".mmdb"));
        Assert.True(file is { StatesCountries: true }, fault);
        using var facts = new NetworkFacts([file], []);
        Assert.Equal("GB", facts.Of(IPAddress.Parse("2.125.160.216")).Country);
    }

    [Theory]
    [InlineData("MaxMind-DB-test-broken-pointers-24")]
    [InlineData("GeoIP2-Connection-Type-Test")]
    [InlineData("GeoIP2-Domain-Test")]
    [InlineData("GeoIP2-User-Count-Test")]
    [InlineData("MaxMind-DB-test-ipv4-24")]
    [InlineData("MaxMind-DB-test-ipv6-32")]
    [InlineData("MaxMind-DB-test-decoder")]
    public void A_database_that_is_broken_or_says_nothing_of_use_is_refused_at_start(string name)
    {
        var path = Path.Combine(Folder(), name + ".mmdb");
        var (file, fault) = MmdbFile.Open(path);
        Assert.Null(file);
        Assert.EndsWith(".", fault);
        TestContext.Current.TestOutputHelper?.WriteLine($"{Path.GetFileName(path)} {fault}");
    }

    [Fact]
    public void A_fault_in_members_that_nobody_asks_for_does_no_harm()
    {
        var (file, fault) = MmdbFile.Open(Path.Combine(Folder(), "GeoIP2-City-Test-Broken-Double-Format.mmdb"));
        Assert.True(file is not null, fault);
        using var facts = new NetworkFacts([file], []);
        Assert.Equal("GB", facts.Of(IPAddress.Parse("2.125.160.216")).Country);
    }

    static string Folder()
    {
        var folder = Environment.GetEnvironmentVariable("STILLWATCH_CORPUS") is { Length: > 0 } corpus ? Path.Combine(corpus, "network", "mmdb") : null;
        Assert.SkipWhen(folder is null || !Directory.Exists(folder), "STILLWATCH_CORPUS names no folder with network/mmdb; the twins run on databases the tests write");
        return folder!;
    }

    /// <summary><c>::1.2.0.0/112</c> is how the plain contents write the IPv4 network 1.2.0.0/16 of an IPv6 tree.</summary>
    static IPNetwork ParseNetwork(string text)
    {
        var (address, length) = (text[..text.IndexOf('/')], int.Parse(text[(text.IndexOf('/') + 1)..], null));
        return address.StartsWith("::", StringComparison.Ordinal) && address.Contains('.')
            ? new(IPAddress.Parse(address[2..]), length - 96)
            : new(IPAddress.Parse(address), length);
    }

    static IPAddress Last(IPNetwork network)
    {
        var bytes = network.BaseAddress.GetAddressBytes();
        for (var bit = network.PrefixLength; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] |= (byte)(0x80 >> (bit % 8));
        }

        return new(bytes);
    }

    static string? Country(JsonElement record) =>
        record.TryGetProperty("country", out var country) && country.TryGetProperty("iso_code", out var code) ? CountryCodes.Of(code.GetString()) : null;

    static long? Asn(JsonElement record) => record.TryGetProperty("autonomous_system_number", out var asn) ? asn.GetInt64() : null;

    static NetworkKinds Kinds(JsonElement record)
    {
        bool Is(string name) => record.TryGetProperty(name, out var flag) && flag.ValueKind == JsonValueKind.True;
        var kinds = NetworkKinds.Of(((NetworkKind Kind, bool Is)[])[
            (NetworkKind.Tor, Is("is_tor_exit_node")), (NetworkKind.Vpn, Is("is_anonymous_vpn")), (NetworkKind.Hosting, Is("is_hosting_provider")),
            (NetworkKind.Proxy, Is("is_public_proxy") || Is("is_residential_proxy"))] is var all ? all.Where(kind => kind.Is).Select(kind => kind.Kind) : []);
        return !kinds.IsEmpty ? kinds : NetworkKinds.Of(Is("is_anonymous") ? NetworkKind.Proxy : NetworkKind.Ordinary);
    }
}
