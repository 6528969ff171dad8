using Stillwatch.Scan;

namespace Stillwatch.Tests.Scan;

public sealed class MemorySizeTests
{
    [Theory]
    [InlineData("512MiB", 512L << 20)]
    [InlineData("1.5GiB", 3L << 29)]
    [InlineData("2g", 2L << 30)]
    [InlineData("800 MB", 800_000_000)]
    [InlineData("64kib", 64 << 10)]
    [InlineData("1048576", 1 << 20)]
    [InlineData("7B", 7)]
    public void Sizes_are_read_as_people_write_them(string text, long expected)
    {
        Assert.True(MemorySize.TryParse(text, out var bytes));
        Assert.Equal(expected, bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MiB")]
    [InlineData("-1MiB")]
    [InlineData("0")]
    [InlineData("1e3")]
    [InlineData("1,5GiB")]
    [InlineData("NaN")]
    [InlineData("99999999999TiB")]
    public void Anything_else_is_refused(string text) => Assert.False(MemorySize.TryParse(text, out _));
}
