using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Judgement.Evidence;

namespace Stillwatch.Engine.Tests.Judgement;

/// <summary>A harvest among resale: the strangers at each account speak for it where its own templates do already, and never against it.</summary>
public sealed class CoveredHarvestTests
{
    [Fact]
    public void Many_users_speak_for_a_harvest_whose_templates_speak_for_themselves()
    {
        var balance = RingJudge.OfHarvest([Item("content", "intent-cues", 3), Item("time", "volume-evenness", 3)], [Item("content", "many-users", 4)]);

        Assert.Equal(4 + 1.5 + 3, balance.LogOdds, 1e-9); // the strongest of a family whole, the rest half
        Assert.Contains(balance.Items, item => item.Trait == "many-users");
    }

    [Fact]
    public void Many_users_alone_are_no_harvest()
    {
        var balance = RingJudge.OfHarvest([Item("content", "prompt-template", 1), Item("time", "volume-evenness", 3)], [Item("content", "many-users", 4)]);

        Assert.Equal(4, balance.LogOdds, 1e-9);
        Assert.DoesNotContain(balance.Items, item => item.Trait == "many-users");
    }

    [Fact]
    public void A_harvest_without_cover_is_none_the_less_one()
    {
        var balance = RingJudge.OfHarvest([Item("content", "intent-cues", 3)], [Item("content", "many-users", -3)]);

        Assert.Equal(3, balance.LogOdds, 1e-9);
    }

    static EvidenceItem Item(string family, string trait, double nats) => Balance.Item(family, trait, new Finding(1, nats, 0, 1, ""));
}
