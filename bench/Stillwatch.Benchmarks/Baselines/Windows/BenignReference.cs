using Stillwatch.Benchmarks.Baselines.Text;

namespace Stillwatch.Benchmarks.Baselines.Windows;

/// <summary>A sample of lawful queries of the past, and the kernel's width by the median heuristic.</summary>
internal sealed class BenignReference
{
    /// <summary>Row after row.</summary>
    readonly float[] _rows;

    public BenignReference(float[] rows)
    {
        _rows = rows;
        var cosines = new List<float>();
        ForEachPair((_, _, cosine) => cosines.Add(cosine));
        cosines.Sort();
        MedianDistance = MathF.Sqrt(MathF.Max(1e-6f, 2 - (2 * cosines[cosines.Count / 2])));
    }

    public int Count => _rows.Length / TextEncoder.Dimensions;

    /// <summary>Median distance between two different reference queries: the usual kernel width.</summary>
    public float MedianDistance { get; }

    public ReadOnlySpan<float> Rows => _rows;

    /// <summary>Mean kernel value over pairs of different reference queries.</summary>
    public double MeanKernel(float width)
    {
        var (sum, pairs) = (0.0, 0L);
        ForEachPair((_, _, cosine) =>
        {
            sum += KernelMmd.Kernel(cosine, width);
            pairs++;
        });
        return sum / pairs;
    }

    void ForEachPair(Action<int, int, float> visit)
    {
        const int Width = TextEncoder.Dimensions;
        for (var first = 0; first < _rows.Length; first += Width)
        {
            for (var second = first + Width; second < _rows.Length; second += Width)
            {
                visit(first, second, UnitVectors.Dot(_rows.AsSpan(first, Width), _rows.AsSpan(second, Width)));
            }
        }
    }
}
