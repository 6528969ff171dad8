using System.Text.Json;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Sketches;

namespace Stillwatch.Engine.Tests;

public sealed class CampaignDetectorTests
{
    [Fact]
    public void The_campaign_is_found_and_nobody_else()
    {
        var report = Scan(new SmallWorld());

        var campaign = Assert.Single(report.Campaigns, c => c.Verdict != Verdict.Automation);
        Assert.Equal(Verdict.Distillation, campaign.Verdict);
        Assert.True(campaign.Response >= Rung.Verify, $"rung {campaign.Response}, confidence {campaign.Confidence}");
        Assert.All(report.Accounts, a => Assert.StartsWith("ring_", a.Account));
        Assert.True(report.Accounts.Count(a => a.Response >= Rung.Verify) >= 38);
    }

    [Fact]
    public void A_world_without_a_campaign_yields_none()
    {
        var report = Scan(new SmallWorld(campaign: 0));

        Assert.DoesNotContain(report.Campaigns, c => c.Verdict != Verdict.Automation);
    }

    [Fact]
    public void An_explanation_adds_up_to_the_confidence()
    {
        var report = Scan(new SmallWorld());

        Assert.NotEmpty(report.Campaigns);
        foreach (var campaign in report.Campaigns)
        {
            Assert.Equal(campaign.LogOdds, campaign.Evidence.Sum(e => e.LogOdds), 1e-9);
            Assert.Equal(Policy.Logit(campaign.Confidence), campaign.PriorLogOdds + campaign.LogOdds + campaign.CalibrationLogOdds, 1e-9);
        }

        foreach (var account in report.Accounts)
        {
            Assert.Equal(Policy.Logit(account.Confidence), account.Evidence.Sum(e => e.LogOdds), 1e-9);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    public void Any_number_of_shards_gives_the_same_bytes(int shards)
    {
        var world = new SmallWorld();

        Assert.Equal(Json(Scan(world, shards: 1)), Json(Scan(world, shards: shards)));
    }

    [Fact]
    public void The_order_of_delivery_inside_five_minutes_does_not_matter()
    {
        var world = new SmallWorld();
        var straight = world.Detector();
        var sketches = world.Sketches();
        var expected = Run(straight, sketches);

        var shuffled = sketches.Select((s, i) => (Sketch: s, Key: s.TimeMs + (long)((uint)(i * 2654435761) % 240_000))).OrderBy(x => x.Key).Select(x => x.Sketch).ToList();
        var second = world.Detector();
        _ = world.Sketches(); // teaches the new detector's tables the names

        Assert.Equal(Json(expected), Json(Run(second, shuffled)));
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.97)]
    public void A_restored_snapshot_goes_on_as_if_nothing_had_happened(double at)
    {
        var world = new SmallWorld();
        var whole = world.Detector();
        var sketches = world.Sketches();
        var cut = (int)(sketches.Count * at);
        var first = world.Detector();
        _ = world.Sketches();
        foreach (var sketch in sketches.Take(cut))
        {
            Assert.True(first.Add(sketch));
        }

        using var stream = new MemoryStream();
        first.Save(stream);
        stream.Position = 0;
        var second = world.Detector();
        second.Restore(stream);
        Assert.Equal(stream.Length, stream.Position);

        Assert.Equal(Json(Run(whole, sketches)), Json(Run(second, sketches.Skip(cut))));
    }

    [Fact]
    public void A_snapshot_of_another_key_is_refused()
    {
        using var stream = new MemoryStream();
        new SmallWorld("one", campaign: 0, benign: 5).Detector().Save(stream);
        stream.Position = 0;

        var refused = Assert.Throws<InvalidDataException>(() => new SmallWorld("two", campaign: 0, benign: 5).Detector().Restore(stream));
        Assert.Contains("key", refused.Message);
    }

    [Fact]
    public void The_log_cut_at_detection_gives_the_same_judgement()
    {
        var world = new SmallWorld();
        var detector = world.Detector();
        var sketches = world.Sketches();
        var campaign = Run(detector, sketches).Campaigns.First(c => c.Verdict == Verdict.Distillation);

        var again = Run(world.Detector(), world.Sketches().Where(s => s.TimeMs < campaign.DetectedAt.ToUnixTimeMilliseconds()));

        var same = again.Campaigns.First(c => c.Verdict == Verdict.Distillation);
        Assert.Equal((campaign.Verdict, campaign.Response, campaign.DetectedAt), (same.Verdict, same.Response, same.DetectedAt));
    }

    [Fact]
    public void Verdicts_and_rungs_agree_over_ten_keys()
    {
        var outcomes = Enumerable.Range(0, 10).Select(k =>
        {
            var report = Scan(new SmallWorld($"key {k}"));
            return string.Join(' ', report.Campaigns.Where(c => c.Verdict != Verdict.Automation).Select(c => $"{c.Verdict}:{c.Response}"))
                + " " + string.Join(' ', report.Accounts.Select(a => $"{a.Account}:{a.Response}"));
        }).Distinct().ToList();

        Assert.Single(outcomes);
    }

    [Fact]
    public void Logs_alone_name_the_families_that_cannot_exist()
    {
        var world = new SmallWorld();
        var detector = world.Detector(withRecords: false);
        var report = Run(detector, world.Sketches());

        Assert.Contains("identity-and-money", report.Input.AbsentFamilies);
        Assert.Contains("own-output", report.Input.AbsentFamilies);
        Assert.DoesNotContain("infrastructure", report.Input.AbsentFamilies);
    }

    [Fact]
    public void An_exchange_whose_epoch_is_over_is_refused_not_lost_in_silence()
    {
        var world = new SmallWorld(benign: 50, campaign: 0);
        var detector = world.Detector();
        var sketches = world.Sketches();
        foreach (var sketch in sketches)
        {
            detector.Add(sketch);
        }

        Assert.False(detector.Add(sketches[0]));
    }

    [Theory]
    [InlineData(99, 0, false)]
    [InlineData(100, 0, true)]
    [InlineData(2_000, 1_801, false)]
    [InlineData(2_000, 1_800, true)]
    [InlineData(1_000_000, 800_000, false)]
    [InlineData(1_000_000, 750_000, true)]
    public void It_is_judged_when_a_tenth_of_the_exchanges_is_new_and_of_a_million_a_quarter(long exchanges, long judged, bool isDue) =>
        Assert.Equal(isDue, CampaignDetector.IsDue(exchanges, judged));

    static Report Scan(SmallWorld world, int shards = 2)
    {
        var detector = world.Detector(new DetectorSettings { MemoryBytes = 64 << 20, Shards = shards });
        return Run(detector, world.Sketches());
    }

    static Report Run(CampaignDetector detector, IEnumerable<ExchangeSketch> sketches)
    {
        foreach (var sketch in sketches)
        {
            detector.Add(sketch);
        }

        detector.Complete();
        return detector.Report([]);
    }

    static string Json(Report report) => JsonSerializer.Serialize(report, ReportJson.Readable.Report);
}
