using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Sketches;

namespace Stillwatch.Engine.Tests.Judgement;

/// <summary>The keys by which a gateway restricts the harvest alone, and by which a dismissed case is known again.</summary>
public sealed class LinkKeyTests
{
    [Fact]
    public void Class_keys_are_the_sketches_own_and_tell_the_harvest_from_everybody_elses_exchanges()
    {
        var world = new SmallWorld();
        var (report, sketches) = Judged(world, 1);
        var keys = report.Campaigns.First(c => c.Verdict == Verdict.Distillation).ClassKeys.ToHashSet();
        var ring = sketches.ToLookup(s => world.Ids[s.Account].StartsWith("ring_", StringComparison.Ordinal), s => Shared(s, keys) >= 2);

        Assert.InRange(keys.Count, 2, ClassKeys.Max);
        Assert.True(ring[true].Count(hit => hit) > 0.99 * ring[true].Count());
        Assert.Equal(0, ring[false].Count(hit => hit));
    }

    [Fact]
    public void Two_judgements_on_the_same_evidence_name_it_alike()
    {
        var world = new SmallWorld();
        var first = Judged(world, 1).Report.Accounts;
        var second = Judged(world, 1).Report.Accounts;

        Assert.Equal(first.Select(a => a.TraitKeys), second.Select(a => a.TraitKeys));
        Assert.All(first, a => Assert.InRange(a.TraitKeys.Count, 1, LinkKeys.Max));
        Assert.All(first, a => Assert.Equal(a.TraitKeys.Distinct().Order(), a.TraitKeys));
    }

    [Fact]
    public void The_names_stay_while_the_ring_grows()
    {
        var world = new SmallWorld();
        var early = Judged(world, 0.5).Report.Accounts.ToDictionary(a => a.Account, a => a.TraitKeys);
        var late = Judged(world, 1).Report.Accounts.ToDictionary(a => a.Account, a => a.TraitKeys);
        var both = early.Keys.Intersect(late.Keys).ToList();
        var kept = both.Sum(a => early[a].Intersect(late[a]).Count()) / (double)both.Sum(a => early[a].Count);
        var known = both.Sum(a => early[a].Intersect(late[a]).Count()) / (double)both.Sum(a => late[a].Count);
        TestContext.Current.TestOutputHelper?.WriteLine($"{both.Count} accounts judged at half and at the end: {kept:P1} of their names kept, {known:P1} of the last known by half");

        Assert.True(both.Count >= 30);
        Assert.True(kept > 0.9, $"{kept}");
        Assert.True(known > 0.8, $"{known}");
    }

    [Fact]
    public void A_new_payer_is_a_new_name_and_the_others_stay()
    {
        var world = new SmallWorld();
        var detector = world.Detector();
        Run(detector, world.Sketches());
        var before = detector.Report([]).Accounts.First(a => a.Account == "ring_0003").TraitKeys;

        detector.Learn(world.Records.First(r => r.Account == "ring_0003") with { Payment = "pm_ring_4" });
        detector.Complete();

        var after = detector.Report([]).Accounts.First(a => a.Account == "ring_0003").TraitKeys;
        Assert.Single(after.Except(before));
        Assert.Single(before.Except(after));
    }

    static (Report Report, List<ExchangeSketch> Sketches) Judged(SmallWorld world, double share)
    {
        var detector = world.Detector();
        var sketches = world.Sketches();
        Run(detector, sketches.Take((int)(share * sketches.Count)));
        return (detector.Report([]), sketches);
    }

    static void Run(CampaignDetector detector, IEnumerable<ExchangeSketch> sketches)
    {
        foreach (var sketch in sketches)
        {
            detector.Add(sketch);
        }

        detector.Complete();
    }

    static int Shared(in ExchangeSketch sketch, HashSet<ulong> keys)
    {
        ReadOnlySpan<ulong> own = sketch.Keys;
        var hits = 0;
        foreach (var key in own[..sketch.KeyCount])
        {
            hits += keys.Contains(key) ? 1 : 0;
        }

        return hits;
    }
}
