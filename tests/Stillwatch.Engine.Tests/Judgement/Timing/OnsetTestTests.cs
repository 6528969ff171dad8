using Stillwatch.Engine.Judgement;

namespace Stillwatch.Engine.Tests.Judgement.Timing;

public sealed class OnsetTestTests
{
    const double Hour = 3_600_000;

    [Fact]
    public void A_ring_that_comes_as_everybody_does_gets_a_date_no_oftener_than_stated()
    {
        const int Trials = 600;
        var random = new Random(3);
        var alarms = 0;
        for (var trial = 0; trial < Trials; trial++)
        {
            alarms += OnsetTest.Of(Arrivals(random, 40, 0), Arrivals(random, 800, 0)) is null ? 0 : 1;
        }

        Assert.InRange(alarms, 0, 14); // 15 of a rate of one in a hundred: once in a thousand times
    }

    [Fact]
    public void A_ring_that_began_later_is_dated_whoever_was_swept_in_with_it()
    {
        var random = new Random(4);
        var missed = 0;
        for (var trial = 0; trial < 100; trial++)
        {
            var at = OnsetTest.Of([.. Arrivals(random, 40, 20), .. Arrivals(random, 4, 0)], Arrivals(random, 800, 0));
            missed += at is null || Math.Abs(at.Value - (20 * Hour)) > 3 * Hour ? 1 : 0;
        }

        Assert.True(missed <= ErrorRates.Miss * 100, $"{missed} of 100 missed or dated wrongly");
    }

    [Fact]
    public void A_day_on_which_everybody_begins_is_nobodys_onset()
    {
        var random = new Random(5);

        Assert.Null(OnsetTest.Of([.. Arrivals(random, 5, 0), .. Arrivals(random, 40, 20)], [.. Arrivals(random, 100, 0), .. Arrivals(random, 800, 20)]));
    }

    [Fact]
    public void Nobody_else_or_nobody_at_all_gives_no_date()
    {
        Assert.Null(OnsetTest.Of([], [1, 2, 3]));
        Assert.Null(OnsetTest.Of([1, 2, 3], []));
    }

    /// <summary>First exchanges: soon after the beginning, thinning out over a day.</summary>
    static List<long> Arrivals(Random random, int count, double fromHour) =>
        [.. Enumerable.Range(0, count).Select(_ => (long)((fromHour - (8 * Math.Log(1 - random.NextDouble()))) * Hour))];
}
