using Stillwatch.Engine.Displacements;

namespace Stillwatch.Gateway.Enforcement.Displacement;

/// <summary>An account under watch and what it settled.</summary>
/// <param name="Since">First window that was watched from its beginning.</param>
sealed record WatchedAccount(string Account, long Since)
{
    public WindowCounts Counts { get; } = new();
}

/// <summary>One trial of one ring: the window before, the window in which some are slowed, the window after; then its finding.</summary>
/// <remarks>
/// Accounts are drawn by a keyed hash from those with a rate worth slowing, judged on windows well before the trial: whoever chose by the last
/// window would leave the siblings that were idle in it, and see them rise for no reason. As few are slowed as would show, half at the most.
/// Pure: windows are numbers, the caller knows the time. Not thread-safe.
/// </remarks>
sealed class DisplacementTrial
{
    /// <summary>Exchanges a window below which slowing an account shows nothing.</summary>
    const double MinRate = 5;

    /// <summary>Standard deviations a full displacement must make, else nobody is bothered.</summary>
    const double MinPowerSd = 2.5;

    const int MinSiblings = 3;
    const int Gap = 2; // windows between what accounts are chosen by and the trial

    readonly Calibration _calibration;
    readonly WindowCounts _control;

    DisplacementTrial(long onset, List<WatchedAccount> treated, List<WatchedAccount> siblings, Calibration calibration, WindowCounts control, double power)
    {
        (Onset, Treated, Siblings, _calibration, _control, PowerSd) = (onset, treated, siblings, calibration, control, power);
    }

    /// <summary>The window in which the treated are slowed.</summary>
    public long Onset { get; }

    public IReadOnlyList<WatchedAccount> Treated { get; }

    public IReadOnlyList<WatchedAccount> Siblings { get; }

    public double PowerSd { get; }

    /// <summary>A trial that begins in window <paramref name="onset"/>; null when the ring has too little history or traffic for one to show anything.</summary>
    /// <param name="place">An account's place in the draw.</param>
    /// <param name="isDisturbed">Windows that an earlier trial touched.</param>
    /// <param name="rateRatio">What is left of the treated accounts' rate.</param>
    public static DisplacementTrial? Choose(
        IReadOnlyList<WatchedAccount> members, WindowCounts control, long onset, double rateRatio, Func<string, ulong> place, Func<long, bool> isDisturbed)
    {
        var old = members.Where(m => onset - m.Since >= Calibration.MinWindows + 2).ToList();
        if (old.Count < MinSiblings + 1)
        {
            return null;
        }

        // 1. The quiet windows: watched for everybody, touched by no trial. What accounts are chosen by ends before the window the trial is compared with.
        var from = Math.Max(old.Max(m => m.Since), onset - WindowCounts.Kept + 1);
        var quiet = Windows(from, onset - 1).Where(w => !isDisturbed(w)).ToHashSet();
        var placebo = Windows(from + 1, onset - 2).Where(w => quiet.Contains(w - 1) && quiet.Contains(w) && quiet.Contains(w + 1)).ToList();
        if (placebo.Count < Calibration.MinWindows)
        {
            return null;
        }

        var past = quiet.Where(w => w <= onset - Gap).ToList();
        var rates = old.ToDictionary(m => m, m => past.Average(w => m.Counts[w]));
        var controlRate = past.Average(w => control[w]);
        var sums = quiet.ToDictionary(w => w, w => old.Sum(m => (double)m.Counts[w]));
        var own = rates.Values.Sum();

        // 2. As few as would show if one dispatcher fed them all.
        var treated = new List<WatchedAccount>();
        foreach (var next in old.Where(m => rates[m] >= MinRate).OrderBy(m => place(m.Account)).ThenBy(m => m.Account, StringComparer.Ordinal))
        {
            treated.Add(next);
            if (old.Count - treated.Count < Math.Max(MinSiblings, treated.Count))
            {
                return null;
            }

            own -= rates[next];
            foreach (var w in quiet)
            {
                sums[w] -= next.Counts[w];
            }

            var calibration = new Calibration(placebo.Select(w => Contrast.Of(at => sums[at], At(control), w)));
            var load = (1 - rateRatio) * treated.Sum(m => rates[m]) / Math.Max(1, own);
            var power = calibration.PowerOf(load, Contrast.Of(_ => own, _ => controlRate, onset).PoissonSd);
            if (power >= MinPowerSd)
            {
                return new DisplacementTrial(
                    onset, [.. treated.OrderBy(m => m.Account, StringComparer.Ordinal)], [.. old.Except(treated)], calibration, control, power);
            }
        }

        return null;
    }

    static IEnumerable<long> Windows(long first, long last)
    {
        for (var w = first; w <= last; w++)
        {
            yield return w;
        }
    }

    /// <summary>The rate an account is held to, exchanges a window: a part of what it did in the hour before.</summary>
    public double SlowRate(WatchedAccount account, double rateRatio) =>
        rateRatio * Math.Max(1, Enumerable.Range(1, 6).Average(back => (double)account.Counts[Onset - back]));

    /// <summary>What the trial showed, once the window after it has passed.</summary>
    public DisplacementFinding Measure(DateTimeOffset at)
    {
        var (treated, siblings, control) = (Sum(Treated), Sum(Siblings), At(_control));
        var growth = (control(Onset) + 0.5) / (((control(Onset - 1) + control(Onset + 1)) / 2) + 0.5);
        var taken = Math.Max(0, (growth * (treated(Onset - 1) + treated(Onset + 1)) / 2) - treated(Onset));
        var own = Math.Max(1, growth * Math.Sqrt((siblings(Onset - 1) + 0.5) * (siblings(Onset + 1) + 0.5)));
        var seen = Contrast.Of(siblings, control, Onset);
        var shifted = taken < 1 ? 0 : own * (Math.Exp(seen.Shift) - 1) / taken;
        return new DisplacementFinding(
            at, [.. Treated.Select(t => t.Account)], [.. Siblings.Select(s => s.Account)], _calibration.NatsOf(seen, taken / own), shifted);
    }

    static Func<long, double> Sum(IEnumerable<WatchedAccount> accounts) => window => accounts.Sum(a => (double)a.Counts[window]);

    static Func<long, double> At(WindowCounts counts) => window => counts[window];
}
