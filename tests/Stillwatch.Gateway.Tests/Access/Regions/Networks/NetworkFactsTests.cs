using System.Net;
using Stillwatch.Gateway.Access.Regions;
using Stillwatch.Gateway.Access.Regions.Networks;
using static Stillwatch.Gateway.Tests.Access.Regions.Networks.NetworkSamples;

namespace Stillwatch.Gateway.Tests.Access.Regions.Networks;

public sealed class NetworkFactsTests
{
    [Theory]
    [InlineData("198.51.1.1", "US", 64500L, nameof(NetworkKind.Ordinary))]
    [InlineData("198.51.100.1", "KP", 64501L, nameof(NetworkKind.Ordinary))]
    [InlineData("198.51.100.7", "JP", null, nameof(NetworkKind.Tor))]
    [InlineData("198.51.100.8", "KP", 64501L, nameof(NetworkKind.Ordinary))]
    [InlineData("203.0.113.9", null, null, nameof(NetworkKind.Vpn))]
    [InlineData("192.0.2.9", null, 64502L, nameof(NetworkKind.Proxy))]
    [InlineData("2001:db8:1::9", "SG", null, nameof(NetworkKind.Proxy))]
    [InlineData("2001:db8:9::9", null, null, nameof(NetworkKind.Ordinary))]
    [InlineData("::ffff:198.51.100.7", "JP", null, nameof(NetworkKind.Tor))]
    [InlineData("8.8.8.8", null, null, nameof(NetworkKind.Ordinary))]
    public void A_database_says_country_number_and_kind(string address, string? country, long? asn, string kind)
    {
        foreach (var bits in (int[])[24, 28, 32])
        {
            using var facts = Facts([], Nested(bits));
            var fact = facts.Of(IPAddress.Parse(address));
            Assert.Equal((country, asn, kind), (fact.Country, fact.Asn, fact.Kind.ToString()));
            Assert.Equal(0, facts.Unreadable);
        }
    }

    [Fact]
    public void Every_kind_that_is_stated_is_kept()
    {
        using var facts = Facts([], Nested());
        var kinds = facts.Of(IPAddress.Parse("198.51.100.7")).Kinds;
        Assert.True(kinds.Has(NetworkKind.Tor) && kinds.Has(NetworkKind.Hosting) && !kinds.Has(NetworkKind.Vpn));
    }

    [Theory]
    [InlineData("198.51.100.1", "FR", null)]
    [InlineData("203.0.113.1", "DE", 64510L)]
    [InlineData("2001:db8:2::1", "BR", null)]
    public void Flat_records_of_other_publishers_are_read_too(string address, string country, long? asn)
    {
        using var facts = Facts([], Flat);
        var fact = facts.Of(IPAddress.Parse(address));
        Assert.Equal((country, asn), (fact.Country, fact.Asn));
    }

    [Fact]
    public void The_first_database_that_states_a_country_decides_it()
    {
        using var facts = Facts([], Flat, Nested());
        Assert.Equal(("FR", 64501L), Says(facts, "198.51.100.1"));
        Assert.Equal(("US", 64500L), Says(facts, "198.51.1.1"));

        static (string?, long?) Says(NetworkFacts facts, string address) => facts.Of(IPAddress.Parse(address)) is var fact ? (fact.Country, fact.Asn) : default;
    }

    [Theory]
    [InlineData("198.51.100.7", nameof(NetworkKind.Ordinary))] // the operator knows better than the database
    [InlineData("198.51.2.1", nameof(NetworkKind.Vpn))] // narrower than the /16
    [InlineData("198.51.2.77", nameof(NetworkKind.SharedCarrier))] // narrower still
    [InlineData("198.51.3.1", nameof(NetworkKind.Hosting))]
    [InlineData("198.52.0.1", nameof(NetworkKind.Ordinary))]
    [InlineData("2001:db8:1::9", nameof(NetworkKind.Tor))]
    public void The_narrowest_listed_network_counts_over_every_database(string address, string kind)
    {
        using var facts = Facts(
            [
                List(NetworkKind.Hosting, "198.51.0.0/16"), List(NetworkKind.Vpn, "198.51.2.0/24"), List(NetworkKind.SharedCarrier, "198.51.2.64/26"),
                List(NetworkKind.Ordinary, "198.51.100.0/24"), List(NetworkKind.Tor, "2001:db8:1::9"),
            ], Nested());
        Assert.Equal(kind, facts.Of(IPAddress.Parse(address)).Kind.ToString());
    }

    [Fact]
    public void A_listed_AS_number_counts_over_databases_and_under_listed_networks()
    {
        using var facts = Facts([List(NetworkKind.Hosting, "AS64500"), List(NetworkKind.Vpn, "198.51.9.0/24")], Nested());
        Assert.Equal(NetworkKind.Hosting, facts.Of(IPAddress.Parse("198.51.1.1")).Kind);
        Assert.Equal(NetworkKind.Vpn, facts.Of(IPAddress.Parse("198.51.9.1")).Kind);
    }

    [Fact]
    public void A_carriers_shared_addresses_are_known_without_any_list()
    {
        var fact = NetworkFacts.None.Of(IPAddress.Parse("100.64.12.1"));
        Assert.Equal((null, null, NetworkKind.SharedCarrier), (fact.Country, fact.Asn, fact.Kind));
        Assert.Equal(NetworkKind.Ordinary, NetworkFacts.None.Of(IPAddress.Parse("100.128.0.1")).Kind);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("127.0.0.1")]
    [InlineData("10.1.2.3")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.0.1")]
    [InlineData("169.254.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("fe80::1%1")]
    [InlineData("fd00::1")]
    [InlineData("::ffff:10.1.2.3")]
    public void Of_private_addresses_and_none_nothing_is_known(string? address)
    {
        using var facts = Facts([], MmdbWriter.Write(32, "Test-All", ("::/1", Of(("country_code", "US")))));
        Assert.Equal(default, facts.Of(address is null ? null : IPAddress.Parse(address)));
    }

    [Fact]
    public void A_search_among_nested_networks_agrees_with_looking_at_each()
    {
        var state = 7UL;
        uint Next() => (uint)((state = (state * 6364136223846793005) + 1442695040888963407) >> 33);
        var lists = Enumerable.Range(0, 400).Select(_ =>
        {
            var length = 8 + (int)(Next() % 25);
            var start = (0xC600_0000 | (Next() & 0x00FF_FFFF)) & (uint)(~0UL << (32 - length));
            return List((NetworkKind)(1 + (Next() % 4)), $"{start >> 24}.{(start >> 16) & 255}.{(start >> 8) & 255}.{start & 255}/{length}");
        }).ToList();
        var table = new KnownNetworkTable(lists);
        for (var i = 0; i < 20_000; i++)
        {
            var near = lists[(int)(Next() % lists.Count)].Prefixes[0];
            var number = (uint)AddressNumber.Of(near.BaseAddress) + (Next() % 512) - 128;
            var address = new IPAddress([(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number]);
            var holding = lists.Where(list => list.Prefixes[0].Contains(address)).ToList();
            var narrowest = holding.Where(list => list.Prefixes[0].PrefixLength == holding.Max(other => other.Prefixes[0].PrefixLength));
            Assert.Equal(NetworkKinds.Of(narrowest.Select(list => list.Kind)), table.Of(address));
        }
    }
}
