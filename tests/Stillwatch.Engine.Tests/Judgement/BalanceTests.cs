using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Judgement.Evidence;
using Stillwatch.Engine.Links;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Engine.Tests.Judgement;

public sealed class BalanceTests
{
    [Fact]
    public void Inside_a_family_the_strongest_item_counts_whole_and_the_rest_half()
    {
        var balance = Balance.Of([Item("content", "a", 3), Item("content", "b", 2), Item("content", "c", 1), Item("time", "d", 1)]);

        Assert.Equal([3, 1, 0.5, 1], balance.Items.Select(i => i.LogOdds));
        Assert.Equal(5.5, balance.LogOdds);
    }

    [Fact]
    public void What_speaks_against_is_discounted_apart_from_what_speaks_for()
    {
        var balance = Balance.Of([Item("time", "a", 3), Item("time", "b", -2), Item("time", "c", -1)]);

        Assert.Equal(3 - 2 - 0.5, balance.LogOdds);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void A_family_never_counts_more_than_six_nats(int sign)
    {
        var balance = Balance.Of(Enumerable.Range(0, 9).Select(i => Item("infrastructure", $"t{i}", 4 * sign)));

        Assert.Equal(6 * sign, balance.LogOdds, 1e-12);
    }

    [Fact]
    public void A_counterfactual_weighs_the_rest_anew()
    {
        var balance = Balance.Of([Item("content", "a", 3), Item("content", "b", 2)]);

        Assert.Equal(2, balance.Without("a").LogOdds);
    }

    [Fact]
    public void One_family_alone_never_leads_beyond_observe()
    {
        Assert.Equal(Rung.Observe, new Policy().Decide(Verdict.Distillation, 13, new Dictionary<string, double> { [Families.Content] = 6 }, Rung.Observe));
    }

    [Fact]
    public void Content_and_time_alone_lead_to_verify_at_the_most()
    {
        var soft = new Dictionary<string, double> { [Families.Content] = 6, [Families.Time] = 6 };

        Assert.Equal(Rung.Verify, new Policy().Decide(Verdict.Distillation, 13, soft, Rung.Observe));
        soft[Families.Identity] = 3;
        Assert.Equal(Rung.Shape, new Policy().Decide(Verdict.Distillation, 13, soft, Rung.Observe));
    }

    [Fact]
    public void Nobody_is_suspended_without_a_person_and_resale_is_shaped_at_the_most()
    {
        var all = Families.All.ToDictionary(f => f, _ => 6.0);
        var eager = new Policy();
        eager = eager with { Withhold = eager.Withhold with { Automatic = true }, Suspend = eager.Suspend with { Automatic = true } };

        Assert.Equal(Rung.Shape, new Policy().Decide(Verdict.Distillation, 13.8, all, Rung.Observe));
        Assert.Equal(Rung.Suspend, eager.Decide(Verdict.Distillation, 13.8, all, Rung.Observe));
        Assert.Equal(Rung.Shape, eager.Decide(Verdict.Resale, 13.8, all, Rung.Observe));
    }

    [Fact]
    public void A_rung_is_left_only_when_confidence_falls_by_the_hysteresis()
    {
        var policy = new Policy();
        var families = new Dictionary<string, double> { [Families.Content] = 6, [Families.Identity] = 6 };
        var justUnder = Policy.Logit(policy.Shape.MinConfidence) - 0.5;

        Assert.Equal(Rung.Verify, policy.Decide(Verdict.Distillation, justUnder, families, Rung.Observe));
        Assert.Equal(Rung.Shape, policy.Decide(Verdict.Distillation, justUnder, families, Rung.Shape));
        Assert.Equal(Rung.Verify, policy.Decide(Verdict.Distillation, justUnder - 0.6, families, Rung.Shape));
    }

    [Fact]
    public void A_faulty_policy_tells_all_its_faults_at_once()
    {
        var policy = new Policy();
        var faults = (policy with { Shape = policy.Shape with { MinFamilies = 1, HardFamily = false }, HysteresisLogOdds = 9 }).Validate();

        Assert.Equal(3, faults.Count);
        Assert.Contains(faults, f => f.StartsWith("shape.min_families is 1"));
        Assert.Empty(policy.Validate());
    }

    [Fact]
    public void No_policy_lets_the_machine_withhold_or_suspend_or_turns_the_ladder_over()
    {
        var policy = new Policy();

        Assert.Contains((policy with { Suspend = policy.Suspend with { Automatic = true } }).Validate(), f => f.StartsWith("suspend.automatic"));
        Assert.Contains((policy with { Verify = policy.Verify with { MinConfidence = 0.9985 } }).Validate(), f => f.Contains("must not fall"));
    }

    [Fact]
    public void An_overlap_by_chance_weighs_nothing_and_grows_with_the_excess()
    {
        Assert.Equal(0, OverlapTest.LogRatio(3, 3.5));
        Assert.True(OverlapTest.LogRatio(10, 1) > OverlapTest.LogRatio(5, 1));
        Assert.Equal((20 * Math.Log(20)) - 19, OverlapTest.LogRatio(20, 1), 1e-12);
    }

    static EvidenceItem Item(string family, string trait, double nats) => new(family, trait, 0, "individual", 0.5, nats, 0, 1, 0, 0, "");
}
