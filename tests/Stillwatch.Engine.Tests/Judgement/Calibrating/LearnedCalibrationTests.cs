using System.Text;
using System.Text.Json;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Engine.Tests.Judgement.Calibrating;

public sealed class LearnedCalibrationTests
{
    const double Sure = 0.999998;

    static readonly TimeSpan Window = TimeSpan.FromDays(14);

    [Fact]
    public void The_most_accusing_map_that_can_be_learned_raises_nobodys_rung()
    {
        // A ladder whose first rung is a nat beyond the evidence of the campaign, and within what the map states.
        var policy = new Policy();
        policy = policy with
        {
            Verify = policy.Verify with { MinConfidence = Sure }, Shape = policy.Shape with { MinConfidence = Sure },
            Withhold = policy.Withhold with { MinConfidence = Sure }, Suspend = policy.Suspend with { MinConfidence = Sure },
        };
        var accusing = Learned(LearnedCalibration.Fit([.. Enumerable.Range(-12, 20).SelectMany(sum => Enumerable.Repeat(new Outcome(sum, true), 1000))]));
        var detector = Judged(new SmallWorld(), accusing, policy);

        var campaign = Assert.Single(detector.Candidates.Where(r => !r.IsBenign).DistinctBy(r => r.Ring.MembersHash));
        Assert.True(campaign.Logit > Policy.Logit(Sure), $"stated {campaign.Logit}");
        Assert.True(campaign.DecisiveLogit < Policy.Logit(Sure), $"decided on {campaign.DecisiveLogit}");
        Assert.Equal(Rung.Observe, campaign.Rung);
        Assert.DoesNotContain(detector.Report([]).Accounts, a => a.Response > Rung.Observe);
    }

    [Fact]
    public void A_campaign_that_was_learned_as_benign_is_found_all_the_same()
    {
        var poisoned = Learned(LearnedCalibration.Fit([.. Enumerable.Range(-12, 20).SelectMany(sum => Enumerable.Repeat(new Outcome(sum, false), 1000))]));
        var report = Scan(new SmallWorld(), poisoned);

        Assert.True(poisoned.Map.Intercept < CalibrationMap.Shipped.Intercept);
        Assert.True(poisoned.Map.IsSound);
        Assert.Contains(report.Campaigns, c => c.Verdict == Verdict.Distillation && c.Response >= Rung.Verify);
    }

    [Fact]
    public void With_a_learned_map_an_explanation_still_adds_up()
    {
        var report = Scan(new SmallWorld(), Learned(new CalibrationMap(CalibrationMap.Shipped.Below, CalibrationMap.Shipped.Above + 0.2, CalibrationMap.Shipped.Intercept - 0.7)));

        Assert.NotEmpty(report.Campaigns);
        Assert.All(report.Campaigns, c => Assert.Equal(Policy.Logit(c.Confidence), c.PriorLogOdds + c.LogOdds + c.CalibrationLogOdds, 1e-9));
        Assert.All(report.Accounts, a => Assert.Equal(Policy.Logit(a.Confidence), a.Evidence.Sum(e => e.LogOdds), 1e-9));
    }

    [Fact]
    public void Accused_rings_that_nobody_decided_on_teach_nothing()
    {
        var detector = Judged(new SmallWorld(), null);
        var learned = LearnedCalibration.From(detector, [], Window);

        Assert.Contains(detector.Candidates, r => !r.IsBenign);
        Assert.Equal(detector.Candidates.Where(r => r.IsBenign).DistinctBy(r => r.Ring.MembersHash).Count(), learned.Unaccused);
        Assert.Equal((0, 0), (learned.Campaigns, learned.Benign));
    }

    [Fact]
    public void What_was_written_is_read_again()
    {
        var learned = LearnedCalibration.From(Judged(new SmallWorld(), null), [new Outcome(2, true), new Outcome(-2, false)], Window);
        var (read, fault) = LearnedCalibration.Parse(learned.ToJson());

        Assert.Null(fault);
        Assert.Equal(learned.ToJson(), read!.ToJson());
        Assert.Equal((1, 1), (read.Campaigns, read.Benign));
    }

    [Theory]
    [InlineData("\"version\": 1", "\"version\": 9", "version 9")]
    [InlineData("\"engine\": \"", "\"engine\": \"7.", "learned by engine 7.")]
    [InlineData("\"below\": ", "\"below\": 9", "beyond what may be learned")]
    [InlineData("{", "", "is no calibration")]
    public void What_cannot_be_used_is_refused_by_name_with_the_cure(string from, string to, string says)
    {
        var text = Encoding.UTF8.GetString(Learned(CalibrationMap.Shipped).ToJson());
        var at = text.IndexOf(from, StringComparison.Ordinal);
        var (learned, fault) = LearnedCalibration.Parse(Encoding.UTF8.GetBytes(text[..at] + to + text[(at + from.Length)..]));

        Assert.Null(learned);
        Assert.Contains(says, fault, StringComparison.Ordinal);
        Assert.Contains("stillwatch calibrate", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_traffic_has_not_drifted_and_the_report_says_so()
    {
        var learned = LearnedCalibration.From(Judged(new SmallWorld(), null), [], Window);
        var report = Scan(new SmallWorld(), learned);

        Assert.False(report.Calibration!.HasDrifted);
        Assert.All(report.Calibration.Drift, kind => Assert.Equal(0, kind.Value, 1e-9));
        Assert.Contains("\"has_drifted\": false", JsonSerializer.Serialize(report, ReportJson.Readable.Report), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_population_has_drifted()
    {
        var learned = LearnedCalibration.From(Judged(new SmallWorld(campaign: 0), null), [], Window);
        var report = Scan(new SmallWorld(campaign: 200), learned);

        Assert.True(report.Calibration!.HasDrifted);
        Assert.True(report.Calibration.Drift["shared-payment"] >= CalibrationStatus.Drifted, string.Join(", ", report.Calibration.Drift));
    }

    [Fact]
    public void Without_a_learned_calibration_a_report_is_what_it_was() =>
        Assert.DoesNotContain("has_drifted", JsonSerializer.Serialize(Scan(new SmallWorld(), null), ReportJson.Readable.Report), StringComparison.Ordinal);

    static LearnedCalibration Learned(CalibrationMap map) => LearnedCalibration.From(Judged(new SmallWorld(), null), [], Window) with { Map = map };

    static Report Scan(SmallWorld world, LearnedCalibration? learned) => Judged(world, learned).Report([]);

    static CampaignDetector Judged(SmallWorld world, LearnedCalibration? learned, Policy? policy = null)
    {
        var detector = world.Detector(new DetectorSettings { MemoryBytes = 64 << 20, Learned = learned, Policy = policy ?? new Policy() });
        foreach (var sketch in world.Sketches())
        {
            detector.Add(sketch);
        }

        detector.Complete();
        return detector;
    }
}
