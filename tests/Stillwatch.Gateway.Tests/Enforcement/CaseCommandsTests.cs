using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Policies;
using Stillwatch.Storage.Cases;
using static Stillwatch.Gateway.Tests.Enforcement.ScriptedRing;

namespace Stillwatch.Gateway.Tests.Enforcement;

public sealed class CaseCommandsTests
{
    static readonly IReadOnlyList<string> Five = Names(0, 5);

    [Fact]
    public void Suspending_needs_two_different_people_and_has_an_end()
    {
        using var rig = new LadderRig();
        rig.Apply(new ScriptedRing("C-1", Five));
        var id = rig.OnlyCase.Id;
        Assert.True(rig.Commands.Approve(id, Rung.Suspend, "Ada", "seen", null, rig.Now).IsPending);
        Assert.Equal(Rung.Shape, rig.RungOf(Five[0]));
        Assert.Equal(CaseFault.SamePerson, rig.Commands.Approve(id, Rung.Suspend, " ADA ", "seen", null, rig.Now).Fault);
        Assert.Equal(CaseFault.None, rig.Commands.Approve(id, Rung.Suspend, "Ben", "agreed", null, rig.Now).Fault);
        Assert.Equal(Rung.Suspend, rig.RungOf(Five[0]));
        var action = rig.Actions()[^1];
        Assert.Equal(("Ada", "Ben", rig.Now.AddDays(30)), (action.DecidedBy, action.ApprovedBy, action.Until));

        rig.Pass(TimeSpan.FromDays(29));
        rig.Apply(new ScriptedRing("C-1", [.. Five, "newcomer"]));
        Assert.Equal((Rung.Suspend, Rung.Shape), (rig.RungOf(Five[0]), rig.RungOf("newcomer")));
        rig.Pass(TimeSpan.FromDays(1));
        rig.Apply(new ScriptedRing("C-1", Five));
        Assert.Equal(Rung.Shape, rig.RungOf(Five[0]));
    }

    [Fact]
    public void A_first_approval_is_void_after_a_week_and_covers_only_who_was_there()
    {
        using var rig = new LadderRig();
        rig.Apply(new ScriptedRing("C-1", Five));
        var id = rig.OnlyCase.Id;
        rig.Commands.Approve(id, Rung.Suspend, "Ada", "seen", null, rig.Now);
        rig.Pass(TimeSpan.FromDays(8));
        Assert.True(rig.Commands.Approve(id, Rung.Suspend, "Ben", "seen", null, rig.Now).IsPending);
        rig.Apply(new ScriptedRing("C-1", [.. Five, "newcomer"]));
        rig.Commands.Approve(id, Rung.Suspend, "Ada", "seen", null, rig.Now);
        Assert.Equal((Rung.Suspend, Rung.Shape), (rig.RungOf(Five[0]), rig.RungOf("newcomer")));
    }

    [Fact]
    public void One_person_may_withhold_but_not_from_resellers_nor_from_accounts_that_are_only_asked_to_verify()
    {
        using var rig = new LadderRig();
        rig.Apply(
            new ScriptedRing("C-1", Five), new ScriptedRing("C-2", Names(10, 5)) { Verdict = Verdict.Resale }, new ScriptedRing("C-3", Names(20, 5), Rung.Verify));
        string Of(string account) => rig.Picture.CaseOf[account];
        Assert.Equal(CaseFault.None, rig.Commands.Approve(Of(Five[0]), Rung.Withhold, "Ada", "seen", null, rig.Now).Fault);
        Assert.Equal(Rung.Withhold, rig.RungOf(Five[0]));
        Assert.Equal(CaseFault.NotAllowed, rig.Commands.Approve(Of("acct_000010"), Rung.Withhold, "Ada", "seen", null, rig.Now).Fault);
        Assert.Equal(CaseFault.NoAccount, rig.Commands.Approve(Of("acct_000020"), Rung.Withhold, "Ada", "seen", null, rig.Now).Fault);
    }

