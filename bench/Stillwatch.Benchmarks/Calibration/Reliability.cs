namespace Stillwatch.Benchmarks.Calibration;

/// <summary>Stated against true share, in ten bins of what was stated.</summary>
sealed class Reliability
{
    const int Bins = 10;

    readonly (int Rings, double Stated, int True)[] _bins = new (int, double, int)[Bins];

    public Reliability(IEnumerable<(double Stated, bool IsTrue)> rings)
    {
        foreach (var (stated, isTrue) in rings)
        {
            ref var bin = ref _bins[Math.Clamp((int)(stated * Bins), 0, Bins - 1)];
            bin = (bin.Rings + 1, bin.Stated + stated, bin.True + (isTrue ? 1 : 0));
        }
    }

    public int Rings => _bins.Sum(b => b.Rings);

    /// <summary>Expected calibration error: mean gap between stated and true share, weighted by rings; 0 to 1.</summary>
    public double Error => Rings == 0 ? 0 : _bins.Sum(b => Math.Abs(b.Stated - b.True)) / Rings;

    public void Print(TextWriter output)
    {
        for (var b = 0; b < Bins; b++)
        {
            if (_bins[b].Rings > 0)
            {
                output.WriteLine($"  {b / 10.0:f1} to {(b + 1) / 10.0:f1}: {_bins[b].Rings,6:N0} rings, stated {_bins[b].Stated / _bins[b].Rings:f3}, true {(double)_bins[b].True / _bins[b].Rings:f3}");
            }
        }
    }
}
