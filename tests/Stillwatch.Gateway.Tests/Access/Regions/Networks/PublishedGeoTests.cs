using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using Stillwatch.Gateway.Access.Regions;
using Stillwatch.Gateway.Access.Regions.Networks;
using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Tests.Clients;

namespace Stillwatch.Gateway.Tests.Access.Regions.Networks;

/// <summary>A database as its publisher ships it on npm: seven megabytes, flat records. Twin on small ones: <see cref="NetworkFactsTests"/>.</summary>
public sealed class PublishedGeoTests
{
    [Theory]
    [InlineData("country_ipv4.csv.gz")]
    [InlineData("country_ipv6.csv.gz")]
    public void It_agrees_with_the_registries_on_most_networks(string table)
    {
        using var facts = Facts();
        var corpus = Environment.GetEnvironmentVariable("STILLWATCH_CORPUS");
        var path = Path.Combine(corpus ?? "", "network", table);
        Assert.SkipWhen(!File.Exists(path), "STILLWATCH_CORPUS is not set: the registries' table is not here");
        using var text = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        text.ReadLine();
        var (same, other, unknown) = (0, 0, 0);
        for (var line = 0; text.ReadLine() is { } row; line++)
        {
            if (line % 10 == 0)
            {
                var country = facts.Of(IPNetwork.Parse(row[3..]).BaseAddress).Country;
                (same, other, unknown) = country is null ? (same, other, unknown + 1) : country == row[..2] ? (same + 1, other, unknown) : (same, other + 1, unknown);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{table}: same country {same}, another {other}, unknown {unknown}");
        Assert.True(same > 0.7 * (same + other), $"same {same}, another {other}"); // allocated in one country, announced from another
        Assert.Equal(0, facts.Unreadable);
    }

    [Theory]
    [InlineData("8.8.8.8", "US")]
    [InlineData("2001:4860:4860::8888", "US")]
    [InlineData("193.0.6.139", "NL")] // RIPE NCC
    public void Well_known_addresses_are_where_they_are_known_to_be(string address, string country)
    {
        using var facts = Facts();
        Assert.Equal(country, facts.Of(IPAddress.Parse(address)).Country);
    }

    [Fact]
    public void A_remembered_address_costs_no_memory_and_a_fraction_of_a_look_up()
    {
        using var facts = Facts();
        var desk = new RegionDesk(
            new RegionPolicy
            {
                Rules = [new("allowed", "region_unsupported", [RegionFact.NetworkCountry], new HashSet<string> { "KP" }, false, [], 0.5, false, RuleMode.Enforce)],
            },
            Gateway.Access.Regions.Holdings.OwnershipGraph.Empty, facts);
        var addresses = Enumerable.Range(0, 1_000).Select(i => new IPAddress([(byte)(1 + (i % 220)), (byte)(i / 7), (byte)(i % 251), 9])).ToArray();
        var (look, lookBytes) = Measure(() => Array.ForEach(addresses, address => facts.Of(address)), addresses.Length);
        var (remembered, rememberedBytes) = Measure(() => Array.ForEach(addresses, address => desk.Decide(address)), addresses.Length);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"look-up {look:0} ns and {lookBytes:0} bytes, remembered {remembered:0} ns and {rememberedBytes:0.0} bytes");
        Assert.True(remembered < look, $"{remembered} ns, {look} ns");
        Assert.True(rememberedBytes < 100, $"{rememberedBytes} bytes"); // those that fell upon another's place are looked up again
    }

    static (double Ns, double Bytes) Measure(Action run, int count)
    {
        for (var warm = 0; warm < 50; warm++)
        {
            run();
        }

        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        run();
        return (watch.Elapsed.TotalNanoseconds / count, (GC.GetAllocatedBytesForCurrentThread() - bytes) / (double)count);
    }

    static NetworkFacts Facts()
    {
        var path = Path.Combine(
            CompatibilityTable.Root, "tests", "geo", "node_modules", "@ip-location-db", "geo-whois-asn-country-mmdb", "geo-whois-asn-country.mmdb");
        Assert.SkipWhen(!File.Exists(path), "tests/geo/node_modules is missing: ./build.sh test installs it where npm is; the twins run on databases the tests write");
        var (file, fault) = MmdbFile.Open(path);
        Assert.True(file is not null, fault);
        return new([file], []);
    }
}
