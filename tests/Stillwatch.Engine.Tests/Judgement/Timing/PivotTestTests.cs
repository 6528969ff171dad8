using Stillwatch.Engine.Judgement;

namespace Stillwatch.Engine.Tests.Judgement.Timing;

public sealed class PivotTestTests
{
    const double Hour = 3_600_000;
    const double Span = 48 * Hour;
    const double Release = 20 * Hour;

    [Theory]
    [InlineData(1)]
    [InlineData(PivotTest.LawfulPace)]
    public void A_ring_that_moves_at_a_lawful_pace_is_called_a_pivot_no_oftener_than_stated(double pace)
    {
        const int Trials = 600;
        var random = new Random(7);
        var alarms = 0;
        for (var trial = 0; trial < Trials; trial++)
        {
            var test = new PivotTest(Tracks(random, 400, 0.02));
            alarms += test.Of([.. Tracks(random, 40, 0.02 * pace)], [], models: 1) is null ? 0 : 1;
        }

        // One in a hundred is 6; 15 or more would come of such a rate once in a thousand times.
        Assert.InRange(alarms, 0, 14);
    }

    [Fact]
    public void A_ring_most_of_which_moves_at_once_is_shown_and_dated()
    {
        var random = new Random(8);
        var missed = 0;
        for (var trial = 0; trial < 100; trial++)
        {
            var test = new PivotTest(Tracks(random, 1000, 0.01));
            var shown = test.Of([.. Tracks(random, 40, 0, (long)(Release + (5 * Hour)), 24)], [], models: 1);
            missed += shown is null ? 1 : 0;
            Assert.True(shown is null || Math.Abs(shown.Value.AtMs - (Release + (5 * Hour))) <= 2 * PivotTest.StepMs, $"dated {shown?.AtMs / Hour} h");
            Assert.True(shown is null || shown.Value.ShownMs >= shown.Value.AtMs);
        }

        Assert.True(missed <= ErrorRates.Miss * 100, $"{missed} of 100 missed");
    }

    [Fact]
    public void Members_that_are_in_the_rest_as_well_are_taken_out_of_it()
    {
        var random = new Random(9);
        List<ModelTrack> rest = [.. Tracks(random, 500, 0.02)], ring = [.. Tracks(random, 30, 0, (long)(Release + Hour), 20)];

        var apart = new PivotTest(rest).Of(ring, [], models: 2);
        var mixed = new PivotTest(rest.Concat(ring)).Of(ring, ring, models: 2);

        Assert.NotNull(apart);
        Assert.Equal(apart, mixed);
    }

    [Fact]
    public void Accounts_that_began_with_the_model_did_not_move_to_it()
    {
        var random = new Random(10);
        var ring = Enumerable.Range(0, 40).Select(_ => Begin(random)).Select(at => new ModelTrack(at, (long)Span, at)).ToList();

        Assert.Null(new PivotTest(Tracks(random, 500, 0.02)).Of(ring, [], models: 1));
    }

    static long Begin(Random random) => (long)(random.NextDouble() * Release / 2);

    /// <summary>Accounts that take the model up with a chance of <paramref name="hazard"/> an hour after its release; the first <paramref name="together"/> around one moment.</summary>
    static IEnumerable<ModelTrack> Tracks(Random random, int count, double hazard, long togetherMs = 0, int together = 0)
    {
        for (var i = 0; i < count; i++)
        {
            var at = i < together ? togetherMs + ((random.NextDouble() - 0.5) * 4 * Hour) : hazard == 0 ? double.PositiveInfinity : Release - (Math.Log(1 - random.NextDouble()) / hazard * Hour);
            yield return new ModelTrack(Begin(random), (long)Span, at < Span ? (long)at : long.MaxValue);
        }
    }
}
