using Stillwatch.Engine.Responses;
using Stillwatch.Storage.Cases;
using static Stillwatch.Gateway.Tests.Enforcement.ScriptedRing;

namespace Stillwatch.Gateway.Tests.Enforcement;

/// <summary>Rings grow, divide and meet; cases keep their names through it.</summary>
public sealed class LadderRingTests
{
    [Fact]
    public void A_case_keeps_its_name_while_the_reports_name_changes()
    {
        using var rig = new LadderRig();
        rig.Apply(new ScriptedRing("C-1", Names(0, 10)));
        var id = rig.OnlyCase.Id;
        rig.Pass(TimeSpan.FromMinutes(10));
        rig.Apply(new ScriptedRing("C-1", Names(100, 10)), new ScriptedRing("C-2", Names(4, 12)));
        Assert.Equal(2, rig.Picture.Live.Count);
        Assert.Equal(16, rig.Picture.Cases[id].Accounts.Count);
        Assert.Equal(id, rig.Picture.CaseOf["acct_000015"]);
        Assert.NotEqual(id, rig.Picture.CaseOf["acct_000100"]);
    }

    [Fact]
    public void Half_of_the_smaller_is_not_enough_to_be_the_same_ring()
    {
        using var rig = new LadderRig();
        rig.Apply(new ScriptedRing("C-1", Names(0, 10)));
        rig.Pass(TimeSpan.FromMinutes(10));
        rig.Apply(new ScriptedRing("C-1", Names(5, 10)));
        Assert.Equal(2, rig.Picture.Live.Count);
    }

    [Fact]
    public void Where_a_ring_divides_the_larger_part_keeps_the_case_and_the_end_of_nobody_is_lost()
    {
        using var rig = new LadderRig();
        rig.Apply(new ScriptedRing("C-1", Names(0, 10)));
        var (id, since) = (rig.OnlyCase.Id, rig.Now);
        rig.Pass(TimeSpan.FromMinutes(10));
        rig.Apply(new ScriptedRing("C-1", Names(0, 4)), new ScriptedRing("C-2", Names(4, 6)));
        var other = Assert.Single(rig.Picture.LiveCases, one => one.Id != id);
        Assert.Equal((id, other.Id, id), (rig.Picture.CaseOf["acct_000009"], rig.Picture.CaseOf["acct_000000"], other.SplitFrom));
        Assert.Equal((6, 4), (rig.Picture.Cases[id].Accounts.Count, other.Accounts.Count));
        Assert.True(rig.Ladder.Map.TryGet("acct_000000", rig.Now, out var response));
        Assert.Equal((Rung.Shape, other.Id, since), (response.Rung, response.Case, response.Since));
        Assert.Equal(10, rig.Ladder.Map.Count);
    }

    [Fact]
    public void Where_rings_meet_one_case_takes_the_others_accounts_and_the_other_is_merged()
    {
        using var rig = new LadderRig();
        rig.Apply(new ScriptedRing("C-1", Names(0, 10)), new ScriptedRing("C-2", Names(20, 6)));
        var (large, small) = (rig.Picture.CaseOf["acct_000000"], rig.Picture.CaseOf["acct_000020"]);
        rig.Pass(TimeSpan.FromMinutes(10));
        rig.Apply(new ScriptedRing("C-1", [.. Names(0, 10), .. Names(20, 6)]));
        Assert.Equal((CaseState.Merged, large), (rig.Picture.Cases[small].State, rig.Picture.Cases[small].MergedInto));
        Assert.Equal((large, 16), (rig.OnlyCase.Id, rig.OnlyCase.Accounts.Count));
        Assert.Equal(16, rig.Ladder.Map.Count);
        var count = rig.Actions().Count;
        rig.Apply(new ScriptedRing("C-1", [.. Names(0, 10), .. Names(20, 6)]));
        Assert.Equal(count, rig.Actions().Count);
    }

    [Fact]
    public void A_persons_decision_outlives_a_division_of_its_ring_until_its_end()
    {
        using var rig = new LadderRig();
        rig.Apply(new ScriptedRing("C-1", Names(0, 10)));
        var id = rig.OnlyCase.Id;
        rig.Commands.Approve(id, Rung.Suspend, "Ada", "seen", null, rig.Now);
        rig.Commands.Approve(id, Rung.Suspend, "Ben", "seen too", null, rig.Now);
        Assert.Equal(Rung.Suspend, rig.RungOf("acct_000000"));
        rig.Pass(TimeSpan.FromMinutes(10));
        rig.Apply(new ScriptedRing("C-1", Names(0, 4)), new ScriptedRing("C-2", Names(4, 6)));
        Assert.All(Names(0, 10), account => Assert.Equal(Rung.Suspend, rig.RungOf(account)));
        rig.Pass(TimeSpan.FromDays(30));
        rig.Apply(new ScriptedRing("C-1", Names(0, 4)), new ScriptedRing("C-2", Names(4, 6)));
        Assert.All(Names(0, 10), account => Assert.Equal(Rung.Shape, rig.RungOf(account)));
    }

    [Fact]
    public void An_account_in_two_rings_is_held_to_the_stricter()
    {
        using var rig = new LadderRig();
        rig.Apply(new ScriptedRing("C-1", Names(0, 10), Rung.Verify), new ScriptedRing("C-2", Names(9, 10)));
        Assert.Equal((Rung.Verify, Rung.Shape), (rig.RungOf("acct_000000"), rig.RungOf("acct_000009")));
        rig.Pass(TimeSpan.FromMinutes(1));
        var count = rig.Actions().Count;
        rig.Apply(new ScriptedRing("C-1", Names(0, 10), Rung.Verify), new ScriptedRing("C-2", Names(9, 10)));
        Assert.Equal(count, rig.Actions().Count);
    }
}
