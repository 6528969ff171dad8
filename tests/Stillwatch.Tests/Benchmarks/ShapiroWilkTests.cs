using Stillwatch.Benchmarks.Baselines.Windows;

namespace Stillwatch.Tests.Benchmarks;

public sealed class ShapiroWilkTests
{
    /// <summary>
    /// The example of the 1965 paper (weights of eleven men), and even spacing; values as statistical packages print them.
    /// </summary>
    [Theory]
    [InlineData(new double[] { 148, 154, 158, 160, 161, 162, 166, 170, 182, 195, 236 }, 0.7888)]
    [InlineData(new double[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, 0.9702)]
    public void W_agrees_with_published_values(double[] sample, double published)
        => Assert.Equal(published, new ShapiroWilk().W(sample), 3);

    [Fact]
    public void W_is_near_one_for_normal_scores_and_far_below_for_an_outlier()
    {
        var test = new ShapiroWilk();
        var random = new Random(5);
        var normal = Enumerable.Range(0, 200).Select(_ => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())).Order().ToArray();
        Assert.True(test.W(normal) > 0.98, $"{test.W(normal)}");
        double[] spoiled = [.. normal[..^1], 40];
        Assert.True(test.W(spoiled) < 0.6, $"{test.W(spoiled)}");
    }

    [Fact]
    public void W_does_not_change_with_shift_and_scale()
    {
        var random = new Random(7);
        var sample = Enumerable.Range(0, 37).Select(_ => random.NextDouble()).Order().ToArray();
        var test = new ShapiroWilk();
        Assert.Equal(test.W(sample), test.W([.. sample.Select(value => (value * 250) - 9)]), 9);
    }

    [Fact]
    public void Equal_values_have_no_W() => Assert.Equal(double.NaN, new ShapiroWilk().W([2, 2, 2, 2, 2, 2]));

    [Fact]
    public void Too_few_values_are_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new ShapiroWilk().W([1, 2, 3]));
}