    [Theory]
    [InlineData("", "why")]
    [InlineData("policy", "why")]
    [InlineData("Ada", " ")]
    public void Every_decision_names_a_person_and_a_reason(string by, string reason)
    {
        using var rig = new LadderRig();
        rig.Apply(new ScriptedRing("C-1", Five));
        var id = rig.OnlyCase.Id;
        Assert.All(
            (CaseAnswer[])[
                rig.Commands.Dismiss(id, by, reason, rig.Now), rig.Commands.Uphold(id, by, reason, rig.Now), rig.Commands.Overturn(id, null, by, reason, rig.Now),
                rig.Commands.Approve(id, Rung.Withhold, by, reason, null, rig.Now), rig.Commands.Repair(Five[0], by, reason, rig.Now),
            ],
            answer => Assert.Equal(CaseFault.Invalid, answer.Fault));
        Assert.Equal(CaseState.Open, rig.OnlyCase.State);
    }

    [Fact]
    public void A_dismissed_case_ends_at_once_and_the_same_evidence_never_alarms_again()
    {
        using var rig = new LadderRig();
        rig.Apply(new ScriptedRing("C-1", Five));
        var id = rig.OnlyCase.Id;
        Assert.Equal(CaseFault.None, rig.Commands.Dismiss(id, "Ada", "a classroom", rig.Now).Fault);
        Assert.Equal(0, rig.Ladder.Map.Count);
        Assert.NotNull(rig.Actions()[^1].Reverses);
        for (var day = 0; day < 40; day++)
        {
            rig.Pass(TimeSpan.FromDays(1));
            rig.Apply(new ScriptedRing("C-1", [.. Five, "pupil"]));
            Assert.Equal(0, rig.Ladder.Map.Count);
        }

        Assert.Empty(rig.Picture.Live);
        var shown = CaseOverlay.Apply(Report(new ScriptedRing("C-1", Five)), rig.Picture);
        Assert.Equal((Rung.Observe, Rung.Observe), (shown.Campaigns[0].Response, shown.Accounts[0].Response));
        Assert.Contains(shown.Campaigns[0].Reasons, reason => reason.Contains(id) && reason.Contains("Ada") && reason.Contains("a classroom"));
        Assert.Equal(CaseFault.AlreadyDecided, rig.Commands.Dismiss(id, "Ada", "again", rig.Now).Fault);
    }

    [Fact]
    public void New_evidence_alarms_again_and_says_what_is_new()
    {
        using var rig = new LadderRig();
        rig.Apply(new ScriptedRing("C-1", Five));
        rig.Commands.Dismiss(rig.OnlyCase.Id, "Ada", "a classroom", rig.Now);
        rig.Pass(TimeSpan.FromDays(1));
        var ring = new ScriptedRing("C-1", Five);
        rig.Apply(ring with { Evidence = [.. ring.Evidence, Item("own-output", "own-output", 3)] });
        Assert.Equal(Rung.Shape, rig.RungOf(Five[0]));
        Assert.Contains(rig.OnlyCase.Reasons, reason => reason.Contains("New since Ada dismissed") && reason.Contains("own-output"));

        using var second = new LadderRig();
        second.Apply(ring);
        second.Commands.Dismiss(second.OnlyCase.Id, "Ada", "a classroom", second.Now);
        second.Apply(ring with { TraitKeys = [1, 2, 3, 4] });
        Assert.Equal(Rung.Shape, second.RungOf(Five[0]));
    }

    [Fact]
    public void An_innocent_whose_template_was_copied_gets_nothing_from_the_copier_once_dismissed()
    {
        using var rig = new LadderRig();
        rig.Apply(new ScriptedRing("C-1", [.. Five, "innocent"]));
        rig.Commands.Overturn(rig.OnlyCase.Id, ["innocent"], "Ada", "its template was copied", rig.Now);
        Assert.Equal((Rung.Observe, Rung.Shape), (rig.RungOf("innocent"), rig.RungOf(Five[0])));
        rig.Pass(TimeSpan.FromDays(1));

        // The copier goes on with new payments. Its ring is judged; the innocent shows what it always showed.
        rig.Apply(new ScriptedRing("C-1", [.. Five, "innocent"]));
        var (copiers, innocent) = (Report(new ScriptedRing("C-1", [.. Names(50, 30), "innocent"]) { TraitKeys = [1, 2, 3, 77] }), Report(new ScriptedRing("C-1", ["innocent"])));
        rig.Apply(copiers with { Accounts = [.. copiers.Accounts.Where(judgement => judgement.Account != "innocent"), .. innocent.Accounts] });
        Assert.Equal((Rung.Observe, Rung.Shape), (rig.RungOf("innocent"), rig.RungOf("acct_000050")));
    }

