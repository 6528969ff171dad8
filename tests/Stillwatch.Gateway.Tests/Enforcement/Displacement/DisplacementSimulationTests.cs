namespace Stillwatch.Gateway.Tests.Enforcement.Displacement;

/// <summary>A relay that shifts its load is found; people who share nothing but bad luck are not. Every figure is printed.</summary>
public sealed class DisplacementSimulationTests(ITestOutputHelper output)
{
    const int Trials = 6;
    const int Seeds = 200;

    [Fact]
    public void A_relay_that_moves_its_load_is_found_after_a_few_trials()
    {
        var seen = Measure(Habit.Dispatched, 60, accounts: 24);
        Assert.True(Quantile(seen.Select(s => s.Take(3).Sum(n => n.Nats)), 0.1) > 2);
        Assert.True(Quantile(seen.Select(s => s.Average(n => n.Shifted)), 0.5) is > 0.6 and < 1.4);
    }

    [Theory]
    [InlineData(nameof(Habit.Independent))]
    [InlineData(nameof(Habit.Classroom))]
    [InlineData(nameof(Habit.Surge))]
    [InlineData(nameof(Habit.Diurnal))]
    [InlineData(nameof(Habit.Lessons))]
    public void People_who_share_no_dispatcher_are_not_accused(string habit)
    {
        var seen = Measure(Enum.Parse<Habit>(habit), Seeds, accounts: 96);
        var sums = seen.Select(s => s.Sum(n => n.Nats)).ToList();
        Assert.True(Quantile(sums, 0.5) <= 0);
        Assert.True(sums.Count(n => n > 1.5) <= 0.01 * Seeds, $"{sums.Count(n => n > 1.5)} of {Seeds}");
    }

    List<List<(double Nats, double Shifted, int Treated)>> Measure(Habit habit, int seeds, int accounts)
    {
        var seen = new List<(double Nats, double Shifted, int Treated)>[seeds];
        Parallel.For(0, seeds, seed => seen[seed] =
            [.. new SimulatedTraffic(habit, (ulong)seed, accounts).Run(Trials).Select(f => (f.Nats, f.ShiftedRatio, f.Treated.Count))]);
        var all = seen.SelectMany(s => s).ToList();
        var sums = seen.Select(s => s.Sum(n => n.Nats)).ToList();
        output.WriteLine(
            $"{habit}: {seeds} seeds, {seen.Count(s => s.Count > 0)} with trials, {all.Count} trials, {(all.Count == 0 ? 0 : all.Average(t => t.Treated)):0.0} of {accounts} slowed; one trial: median {Quantile(all.Select(t => t.Nats), 0.5):0.00} nats, " +
            $"{all.Count(t => t.Nats > 1.5) / (double)Math.Max(1, all.Count):P1} above 1.5; six: median {Quantile(sums, 0.5):0.0}, 10th percentile {Quantile(sums, 0.1):0.0}, largest {sums.Max():0.0}, " +
            $"{sums.Count(n => n > 1.5)} above 1.5; first three: 10th percentile {Quantile(seen.Select(s => s.Take(3).Sum(n => n.Nats)), 0.1):0.0}; shifted {Quantile(all.Select(t => t.Shifted), 0.5):P0}");
        return [.. seen];
    }

    static double Quantile(IEnumerable<double> values, double at)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? double.NaN : sorted[(int)(at * (sorted.Count - 1))];
    }
}
