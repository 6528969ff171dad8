using System.Numerics;
using Stillwatch.Benchmarks.Baselines.Text;

namespace Stillwatch.Benchmarks.Baselines.Windows;

/// <summary>
/// Sums of kernel values of one account's queries, by blocks of consecutive queries, so that a window of any number of blocks is a sum of
/// sums.
/// </summary>
/// <param name="widths">Kernel widths σ.</param>
internal sealed class KernelSums(float[] widths, int blocks, int blockQueries)
{
    const int Lane = 512;

    readonly double[,,] _within = new double[widths.Length, blocks, blocks];
    readonly double[,] _across = new double[widths.Length, blocks];
    readonly float[] _cosines = new float[Lane];

    /// <param name="rows">The account's unit vectors.</param>
    /// <param name="reference">The reference's unit vectors.</param>
    public void Compute(ReadOnlySpan<float> rows, ReadOnlySpan<float> reference)
    {
        const int Width = TextEncoder.Dimensions;
        Array.Clear(_within);
        Array.Clear(_across);
        for (var first = 0; first < rows.Length; first += Width)
        {
            var query = rows.Slice(first, Width);
            var block = first / Width / blockQueries;
            for (var second = first + Width; second < rows.Length;)
            {
                // To the end of the second query's block at most.
                var otherBlock = second / Width / blockQueries;
                var end = Math.Min(rows.Length, (otherBlock + 1) * blockQueries * Width);
                Add(query, rows[second..end], (width, sum) => _within[width, block, otherBlock] += sum);
                second = end;
            }

            Add(query, reference, (width, sum) => _across[width, block] += sum);
        }
    }

    /// <summary>Over unordered pairs of queries of blocks from &lt;= block &lt; to.</summary>
    public double Within(int width, int from, int to)
    {
        var sum = 0.0;
        for (var first = from; first < to; first++)
        {
            for (var second = first; second < to; second++)
            {
                sum += _within[width, first, second];
            }
        }

        return sum;
    }

    /// <summary>Over pairs of a query of those blocks and a reference query.</summary>
    public double Across(int width, int from, int to)
    {
        var sum = 0.0;
        for (var block = from; block < to; block++)
        {
            sum += _across[width, block];
        }

        return sum;
    }

    void Add(ReadOnlySpan<float> query, ReadOnlySpan<float> others, Action<int, double> put)
    {
        const int Width = TextEncoder.Dimensions;
        for (var at = 0; at < others.Length; at += Lane * Width)
        {
            var lane = others[at..Math.Min(others.Length, at + (Lane * Width))];
            var count = lane.Length / Width;
            for (var i = 0; i < count; i++)
            {
                _cosines[i] = UnitVectors.Dot(query, lane.Slice(i * Width, Width));
            }

            for (var width = 0; width < widths.Length; width++)
            {
                put(width, SumOfKernels(_cosines.AsSpan(0, count), widths[width]));
            }
        }
    }

    /// <summary>Σ exp((cosine − 1) / σ²).</summary>
    static double SumOfKernels(ReadOnlySpan<float> cosines, float width)
    {
        var scale = 1 / (width * width);
        var sums = Vector<float>.Zero;
        var at = 0;
        for (; at + Vector<float>.Count <= cosines.Length; at += Vector<float>.Count)
        {
            sums += Vector.Exp((new Vector<float>(cosines[at..]) - Vector<float>.One) * scale);
        }

        var sum = (double)Vector.Sum(sums);
        for (; at < cosines.Length; at++)
        {
            sum += KernelMmd.Kernel(cosines[at], width);
        }

        return sum;
    }
}
