using Stillwatch.Engine.Judgement;

namespace Stillwatch.Engine.Tests.Judgement.Calibrating;

public sealed class CalibrationMapTests
{
    [Fact]
    public void A_map_rises_so_that_the_order_of_rings_is_kept()
    {
        var random = new Random(1);
        for (var trial = 0; trial < 2000; trial++)
        {
            var map = new CalibrationMap(0.2 + (random.NextDouble() * 2.8), 0.2 + (random.NextDouble() * 2.8), (random.NextDouble() * 12) - 6);
            var (low, high) = ((random.NextDouble() * 8) - 4, 0.0);
            high = low + 0.01 + random.NextDouble();

            Assert.True(map.IsSound);
            Assert.True(map.At(high) > map.At(low) || map.At(high) == Math.Sign(map.At(high)) * Calibration.MaxLogit, $"{map} at {low} and {high}");
        }
    }

    [Fact]
    public void The_map_of_slopes_one_changes_nothing_short_of_the_ceiling()
    {
        var map = new CalibrationMap(1, 1, 0);

        Assert.Equal(-7.25, map.At(-7.25), 1e-9);
        Assert.Equal(3.5, map.At(3.5), 1e-9);
        Assert.Equal(Calibration.MaxLogit, map.At(900));
        Assert.Equal(-Calibration.MaxLogit, map.At(-900));
    }

    [Fact]
    public void Whatever_the_map_says_no_decision_rests_on_more_than_the_evidence_or_on_much_less()
    {
        foreach (var map in new[] { new CalibrationMap(0.2, 3, 6), new CalibrationMap(3, 0.2, -6), CalibrationMap.Shipped })
        {
            for (var sum = -20.0; sum < 12; sum += 0.1)
            {
                var evidence = Calibration.Decisive(sum, new CalibrationMap(1, 1, 6));
                Assert.InRange(Calibration.Decisive(sum, map), evidence - Calibration.MostMilder, evidence);
            }
        }
    }

    [Fact]
    public void The_map_that_comes_with_the_engine_makes_no_decision_milder()
    {
        for (var sum = -20.0; sum < 12; sum += 0.1)
        {
            Assert.Equal(Math.Clamp(sum + Calibration.Intercept, -Calibration.MaxLogit, Calibration.MaxLogit), Calibration.Decisive(sum, CalibrationMap.Shipped), 1e-9);
        }
    }

    [Fact]
    public void A_fit_finds_the_map_that_outcomes_came_from()
    {
        var (random, truth) = (new Random(2), new CalibrationMap(0.6, 1.4, 0.8));
        List<Outcome> outcomes = [];
        for (var i = 0; i < 20_000; i++)
        {
            var sum = (random.NextDouble() * 16) - 10;
            outcomes.Add(new Outcome(sum, random.NextDouble() < 1 / (1 + Math.Exp(-truth.At(sum)))));
        }

        var fitted = CalibrationFit.Of(outcomes, new CalibrationMap(1, 1, 0), slopeSpread: 1, interceptSpread: 2);

        Assert.Equal(truth.Below, fitted.Below, 0.1);
        Assert.Equal(truth.Above, fitted.Above, 0.25);
        Assert.Equal(truth.Intercept, fitted.Intercept, 0.25);
    }

    [Fact]
    public void Without_outcomes_a_fit_is_what_it_was_held_to()
    {
        var toward = new CalibrationMap(0.7, 1.2, 0.3);

        Assert.Equal(toward, CalibrationFit.Of([], toward, 0.1, 0.1));
    }

    [Fact]
    public void Half_a_weight_twice_counts_as_much_as_one()
    {
        List<Outcome> once = [new(1, true), new(-3, false), new(-1, true)];
        List<Outcome> halves = [.. once.Concat(once).Select(o => o with { Weight = 0.5 })];
        var (a, b) = (CalibrationFit.Of(once, CalibrationMap.Shipped, 0.5, 0.5), CalibrationFit.Of(halves, CalibrationMap.Shipped, 0.5, 0.5));

        Assert.Equal(a.Below, b.Below, 1e-6);
        Assert.Equal(a.Above, b.Above, 1e-6);
        Assert.Equal(a.Intercept, b.Intercept, 1e-6);
        Assert.NotEqual(CalibrationMap.Shipped.Intercept, a.Intercept, 1e-3);
    }
}
