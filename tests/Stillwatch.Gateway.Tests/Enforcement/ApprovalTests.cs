using Stillwatch.Engine.Responses;
using Stillwatch.Storage.Cases;
using static Stillwatch.Gateway.Tests.Enforcement.ScriptedRing;

namespace Stillwatch.Gateway.Tests.Enforcement;

/// <summary>Who may ask for withholding and suspending, who may approve, and how a request ends.</summary>
public sealed class ApprovalTests : IDisposable
{
    static readonly IReadOnlyList<string> Five = Names(0, 5);

    readonly LadderRig _rig = new();

    public ApprovalTests() => _rig.Apply(new ScriptedRing("C-1", Five));

    string Id => _rig.OnlyCase.Id;

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void Whoever_is_no_approver_withholds_but_only_asks_for_suspending_and_only_an_approver_approves_that()
    {
        Assert.Equal((CaseFault.None, false), (Approve(Rung.Withhold, "Ada", isApprover: false).Fault, _rig.OnlyCase.Pending is not null));
        Assert.Equal(Rung.Withhold, _rig.RungOf(Five[0]));
        Assert.True(Approve(Rung.Suspend, "Ada", isApprover: false).IsPending);
        Assert.Equal(CaseFault.RoleNeeded, Approve(Rung.Suspend, "Ben", isApprover: false).Fault);
        Assert.Equal(Rung.Withhold, _rig.RungOf(Five[0]));
        Assert.Equal(CaseFault.None, Approve(Rung.Suspend, "Cleo", isApprover: true).Fault);
        Assert.Equal(Rung.Suspend, _rig.RungOf(Five[0]));
        Assert.Equal(("Ada", "Cleo"), (_rig.Actions()[^1].DecidedBy, _rig.Actions()[^1].ApprovedBy));
    }

    [Fact]
    public void An_approver_who_asked_cannot_approve_and_a_policy_can_ask_for_two_people_from_withhold_on()
    {
        _rig.Policy = _rig.Policy with { Responses = _rig.Policy.Responses with { FourEyesFrom = Rung.Withhold } };
        Assert.True(Approve(Rung.Withhold, "Ada", isApprover: true).IsPending);
        Assert.Equal(CaseFault.SamePerson, Approve(Rung.Withhold, "ada ", isApprover: true).Fault);
        Assert.Equal(Rung.Shape, _rig.RungOf(Five[0]));
        Assert.Equal(CaseFault.None, Approve(Rung.Withhold, "Ben", isApprover: true).Fault);
        Assert.Equal(Rung.Withhold, _rig.RungOf(Five[0]));
    }

    [Fact]
    public void Without_four_eyes_an_approver_decides_alone_also_on_what_an_analyst_asked_for()
    {
        _rig.Policy = _rig.Policy with { Responses = _rig.Policy.Responses with { FourEyes = false } };
        Assert.True(Approve(Rung.Suspend, "Ada", isApprover: false).IsPending);
        Assert.Equal(CaseFault.None, Approve(Rung.Suspend, "Ben", isApprover: true).Fault);
        Assert.Equal(Rung.Suspend, _rig.RungOf(Five[0]));
        Assert.Equal("Ben", _rig.Actions()[^1].ApprovedBy);
    }

    [Fact]
    public void A_request_that_nobody_approves_expires_by_itself_and_that_is_recorded()
    {
        Approve(Rung.Suspend, "Ada", isApprover: true);
        _rig.Pass(ApprovalAsked.ValidFor - TimeSpan.FromMinutes(1));
        _rig.Apply(new ScriptedRing("C-1", Five));
        Assert.NotNull(_rig.OnlyCase.Pending);
        _rig.Pass(TimeSpan.FromMinutes(1));
        _rig.Apply(new ScriptedRing("C-1", Five));
        Assert.Null(_rig.OnlyCase.Pending);
        var ended = Assert.Single(_rig.Store.Decisions(Id, 100).Select(found => found.Entry).OfType<ApprovalEnded>());
        Assert.Equal((ApprovalEnd.Expired, "Ada", Decisions.Policy), (ended.How, ended.AskedBy, ended.By));
        Assert.Equal(CaseFault.NothingAsked, _rig.Commands.RefuseApproval(Id, "Ben", "no", _rig.Now).Fault);
        Assert.True(Approve(Rung.Suspend, "Ben", isApprover: true).IsPending);
    }

    [Fact]
    public void A_request_is_refused_by_an_approver_or_taken_back_and_nothing_was_ever_in_force()
    {
        Approve(Rung.Suspend, "Ada", isApprover: false);
        Assert.Equal(CaseFault.RoleNeeded, _rig.Commands.RefuseApproval(Id, "Ben", "no", _rig.Now, isApprover: false).Fault);
        Assert.Equal(CaseFault.None, _rig.Commands.RefuseApproval(Id, "Ben", "a classroom", _rig.Now).Fault);
        Approve(Rung.Suspend, "Ada", isApprover: false);
        Assert.Equal(CaseFault.None, _rig.Commands.RefuseApproval(Id, "Ada", "I misread it", _rig.Now, isApprover: false).Fault);
        Assert.Equal(
            [ApprovalEnd.Refused, ApprovalEnd.Withdrawn], _rig.Store.Decisions(Id, 100).Select(found => found.Entry).OfType<ApprovalEnded>().Select(ended => ended.How));
        Assert.Equal((Rung.Shape, null), (_rig.RungOf(Five[0]), _rig.OnlyCase.Pending));
        using var again = CaseStore.Open(_rig.CasesPath);
        Assert.Null(again.Picture.Cases[Id].Pending);
    }

    CaseAnswer Approve(Rung rung, string by, bool isApprover) => _rig.Commands.Approve(Id, rung, by, "seen", null, _rig.Now, isApprover);
}
