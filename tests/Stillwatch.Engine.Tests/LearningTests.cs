using System.Text.Json;
using Stillwatch.Engine.Displacements;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Sketches;

namespace Stillwatch.Engine.Tests;

/// <summary>What a detector is told while it runs: records that change, findings of trials.</summary>
public sealed class LearningTests
{
    static readonly Licence ToDistil = new("distillation", null, new DateOnly(2030, 1, 1), "a reviewer");

    [Fact]
    public void A_licence_granted_while_it_runs_brings_the_campaign_to_observe()
    {
        var world = new SmallWorld();
        var detector = Ran(world);
        Assert.True(Held(detector).Response >= Rung.Verify);

        foreach (var record in world.Records.Where(r => r.Account.StartsWith("ring_", StringComparison.Ordinal)))
        {
            detector.Learn(record with { Licence = ToDistil });
        }

        detector.Complete();
        var campaign = Held(detector);
        Assert.Equal(Rung.Observe, campaign.Response);
        Assert.Equal(ToDistil, campaign.Licence);
        Assert.All(detector.Report([]).Accounts, a => Assert.Equal(Rung.Observe, a.Response));
    }

    [Fact]
    public void Being_taught_is_the_same_as_having_known()
    {
        var world = new SmallWorld();
        Licence? LicenceOf(AccountRecord record) => record.Account.EndsWith('3') ? ToDistil : null;
        var taught = world.Detector(records: world.Records.Select(r => r with { Payment = "pm_before", Device = null, Organization = "org_before" }));
        var sketches = world.Sketches();
        foreach (var sketch in sketches)
        {
            taught.Add(sketch);
        }

        foreach (var record in world.Records)
        {
            taught.Learn(record with { Licence = LicenceOf(record) });
        }

        var knew = world.Detector(records: world.Records.Select(r => r with { Licence = LicenceOf(r) }));
        foreach (var sketch in world.Sketches())
        {
            knew.Add(sketch);
        }

        // Dates and hysteresis tell of what was held before; what is judged now must not.
        Assert.Equal(Judged(knew), Judged(taught));
    }

    [Fact]
    public void A_verified_level_changes_the_cohort()
    {
        var world = new SmallWorld();
        var detector = Ran(world, world.Records.Select(r => r with { Verification = VerificationLevel.Contact }));
        var before = Reference(detector);

        foreach (var record in world.Records)
        {
            detector.Learn(record with { Verification = VerificationLevel.Payment });
        }

        detector.Complete();
        Assert.NotEqual(before, Reference(detector));
        Assert.Equal(Reference(Ran(world, world.Records)), Reference(detector));
    }

    [Fact]
    public void A_finding_weighs_in_the_time_family_from_its_third_trial_on_and_explains_itself()
    {
        var world = new SmallWorld();
        var detector = Ran(world);
        var before = Held(detector);
        EvidenceItem? Item(Campaign c) => c.Evidence.FirstOrDefault(e => e.Trait == "displaced-load");
        Assert.Null(Item(before));

        for (var trial = 1; trial <= 3; trial++)
        {
            detector.Learn(Finding(nats: 2));
            detector.Complete();
            Assert.Equal(trial < 3 ? 0 : 4, Item(Held(detector))!.RawLogOdds);
        }

        var item = Item(Held(detector))!;
        Assert.Equal(("time", 2), (item.Family, item.Accounts));
        Assert.Equal(0.8, item.Value, 1e-9);
        Assert.Contains("80", item.Says);
    }

    [Fact]
    public void A_finding_about_others_or_from_the_future_changes_nothing()
    {
        var world = new SmallWorld();
        var expected = Json(Ran(world));

        var detector = Ran(world);
        for (var i = 0; i < 4; i++)
        {
            detector.Learn(Finding(4) with { Treated = ["user_0001"], Siblings = ["user_0002", "user_0003"] });
            detector.Learn(Finding(4) with { At = SmallWorld.Start.AddYears(1) });
        }

        detector.Complete();
        Assert.Equal(expected, Json(detector));
    }

    [Fact]
    public void That_nothing_shifted_acquits_by_half_a_nat_at_most()
    {
        var world = new SmallWorld();
        var detector = Ran(world);
        for (var i = 0; i < 6; i++)
        {
            detector.Learn(Finding(-4));
        }

        detector.Complete();
        Assert.Equal(-0.5, Held(detector).Evidence.First(e => e.Trait == "displaced-load").RawLogOdds);
    }

    [Fact]
    public void Findings_are_in_the_snapshot_and_a_snapshot_without_them_is_refused()
    {
        var world = new SmallWorld();
        var detector = Ran(world);
        for (var i = 0; i < 3; i++)
        {
            detector.Learn(Finding(2));
        }

        using var stream = new MemoryStream();
        detector.Save(stream);
        detector.Complete();
        stream.Position = 0;
        var copy = world.Detector();
        copy.Restore(stream);
        copy.Complete();
        Assert.Equal(Json(detector), Json(copy));

        var old = stream.ToArray();
        old[4] = 1;
        Assert.Contains("version 1", Assert.Throws<InvalidDataException>(() => world.Detector().Restore(new MemoryStream(old))).Message);
    }

    [Fact]
    public void Findings_are_bounded_and_what_is_let_go_is_counted()
    {
        var world = new SmallWorld(benign: 5, campaign: 0);
        var detector = Ran(world);
        for (var i = 0; i < DisplacementTable.MaxFindings + 7; i++)
        {
            detector.Learn(Finding(1));
        }

        Assert.Equal(7, detector.Report([]).Input.Dropped);
    }

    static DisplacementFinding Finding(double nats) =>
        new(SmallWorld.Start.AddHours(2), ["ring_0003", "ring_0004"], [.. Enumerable.Range(5, 30).Select(i => $"ring_{i:0000}")], nats, 0.8);

    static CampaignDetector Ran(SmallWorld world, IEnumerable<AccountRecord>? records = null)
    {
        var detector = world.Detector(records: records);
        foreach (var sketch in world.Sketches())
        {
            detector.Add(sketch);
        }

        detector.Complete();
        return detector;
    }

    static Campaign Held(CampaignDetector detector) => Assert.Single(detector.Report([]).Campaigns, c => c.Verdict == Verdict.Distillation);

    /// <summary>Where the campaign's measurements lie among the cohort's.</summary>
    static string Reference(CampaignDetector detector) =>
        string.Join(' ', Held(detector).Evidence.Select(e => $"{e.Trait} {e.Percentile:R} {e.CohortAccounts} {e.Lift:R}"));

    static string Json(CampaignDetector detector) => JsonSerializer.Serialize(detector.Report([]), ReportJson.Readable.Report);

    static string Judged(CampaignDetector detector)
    {
        detector.Complete();
        var report = detector.Report([]);
        return string.Join('\n', report.Campaigns.Select(c => $"{c.Verdict} {c.Confidence} {c.Accounts.Count} {string.Join(',', c.Evidence)}"))
            + string.Join('\n', report.Accounts.Select(a => $"{a.Account} {a.Confidence} {string.Join(',', a.TraitKeys)} {string.Join(',', a.Evidence)}"));
    }
}
