using Stillwatch.Benchmarks.Baselines;
using Stillwatch.Benchmarks.Table;

namespace Stillwatch.Tests.Benchmarks;

public sealed class ScoreCurveTests
{
    [Fact]
    public void The_threshold_spends_the_budget_and_no_more_ties_included()
    {
        var random = new Random(41);
        for (var trial = 0; trial < 200; trial++)
        {
            var lawful = Enumerable.Range(0, 50).Select(_ => random.NextDouble() < 0.1 ? ScoredSetting.Unjudged : random.Next(20)).Select(value => (float)value).ToArray();
            var budget = random.Next(0, 6) / 50.0;
            var threshold = ScoreCurve.Threshold([.. lawful], budget);
            Assert.True(lawful.Count(score => score > threshold) <= (budget * 50) + 1e-9);
            // Any lower threshold among the scores would overspend.
            Assert.All(lawful.Where(score => score < threshold), lower => Assert.True(lawful.Count(score => score > lower) > budget * 50));
        }
    }

    [Fact]
    public void An_unjudged_account_is_never_flagged() => Assert.False(ScoredSetting.Unjudged > ScoreCurve.Threshold([1, 2, 3], 1));

    [Fact]
    public void The_area_is_the_share_of_pairs_in_order()
    {
        var random = new Random(42);
        for (var trial = 0; trial < 50; trial++)
        {
            var lawful = Enumerable.Range(0, 30).Select(_ => (float)random.Next(9)).ToArray();
            var malicious = Enumerable.Range(0, 17).Select(_ => (float)random.Next(3, 12)).ToArray();
            var naive = lawful.SelectMany(l => malicious.Select(m => m > l ? 1 : m == l ? 0.5 : 0)).Average();
            Assert.Equal(naive, ScoreCurve.Area([.. lawful], [.. malicious]), 9);
        }
    }

    [Fact]
    public void The_exact_interval_has_the_textbook_values()
    {
        // Clopper–Pearson, two-sided 95 %: 4 of 20 is 0.0573 to 0.4366; 0 of 10 ends at 1 − 0.025^(1/10).
        var some = Interval.Exact(4, 20);
        Assert.Equal(0.0573, some.Low, 3);
        Assert.Equal(0.4366, some.High, 3);
        Assert.Equal((0.0, 1 - Math.Pow(0.025, 0.1)), (Interval.Exact(0, 10).Low, Interval.Exact(0, 10).High));
    }

    [Fact]
    public void The_interval_over_rings_sees_that_rings_are_found_whole_or_not_at_all()
    {
        var runs = Enumerable.Range(0, 10).Select(i => ((long)(i < 5 ? 100 : 0), 100L)).ToList();
        var overRings = Interval.OverRings(runs)!.Value;
        Assert.True(overRings.Low < 0.3 && overRings.High > 0.7, $"{overRings}");
        Assert.True(Interval.Exact(500, 1000).Low > 0.46);
        Assert.Null(Interval.OverRings(runs[..2]));
    }

    [Theory]
    [InlineData(99, 50, "Win")]
    [InlineData(52, 50, "Tie")]
    [InlineData(30, 50, "Loss")]
    public void A_row_is_won_above_the_interval_and_lost_below_it(long ours, long theirs, string outcome)
        => Assert.Equal(outcome, Verdicts.Decide(new Rate([(ours, 100)]), new Rate([(theirs, 100)])).ToString());
}
