using Stillwatch.Benchmarks.Baselines.Text;
using Stillwatch.Benchmarks.Baselines.Windows;

namespace Stillwatch.Tests.Benchmarks;

public sealed class MmdTests
{
    [Fact]
    public void The_estimate_agrees_with_brute_force_over_whole_accounts_and_windows()
    {
        var random = new Random(11);
        var (rows, reference) = (Rows(random, 70, shift: 1), Rows(random, 90, shift: 0));
        var benign = new BenignReference(Flat(reference));
        var width = 0.5f * benign.MedianDistance;
        var sums = new KernelSums([width], blocks: 12, blockQueries: 25);
        sums.Compute(Flat(rows), benign.Rows);

        double Ours(int from, int to, int n) => KernelMmd.Unbiased(sums.Within(0, from, to), n, sums.Across(0, from, to), benign.Count, benign.MeanKernel(width));
        Assert.Equal(Naive(rows, reference, width), Ours(0, 12, 70), 4);
        Assert.Equal(Naive(rows[25..50], reference, width), Ours(1, 2, 25), 4);
        Assert.Equal(Naive(rows[..50], reference, width), Ours(0, 2, 50), 4);
    }

    [Fact]
    public void It_is_unbiased_about_zero_when_nothing_differs_and_grows_when_something_does()
    {
        var random = new Random(12);
        double Mean(double shift) => Enumerable.Range(0, 60).Average(_ => Naive(Rows(random, 20, shift), Rows(random, 20, 0), 1));
        var (same, other) = (Mean(0), Mean(1));
        Assert.True(Math.Abs(same) < 0.004 && other > 0.02, $"same {same}, other {other}");
    }

    [Fact]
    public void The_kernel_is_one_at_no_distance_and_falls_with_it()
    {
        Assert.Equal(1, KernelMmd.Kernel(1, 0.7f), 6);
        Assert.Equal(Math.Exp(-1), KernelMmd.Kernel(0, 1), 6); // orthogonal: squared distance 2
    }

    [Fact]
    public void The_width_is_the_median_distance()
    {
        // Three rows at right angles, one equal to the first: distances 0, √2 × 5.
        var rows = new float[4][];
        for (var i = 0; i < 4; i++)
        {
            rows[i] = new float[TextEncoder.Dimensions];
            rows[i][i % 3] = 1;
        }

        Assert.Equal(Math.Sqrt(2), new BenignReference(Flat(rows)).MedianDistance, 5);
    }

    static double Naive(float[][] x, float[][] y, float width)
    {
        double K(float[] a, float[] b) => Math.Exp(-a.Zip(b, (p, q) => ((double)p - q) * (p - q)).Sum() / (2 * width * width));
        double Same(float[][] set) => set.SelectMany((a, i) => set.Where((_, j) => i != j).Select(b => K(a, b))).Average();
        return Same(x) + Same(y) - (2 * x.SelectMany(a => y.Select(b => K(a, b))).Average());
    }

    static float[][] Rows(Random random, int count, double shift)
        => [.. Enumerable.Range(0, count).Select(_ =>
        {
            var row = new float[TextEncoder.Dimensions];
            for (var i = 0; i < 12; i++)
            {
                row[i] = (float)(random.NextDouble() - 0.5 + (i == 0 ? shift : 0));
            }

            var length = MathF.Sqrt(row.Sum(part => part * part));
            return row.Select(part => part / length).ToArray();
        })];

    static float[] Flat(float[][] rows) => [.. rows.SelectMany(row => row)];
}
