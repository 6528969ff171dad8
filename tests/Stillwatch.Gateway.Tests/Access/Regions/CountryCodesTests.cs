using System.IO.Compression;
using Stillwatch.Gateway.Access.Regions;

namespace Stillwatch.Gateway.Tests.Access.Regions;

public sealed class CountryCodesTests
{
    [Fact]
    public void There_are_249_in_order_and_none_twice() =>
        Assert.Equal(CountryCodes.All.Distinct().Order(StringComparer.Ordinal).Take(249), CountryCodes.All);

    [Theory]
    [InlineData("us", "US")]
    [InlineData("XK", "XK")]
    [InlineData("EU", null)]
    [InlineData("ZZ", null)]
    [InlineData("USA", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_code_is_a_country_or_nothing(string? stated, string? country) => Assert.Equal(country, CountryCodes.Of(stated));

    [Fact]
    public void They_are_those_of_the_published_table()
    {
        var corpus = Environment.GetEnvironmentVariable("STILLWATCH_CORPUS");
        Assert.SkipWhen(string.IsNullOrEmpty(corpus), "STILLWATCH_CORPUS is not set: the published table is not here; its twin counts the codes");
        using var text = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(corpus!, "network", "iso3166.csv.gz")), CompressionMode.Decompress));
        var published = text.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line[..2]).ToHashSet();
        Assert.Equal(published.Order(StringComparer.Ordinal), CountryCodes.All);
    }
}
