namespace Stillwatch.Gateway.Enforcement.Displacement;

/// <summary>How the contrast behaves for these very siblings when nobody is slowed: what a trial is weighed against.</summary>
/// <remarks>
/// Two readings of the same placebo windows. Their spread says how much more than by chance these accounts vary, sessions and bursts included,
/// and scales a Student distribution under both hypotheses. Their order bounds what a trial may say: never more than −ln of the share of
/// placebo windows that rose as much.
/// </remarks>
sealed class Calibration
{
    /// <summary>Placebo windows below which nothing is tried.</summary>
    public const int MinWindows = 24;

    /// <summary>What one trial may weigh, nats (design 4.5).</summary>
    public const double CapNats = 4;

    const double Accusing = 0.5; // the model's tails are known from a few dozen windows: what accuses counts half, what acquits whole

    static readonly double[] Shares = [0.5, 1]; // of the load taken away that one dispatcher moves to the siblings, equally likely

    readonly List<double> _placebo;
    readonly double _freedom;

    /// <param name="placebo">Contrasts of windows in which nobody was slowed.</param>
    public Calibration(IEnumerable<Contrast> placebo)
    {
        _placebo = [.. placebo.Select(c => c.Z)];
        var spread = _placebo.Count == 0 ? 1 : Math.Max(1, Math.Sqrt(_placebo.Average(z => z * z)));
        Dispersion = spread * (1 + (1 / Math.Sqrt(Math.Max(1, _placebo.Count))));
        _freedom = Math.Max(3, _placebo.Count / 2.0); // neighbouring windows share two of their three counts
    }

    public int Windows => _placebo.Count;

    /// <summary>Standard deviation over the Poisson one, at least 1, and one standard error on the safe side: trials begin where it looks small.</summary>
    public double Dispersion { get; }

    /// <summary>Standard deviations by which siblings would rise if they took over everything.</summary>
    /// <param name="loadRatio">The load taken away over the siblings' own.</param>
    public double PowerOf(double loadRatio, double poissonSd) => Math.Log(1 + loadRatio) / (Dispersion * poissonSd);

    /// <summary>Log-likelihood ratio of one dispatcher against independent users, nats, at most ±<see cref="CapNats"/>.</summary>
    public double NatsOf(Contrast seen, double loadRatio)
    {
        var sd = Dispersion * seen.PoissonSd;
        double Log(double expected) => -(_freedom + 1) / 2 * Math.Log(1 + (Math.Pow((seen.Shift - expected) / sd, 2) / _freedom));
        var dispatched = Math.Log(Shares.Average(share => Math.Exp(Log(Math.Log(1 + (share * loadRatio))))));
        var nats = Math.Clamp(dispatched - Log(0), -CapNats, CapNats);
        var rarity = -Math.Log((1 + _placebo.Count(z => z >= seen.Z)) / (_placebo.Count + 1.0));
        return nats <= 0 ? nats : Accusing * Math.Min(nats, Math.Max(0, rarity));
    }
}
