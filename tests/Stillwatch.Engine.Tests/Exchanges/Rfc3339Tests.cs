using System.Text;
using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Engine.Tests.Exchanges;

public sealed class Rfc3339Tests
{
    [Theory]
    [InlineData("1970-01-01T00:00:00Z", 0)]
    [InlineData("1970-01-01T00:00:00.5Z", 500)]
    [InlineData("1970-01-01T00:00:00.123456789Z", 123)]
    [InlineData("1970-01-01t00:00:01z", 1000)]
    [InlineData("1970-01-01 01:00:00+01:00", 0)]
    [InlineData("1969-12-31T23:30:00-00:30", 0)]
    [InlineData("2016-12-31T23:59:60Z", 1483228800000)]
    public void The_formats_of_the_standard_are_read(string text, long expectedMs)
    {
        Assert.True(Rfc3339.TryParse(Encoding.ASCII.GetBytes(text), out var unixMs));
        Assert.Equal(expectedMs, unixMs);
    }

    [Fact]
    public void It_agrees_with_the_platform_over_many_days()
    {
        for (var time = new DateTimeOffset(1999, 1, 1, 5, 7, 9, TimeSpan.Zero); time.Year < 2101; time += TimeSpan.FromHours(1234.567))
        {
            var text = time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
            Assert.True(Rfc3339.TryParse(Encoding.ASCII.GetBytes(text), out var unixMs));
            Assert.Equal(time.ToUnixTimeMilliseconds(), unixMs);
        }
    }
}
