using System.Text.Json;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Sketches;

namespace Stillwatch.Engine.Tests;

/// <summary>A question says what the end of the input would say, and leaves no trace; a saved state is the same bytes however it was come by.</summary>
public sealed class PreviewTests
{
    [Fact]
    public void A_preview_says_what_completing_would_say_and_the_state_stays_the_same_bytes()
    {
        var world = new SmallWorld();
        var asked = world.Detector();
        var sketches = world.Sketches();
        var (step, rungs) = (sketches.Count / 7, 0);
        for (var i = 0; i < sketches.Count; i++)
        {
            asked.Add(sketches[i]);
            if (i % step == step / 2)
            {
                var before = Saved(asked);
                var preview = Json(asked.Preview([]));
                Assert.Equal(before, Saved(asked));
                Assert.Equal(Completed(world, before), preview);
                Assert.Equal(preview, Json(asked.Preview([])));
                rungs += asked.Preview([]).Accounts.Count;
            }
        }

        Assert.True(rungs > 0, "no preview held anybody: the test proves nothing");
    }

    [Fact]
    public void Whoever_asked_ends_where_nobody_asked_ends()
    {
        var world = new SmallWorld();
        var (silent, sketches) = (world.Detector(), world.Sketches());
        var (asked, again) = (world.Detector(), world.Sketches());
        for (var i = 0; i < sketches.Count; i++)
        {
            silent.Add(sketches[i]);
            asked.Add(again[i]);
            if (i % 997 == 0)
            {
                asked.Preview([]);
            }
        }

        Assert.Equal(Saved(silent), Saved(asked));
        silent.Complete();
        asked.Complete();
        Assert.Equal(Json(silent.Report([])), Json(asked.Report([])));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void A_detector_restored_again_and_again_is_the_same_bytes_as_one_that_ran_through(int shards)
    {
        var world = new SmallWorld();
        var settings = new DetectorSettings { MemoryBytes = 64 << 20, Shards = shards };
        var (through, sketches) = (world.Detector(settings), world.Sketches());
        var (models, ids) = (world.Models, world.Ids);
        CampaignDetector Fresh() => new(settings, world.Key, new AccountDirectory(world.Key, world.Records), models, ids);

        var restarted = Fresh();
        for (var i = 0; i < sketches.Count; i++)
        {
            if (i % (sketches.Count / 9) == 5)
            {
                var saved = Saved(restarted);
                Assert.Equal(Saved(through), saved);
                var preview = Json(through.Preview([]));
                restarted = Fresh();
                restarted.Restore(new MemoryStream(saved));
                Assert.Equal(saved, Saved(restarted));
                Assert.Equal(preview, Json(restarted.Preview([])));
            }

            through.Add(sketches[i]);
            restarted.Add(sketches[i]);
        }

        through.Complete();
        restarted.Complete();
        Assert.Equal(Json(through.Report([])), Json(restarted.Report([])));
    }

    [Fact]
    public void A_policy_that_asks_for_more_holds_from_the_next_report_on()
    {
        var world = new SmallWorld();
        var detector = world.Detector();
        world.Sketches().ForEach(sketch => detector.Add(sketch));
        Assert.Contains(detector.Preview([]).Campaigns, c => c.Response > Rung.Observe);

        var strict = new RungRule(1, 9, 2, HardFamily: true, Automatic: true, Days: 1);
        detector.Use(new Policy { Verify = strict, Shape = strict });
        Assert.DoesNotContain(detector.Preview([]).Campaigns, c => c.Response > Rung.Observe);
    }

    static string Completed(SmallWorld world, byte[] saved)
    {
        var copy = new CampaignDetector(
            new DetectorSettings { MemoryBytes = 64 << 20 }, world.Key, new AccountDirectory(world.Key, world.Records), new ModelNames(), new AccountIds());
        copy.Restore(new MemoryStream(saved));
        copy.Complete();
        return Json(copy.Report([]));
    }

    static byte[] Saved(CampaignDetector detector)
    {
        using var stream = new MemoryStream();
        detector.Save(stream);
        return stream.ToArray();
    }

    static string Json(Report report) => JsonSerializer.Serialize(report, ReportJson.Readable.Report);
}
