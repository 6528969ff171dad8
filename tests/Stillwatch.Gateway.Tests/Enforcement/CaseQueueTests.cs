using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Storage.Cases;
using Stillwatch.Storage.Exchanges;
using static Stillwatch.Gateway.Tests.Enforcement.ScriptedRing;

namespace Stillwatch.Gateway.Tests.Enforcement;

/// <summary>What waits for a person and in which order; notes and words; what cases have in common and what they took.</summary>
public sealed class CaseQueueTests : IDisposable
{
    readonly LadderRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void A_case_waits_until_a_person_decides_and_again_once_somebody_appeals()
    {
        _rig.Apply(new ScriptedRing("C-1", Names(0, 5)));
        var id = _rig.OnlyCase.Id;
        Assert.Equal(["a decision"], Assert.Single(Queue()).Waits);
        _rig.Commands.Uphold(id, "Ada", "seen", _rig.Now);
        Assert.Empty(Queue());
        _rig.Pass(TimeSpan.FromHours(1));
        _rig.Commands.Appeal("acct_000000", null, "Not me.", null, _rig.Now);
        _rig.Commands.Approve(id, Rung.Suspend, "Ada", "seen", null, _rig.Now);
        var queued = Assert.Single(Queue());
        Assert.Equal((2, _rig.Now, 1), (queued.Waits.Count, queued.Since, queued.OpenAppeals));
        Assert.StartsWith("suspend asked for by Ada, until ", queued.Waits[0]);
    }

    [Fact]
    public void Priority_is_harm_times_confidence_times_age_and_grows_with_each()
    {
        Case Of(long exchanges, double confidence) => new()
        {
            Id = "case_1", Opened = _rig.Now, Confidence = confidence, Harvest = new CaseHarvest(exchanges, 1, 1, 1, _rig.Now, new Dictionary<string, long>(), []),
        };
        CasePriority Priority(long exchanges = 999, double confidence = 0.5, int appeals = 0, double days = 0) => CasePriority.Of(Of(exchanges, confidence), appeals, _rig.Now, _rig.Now.AddDays(days));
        var plain = Priority();
        Assert.Equal((3.0, 0.5, 1.0, 1.5), (plain.Harm, plain.Confidence, plain.Age, plain.Value));
        Assert.Equal(2.0, Priority(days: 7).Age);
        Assert.Equal(4.0, Priority(days: 1000).Age);
        Assert.Equal(6.0, Priority(appeals: 9).Harm);
        Assert.All((CasePriority[])[Priority(exchanges: 9999), Priority(confidence: 0.9), Priority(appeals: 1), Priority(days: 3)], more => Assert.True(more.Value > plain.Value));
        Assert.Equal("harm 3.0 (999 exchanges, 0 open appeals) × confidence 0.50 × age 1.0 (0.0 days)", plain.Says);
    }

    [Fact]
    public void Notes_are_kept_with_their_author_also_after_the_end_and_are_bounded()
    {
        _rig.Apply(new ScriptedRing("C-1", Names(0, 5)));
        var id = _rig.OnlyCase.Id;
        Assert.Equal(CaseFault.Invalid, _rig.Commands.Note(id, "", "text", _rig.Now).Fault);
        _rig.Commands.Note(id, "Ada", "<b>looks like a class</b>", _rig.Now);
        _rig.Commands.Dismiss(id, "Ada", "a class", _rig.Now);
        Assert.Equal(CaseFault.None, _rig.Commands.Note(id, "Ben", "agreed", _rig.Now).Fault);
        Assert.Equal(["<b>looks like a class</b>", "agreed"], _rig.Picture.Cases[id].Notes.Select(note => note.Text));
        for (var i = 2; i < 500; i++)
        {
            _rig.Commands.Note(id, "Ada", $"{i}", _rig.Now);
        }

        Assert.Equal(CaseFault.TooMany, _rig.Commands.Note(id, "Ada", "one more", _rig.Now).Fault);
    }

    [Fact]
    public void Both_sides_write_while_an_appeal_is_open_and_nobody_else_does()
    {
        _rig.Apply(new ScriptedRing("C-1", Names(0, 5)));
        var appeal = _rig.Commands.Appeal("acct_000000", null, "Not me.", null, _rig.Now).Appeal!.Id;
        _rig.Commands.Write(appeal, "Ada", "Who pays for it?", _rig.Now);
        _rig.Commands.WriteAs("acct_000000", appeal, "My school.", _rig.Now);
        Assert.Equal(CaseFault.UnknownAppeal, _rig.Commands.WriteAs("acct_000001", appeal, "Let me in.", _rig.Now).Fault);
        Assert.Equal(CaseFault.Invalid, _rig.Commands.WriteAs("acct_000000", appeal, new string('x', 9000), _rig.Now).Fault);
        using (var again = CaseStore.Open(_rig.CasesPath))
        {
            Assert.Equal([(false, "Ada", "Who pays for it?"), (true, "acct_000000", "My school.")], again.Picture.Appeals[appeal].Messages.Select(one => (one.IsFromAccount, one.By, one.Text)));
        }

        _rig.Commands.Answer(appeal, AppealDecision.Overturn, wholeCase: false, "Ada", "You are right.", _rig.Now);
        Assert.Equal(CaseFault.AlreadyDecided, _rig.Commands.WriteAs("acct_000000", appeal, "Thanks.", _rig.Now).Fault);
    }

