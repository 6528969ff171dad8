using Stillwatch.Benchmarks;

namespace Stillwatch.Tests.Benchmarks;

public sealed class BenchmarkArgumentsTests
{
    [Theory]
    [InlineData("table --bogus 1", "bench table does not know --bogus. It takes --scenarios VALUE")]
    [InlineData("table 1", "bench table does not know 1.")]
    [InlineData("table --seeds", "bench table --seeds lacks its value.")]
    [InlineData("table --seeds --logs-only", "bench table --seeds lacks its value.")]
    [InlineData("limits --seeds 1", "It takes nothing.")]
    public void What_is_misspelt_is_refused_by_name(string line, string says)
        => Assert.Contains(says, Assert.Throws<WrongArgumentException>(() => Of(line).Check()).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("table --scenarios tiny --logs-only --out x.md")]
    [InlineData("detect DIR --shards 2 --report a.json")]
    [InlineData("gateway --whatever")]
    public void What_a_benchmark_takes_is_let_through(string line) => Of(line).Check();

    [Fact]
    public void A_wrong_value_is_named_with_its_option_and_the_cure()
    {
        var given = Of("table --seeds x --scale 0 --seed -1 --scenarios tiny,nosuch --memory lots --corpus /nowhere");
        Assert.Equal("--seeds x: must be a whole number above 0, such as 20.", Fault(() => given.Number("--seeds", 20)));
        Assert.Equal("--scale 0: must be a number above 0, such as 0.5.", Fault(() => given.Number("--scale", 0.5)));
        Assert.Equal("--seed -1: must be a whole number, 0 or more.", Fault(() => given.Seed()));
        Assert.StartsWith("--scenarios nosuch: there is no such scenario; name a file or one of ", Fault(() => given.Scenarios("tiny")), StringComparison.Ordinal);
        Assert.Equal("--memory lots: must be a size, such as 4GiB.", Fault(() => given.Bytes("--memory", "4GiB")));
        Assert.StartsWith("--corpus /nowhere: there is no such directory", Fault(() => given.Corpus()), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_given_is_as_usual()
    {
        Assert.Equal((3, 1UL, "tiny"), (Of("table").Number("--seeds", 3), Of("table").Seed(), Of("table").Scenario("tiny")));
        Assert.Equal(0.25, Of("table --scale 0.25").Number("--scale", 1.0));
    }

    static string Fault(Func<object?> read) => Assert.Throws<WrongArgumentException>(read).Message;

    static BenchmarkArguments Of(string line) => new(line.Split(' '));
}
