using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Judgement.Evidence;
using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Tests.Rings;

public sealed class CoverageWeightsTests
{
    const int TraitCount = 15;

    static readonly (RingTraits Trait, string Family)[] Families =
    [
        (RingTraits.MostlyTemplate, "content"), (RingTraits.FollowsUp, "content"), (RingTraits.ManyUsers, "content"),
        (RingTraits.SharedPayment, "identity"), (RingTraits.SignupWave, "identity"), (RingTraits.ReferenceCohort, "identity"),
        (RingTraits.InOrganization, "identity"), (RingTraits.WellVerified, "identity"),
        (RingTraits.SharedDevice, "infrastructure"), (RingTraits.SharedNetwork, "infrastructure"), (RingTraits.RingClient, "infrastructure"),
        (RingTraits.MachineRhythm, "time"), (RingTraits.OwnOutput, "own-output"), (RingTraits.SomeOutput, "own-output"),
    ];

    [Fact]
    public void The_sum_that_decides_membership_is_the_balance_that_explains_it()
    {
        var random = new Random(17);
        double Nats(double least, double most) => least + (random.NextDouble() * (most - least));
        for (var trial = 0; trial < 300; trial++)
        {
            Likeness[] members = [.. Enumerable.Range(0, random.Next(3, 13)).Select(_ => Member(
                (RingTraits)random.Next(1 << TraitCount),
                new RingTies(Nats(-3, 4.5), Nats(0, 4.5), Nats(0, 3.5), Nats(0, 3), Nats(0, 6), random.Next(7))))];
            var weights = CoverageWeights.Of([.. members.Select(m => m.Traits)], ([.. Enumerable.Range(0, TraitCount).Select(_ => random.Next(41))], 40));
            foreach (var member in members)
            {
                var balance = Balance.Of(Families.Select(f => Balance.Item(f.Family, f.Trait.ToString(), new Finding(1, weights.Of(f.Trait, member), 0, 1, ""))));
                Assert.Equal(balance.LogOdds, weights.Sum(member), 1e-9);
            }
        }
    }

    [Fact]
    public void Lacking_what_all_members_show_weighs_less_where_pools_are_known_to_differ()
    {
        const RingTraits all = RingTraits.RingClient | RingTraits.OwnOutput | RingTraits.FollowsUp | RingTraits.ManyUsers | RingTraits.SharedNetwork;
        var weights = CoverageWeights.Of([.. Enumerable.Repeat(all, 400)], (new int[TraitCount], 800));

        Assert.Equal(-1, weights.Of(RingTraits.RingClient, present: false));
        Assert.Equal(-1, weights.Of(RingTraits.OwnOutput, present: false));
        Assert.Equal(-1, weights.Of(RingTraits.FollowsUp, present: false));
        Assert.Equal(-0.5, weights.Of(RingTraits.ManyUsers, present: false));
        Assert.Equal(-3.5, weights.Of(RingTraits.SharedNetwork, present: false));
    }

    [Fact]
    public void An_output_presented_once_weighs_half_of_what_a_circle_does_and_lacking_it_nothing()
    {
        const RingTraits both = RingTraits.OwnOutput | RingTraits.SomeOutput;
        var weights = CoverageWeights.Of([.. Enumerable.Repeat(both, 400)], (new int[TraitCount], 800));

        Assert.Equal(6, weights.Of(RingTraits.OwnOutput, present: true));
        Assert.Equal(3, weights.Of(RingTraits.SomeOutput, present: true));
        Assert.Equal(0, weights.Of(RingTraits.SomeOutput, present: false));
    }

    [Fact]
    public void One_exit_or_one_hour_of_sign_up_is_not_enough_to_be_tied()
    {
        Assert.False(Member(RingTraits.SharedNetwork, new RingTies(4.5, 0, 0, 0, 4.5, 1)).IsTied);
        Assert.False(Member(RingTraits.SignupWave, new RingTies(4.5, 0, 0, 3, 0, 0)).IsTied);
        Assert.True(Member(RingTraits.SharedNetwork | RingTraits.SignupWave, new RingTies(0, 0, 0, 3, 4.5, 1)).IsTied);
        Assert.True(Member(RingTraits.SharedNetwork, new RingTies(0, 0, 0, 0, 6, 2)).IsTied);
        Assert.True(Member(RingTraits.SharedPayment, new RingTies(0, 4.5, 0, 0, 0, 0)).IsTied);
        Assert.True(Member(RingTraits.OwnOutput, default).IsTied);
        Assert.False(Member(RingTraits.SomeOutput, default).IsTied);
        Assert.True(Member(RingTraits.SomeOutput | RingTraits.RingClient, default).IsTied);
    }

    static Likeness Member(RingTraits traits, RingTies ties) => new(traits, 0, ties);
}