    [Fact]
    public void A_later_case_of_the_same_hands_is_found_and_one_of_another_method_is_not()
    {
        _rig.Apply(new ScriptedRing("C-1", Names(0, 5)) { TraitKeys = [1, 2, 3, 4] });
        var first = _rig.OnlyCase.Id;
        _rig.Commands.Overturn(first, null, "Ada", "wrong", _rig.Now);
        _rig.Apply(
            new ScriptedRing("C-2", Names(10, 5)) { TraitKeys = [3, 4, 5, 6] },
            new ScriptedRing("C-3", Names(20, 5)) { TraitKeys = [9], Evidence = [Item("own-output", "own-output", 5), Item("time", "rhythm", 5)] });
        var (second, other) = (_rig.Picture.CaseOf["acct_000010"], _rig.Picture.CaseOf["acct_000020"]);
        var similar = Assert.Single(SimilarCases.Of(_rig.Picture.Cases[second], _rig.Picture, 10));
        Assert.Equal((first, 2, 0.5), (similar.Case.Id, similar.SharedTraits, similar.TraitRatio));
        Assert.Equal(1, similar.EvidenceRatio, 9);
        Assert.Empty(SimilarCases.Of(_rig.Picture.Cases[other], _rig.Picture, 10));
    }

    [Fact]
    public void A_harvest_is_exchanges_times_what_a_sample_came_to_and_has_no_value_without_a_price()
    {
        var taken = new CaseHarvest(1000, 500, 200_000, 0.5, _rig.Now, new Dictionary<string, long> { ["big"] = 800, ["small"] = 200 }, []);
        var counted = new Dictionary<string, AccountUsage> { ["big"] = new(10, 1000, 500, 0, 4000, 0) };
        var estimate = HarvestEstimate.Of(taken, 50, 5, counted, model => model == "big" ? new TokenPrice(10, 20, 1, 2) : null);
        Assert.Equal((500, 250, 0.5), (estimate.Exchanges, estimate.Tasks, estimate.HarvestRatio));
        var big = estimate.Models[0];
        Assert.Equal((400L, 60_000L, 160_000L), (big.Exchanges, big.InputTokens, big.OutputTokens));
        Assert.Equal((40_000 * 10) + (20_000 * 1) + (160_000 * 20), big.ValueNanoUsd);
        Assert.Equal((100L, null, 20_000L, null), (estimate.Models[1].Exchanges, estimate.Models[1].InputTokens, estimate.Models[1].OutputTokens, estimate.Models[1].ValueNanoUsd));
        Assert.Equal((null, big.ValueNanoUsd), (estimate.InputTokens, estimate.ValueNanoUsd));
        Assert.Equal(["small"], estimate.Unpriced);
        Assert.Null(HarvestEstimate.Of(taken, 50, 5, counted, _ => null).ValueNanoUsd);
        Assert.Equal(HarvestEstimate.MostCounted, HarvestEstimate.Sample([.. Names(0, 10_000)]).Distinct().Count());
    }

    [Fact]
    public void What_a_case_took_is_kept_with_it_and_only_the_classes_of_its_verdict_count_as_harvest()
    {
        var report = Report(new ScriptedRing("C-1", Names(0, 5)));
        _rig.Apply(report with
        {
            Campaigns =
            [
                report.Campaigns[0] with
                {
                    Exchanges = 1000, Classes = [new("K-1", Verdict.Distillation, 0.9, 5, 300, Rung.Shape), new("K-2", Verdict.Resale, 0.9, 5, 700, Rung.Observe)],
                },
            ],
        });
        using var again = CaseStore.Open(_rig.CasesPath);
        Assert.Equal((1000L, 0.3), (again.Picture.Cases[_rig.OnlyCase.Id].Harvest!.Exchanges, again.Picture.Cases[_rig.OnlyCase.Id].Harvest!.HarvestRatio));
    }

    [Fact]
    public void The_actions_of_one_account_are_found_over_all_cases_it_was_in()
    {
        _rig.Apply(new ScriptedRing("C-1", Names(0, 5)), new ScriptedRing("C-2", Names(10, 5)));
        _rig.Commands.Overturn(_rig.Picture.CaseOf["acct_000000"], ["acct_000000"], "Ada", "wrong", _rig.Now);
        Assert.Equal([Rung.Shape, Rung.Observe], _rig.Store.ActionsOf("acct_000000", 100).Select(found => found.Action.To));
        Assert.All(_rig.Store.ActionsOf("acct_000000", 100), found => Assert.Equal(["acct_000000"], found.Action.Accounts));
        Assert.Single(_rig.Store.ActionsOf("acct_000010", 100));
        Assert.Empty(_rig.Store.ActionsOf("acct", 100));
    }

    IReadOnlyList<QueuedCase> Queue() => CaseQueue.Of(_rig.Picture, _rig.Now);
}
