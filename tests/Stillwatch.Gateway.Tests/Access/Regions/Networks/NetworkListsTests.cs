using Stillwatch.Gateway.Access.Regions;
using Stillwatch.Gateway.Access.Regions.Networks;
using Stillwatch.Gateway.Tests.Storage;

namespace Stillwatch.Gateway.Tests.Access.Regions.Networks;

public sealed class NetworkListsTests
{
    [Fact]
    public void A_list_holds_networks_addresses_and_AS_numbers_with_comments()
    {
        var (list, faults) = Read("# exits\n192.0.2.0/24\n\n198.51.100.7 # one\n2001:db8::/32\n2001:db8::5\r\nAS64500\nas4200000000\n");
        Assert.Empty(faults);
        Assert.Equal(["192.0.2.0/24", "198.51.100.7/32", "2001:db8::/32", "2001:db8::5/128"], list!.Prefixes.Select(prefix => prefix.ToString()));
        Assert.Equal([64500L, 4200000000L], list.Asns);
        Assert.Equal((NetworkKind.Tor, "list.txt"), (list.Kind, list.Source));
    }

    [Fact]
    public void Every_fault_is_told_at_once_with_its_line()
    {
        var (list, faults) = Read("192.0.2.0/24\n192.0.2.1/24\nexample.org\n1/32\n10\n192.0.2.0/33\nAS0\nAS\nASX\n::1/129\nfe80::1%eth0\n1.2.3/8\n");
        Assert.Null(list);
        Assert.Equal(Enumerable.Range(2, 11), faults.Select(fault => fault.Line));
        Assert.Contains("first address", faults[0].Says);
        Assert.Contains("'example.org'", faults[1].Says);
        Assert.Contains("between 0 and 32", faults[4].Says);
    }

    [Fact]
    public void Of_thousands_of_faults_the_first_are_told_and_the_rest_counted()
    {
        var (_, faults) = Read(string.Concat(Enumerable.Repeat("nonsense\u0007" + new string('x', 500) + "\n", 3_000)));
        Assert.Equal(101, faults.Count);
        Assert.Contains("2900", faults[^1].Says);
        Assert.All(faults, fault => Assert.True(fault.Says.Length < 300 && !fault.Says.Contains('\a')));
    }

    [Fact]
    public void A_file_that_is_missing_or_no_text_is_a_fault()
    {
        Assert.Contains("none.txt", Assert.Single(NetworkLists.Read("/nowhere/none.txt", NetworkKind.Vpn).Faults).ToString());
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory.Path);
        var path = Path.Combine(directory.Path, "list.bin");
        File.WriteAllBytes(path, [0xFF, 0xFE, 0x00, 0x80]);
        Assert.NotEmpty(NetworkLists.Read(path, NetworkKind.Vpn).Faults);
    }

    static (KnownNetworks? Networks, IReadOnlyList<Gateway.Configuration.ConfigFault> Faults) Read(string text)
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory.Path);
        var path = Path.Combine(directory.Path, "list.txt");
        File.WriteAllText(path, text);
        return NetworkLists.Read(path, NetworkKind.Tor);
    }
}