    [Fact]
    public void An_account_without_traits_is_held_by_its_name_alone()
    {
        using var rig = new LadderRig();
        var ring = new ScriptedRing("C-1", Five) { TraitKeys = [] };
        rig.Apply(ring);
        rig.Commands.Dismiss(rig.OnlyCase.Id, "Ada", "a classroom", rig.Now);
        rig.Apply(ring with { Accounts = [.. Five, "stranger"] });
        Assert.Equal((Rung.Observe, Rung.Shape), (rig.RungOf(Five[0]), rig.RungOf("stranger")));
    }

    [Fact]
    public void An_overturned_case_is_repaired_and_becomes_a_calibration_example()
    {
        using var rig = new LadderRig();
        rig.Apply(new ScriptedRing("C-1", Five));
        rig.Pass(TimeSpan.FromHours(7));
        var answer = rig.Commands.Overturn(rig.OnlyCase.Id, null, "Ada", "wrong", rig.Now);
        Assert.Equal((5, CaseState.Overturned), (answer.Repaired, answer.Case!.State));
        Assert.Equal(Five.Select(account => (account, 7L)), rig.Repaired);
        var example = Assert.Single(rig.Picture.Examples);
        Assert.Equal(("benign", -9 + 14 + 1.0), (example.Label, example.Logit));
        Assert.Equal(0, rig.Ladder.Map.Count);
        rig.Apply(new ScriptedRing("C-1", Five));
        Assert.Equal(0, rig.Ladder.Map.Count);
    }

    [Fact]
    public void What_was_only_recorded_costs_nothing_to_repair()
    {
        using var rig = new LadderRig(PolicyMode.Observe);
        rig.Apply(new ScriptedRing("C-1", Five));
        rig.Pass(TimeSpan.FromHours(7));
        Assert.Equal(0, rig.Commands.Overturn(rig.OnlyCase.Id, null, "Ada", "wrong", rig.Now).Repaired);
        Assert.Empty(rig.Repaired);
    }

    [Fact]
    public void A_repair_counts_the_restriction_to_its_end_and_no_further()
    {
        using var rig = new LadderRig();
        rig.Apply(new ScriptedRing("C-1", Five));
        rig.Pass(TimeSpan.FromHours(3));
        rig.Apply(new ScriptedRing("C-1", Five, Rung.Verify));
        rig.Pass(TimeSpan.FromHours(100));
        rig.Commands.Repair(Five[0], "Ada", "asked for", rig.Now);
        Assert.Equal([(Five[0], 3L)], rig.Repaired);
    }

    [Fact]
    public void An_upheld_case_goes_on_and_is_an_example()
    {
        using var rig = new LadderRig();
        rig.Apply(new ScriptedRing("C-1", Five));
        rig.Commands.Uphold(rig.OnlyCase.Id, "Ada", "certain", rig.Now);
        Assert.Equal((CaseState.Upheld, Rung.Shape, "campaign"), (rig.OnlyCase.State, rig.RungOf(Five[0]), rig.Picture.Examples[0].Label));
        rig.Commands.Overturn(rig.OnlyCase.Id, null, "Ben", "not so certain", rig.Now);
        Assert.Equal("benign", Assert.Single(rig.Picture.Examples).Label);
    }

    [Fact]
    public void An_appeal_that_is_overturned_frees_the_account_wherever_its_ring_has_gone_since()
    {
        using var rig = new LadderRig();
        rig.Apply(new ScriptedRing("C-1", Names(0, 10)), new ScriptedRing("C-2", Names(20, 6)));
        var appeal = rig.Commands.Appeal("acct_000020", null, "It is not me.", null, rig.Now).Appeal!;
        rig.Apply(new ScriptedRing("C-1", [.. Names(0, 10), .. Names(20, 6)]));
        Assert.Equal(CaseState.Merged, rig.Picture.Cases[appeal.Case].State);
        rig.Pass(TimeSpan.FromHours(2));
        Assert.Equal(CaseFault.None, rig.Commands.Answer(appeal.Id, AppealDecision.Overturn, false, "Ada", "You are right.", rig.Now).Fault);
        Assert.Equal((Rung.Observe, Rung.Shape), (rig.RungOf("acct_000020"), rig.RungOf("acct_000021")));
        Assert.Contains(("acct_000020", 2L), rig.Repaired);
        rig.Apply(new ScriptedRing("C-1", [.. Names(0, 10), .. Names(20, 6)]));
        Assert.Equal(Rung.Observe, rig.RungOf("acct_000020"));
    }
}
