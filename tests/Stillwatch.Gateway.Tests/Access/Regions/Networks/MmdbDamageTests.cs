using System.Net;
using System.Text;
using Stillwatch.Gateway.Access.Regions.Networks;
using Stillwatch.Gateway.Tests.Storage;
using static Stillwatch.Gateway.Tests.Access.Regions.Networks.NetworkSamples;

namespace Stillwatch.Gateway.Tests.Access.Regions.Networks;

public sealed class MmdbDamageTests : IDisposable
{
    static readonly IPAddress[] Asked = [.. "198.51.1.1 198.51.100.1 198.51.100.7 203.0.113.9 192.0.2.9 2001:db8:1::9 8.8.8.8 2002::1".Split(' ').Select(IPAddress.Parse)];

    readonly TemporaryDirectory _directory = new();

    public MmdbDamageTests() => Directory.CreateDirectory(_directory.Path);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Every_truncation_is_refused_or_answers_as_before_and_nothing_is_thrown()
    {
        var whole = Nested();
        var refused = 0;
        for (var length = 0; length < whole.Length; length++)
        {
            refused += Try(whole[..length]) is null ? 1 : 0;
        }

        // Cut inside its last bytes a file may still state all that is needed; anywhere else it must not.
        Assert.InRange(refused, whole.Length - 100, whole.Length);
        Assert.NotNull(Try(whole));
    }

    [Fact]
    public void A_flipped_bit_anywhere_throws_nothing_and_never_hangs()
    {
        var whole = Nested();
        var state = 1UL;
        int Next(int bound) => (int)(((state = (state * 6364136223846793005) + 1442695040888963407) >> 33) % (ulong)bound);
        var (refused, unreadable) = (0, 0L);
        for (var i = 0; i < 4_000; i++)
        {
            var damaged = (byte[])whole.Clone();
            for (var flips = 1 + Next(4); flips > 0; flips--)
            {
                damaged[Next(damaged.Length)] ^= (byte)(1 << Next(8));
            }

            var answer = Try(damaged);
            refused += answer is null ? 1 : 0;
            unreadable += answer ?? 0;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{refused} of 4000 refused, {unreadable} look-ups unreadable in the rest");
        Assert.InRange(refused, 400, 3_900);
    }

    [Fact]
    public void Cut_out_of_the_middle_it_is_refused_and_the_fault_names_the_reason()
    {
        var whole = Nested();
        var path = Path.Combine(_directory.Path, "cut.mmdb");
        File.WriteAllBytes(path, [.. whole[..50], .. whole[^300..]]);
        var (file, fault) = MmdbFile.Open(path);
        Assert.Null(file);
        Assert.Contains("fetch it again", fault);
    }

    [Fact]
    public void What_is_no_database_is_refused()
    {
        Assert.Null(Try([]));
        Assert.Null(Try(Encoding.UTF8.GetBytes("<html>Please log in to download</html>")));
        Assert.Contains("there is no such file; check the name", MmdbFile.Open(Path.Combine(_directory.Path, "none.mmdb")).Fault);
        Assert.Contains("it is a directory", MmdbFile.Open(_directory.Path).Fault);
    }

    [Fact]
    public void A_database_of_other_facts_is_refused_and_told_apart_from_a_damaged_one()
    {
        var path = Path.Combine(_directory.Path, "speed.mmdb");
        File.WriteAllBytes(path, MmdbWriter.Write(24, "Connection-Type", ("192.0.2.0/24", Of(("connection_type", "Cable")))));
        Assert.Contains("Connection-Type", MmdbFile.Open(path).Fault);
    }

    [Fact]
    public void A_record_that_cannot_be_decoded_later_is_unknown_and_counted()
    {
        // 2,100 good records fill what is tried at start; the last one's country has a string longer than the file.
        var entries = Enumerable.Range(0, 2_100).Select(i => ($"198.{i / 256}.{i % 256}.0/24", Of(("country_code", "US"), ("n", (uint)i)))).ToList();
        entries.Add(("223.0.0.0/24", Of(("country_code", "QQ"))));
        var bytes = MmdbWriter.Write(24, "Test", [.. entries]);
        var bad = bytes.AsSpan().LastIndexOf("QQ"u8);
        bytes[bad - 1] = 0x5F; // a string whose length stands in the three bytes that follow
        using var facts = Facts([], bytes);
        Assert.Null(facts.Of(IPAddress.Parse("223.0.0.1")).Country);
        Assert.Equal(1, facts.Unreadable);
        Assert.Equal("US", facts.Of(IPAddress.Parse("198.0.0.1")).Country);
    }

    /// <returns>Look-ups that were unreadable; null when the file was refused.</returns>
    long? Try(byte[] bytes)
    {
        var path = Path.Combine(_directory.Path, "tried.mmdb");
        File.WriteAllBytes(path, bytes);
        var (file, fault) = MmdbFile.Open(path);
        Assert.True(file is null != fault is null);
        if (file is null)
        {
            return null;
        }

        using var facts = new NetworkFacts([file], []);
        foreach (var address in Asked)
        {
            facts.Of(address);
        }

        return facts.Unreadable;
    }
}
