using Microsoft.AspNetCore.Components;
using Stillwatch.Console.Reports;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Storage.Cases;
using Stillwatch.Storage.People;

namespace Stillwatch.Console.Pages.Cases;

/// <summary>One case: why, what is held, who said what, and what may be decided now by whoever looks.</summary>
public sealed partial class CasePage
{
    const string Suspend = "suspend", Withhold = "withhold", Refuse = "refuse", Uphold = "uphold", Dismiss = "dismiss", Overturn = "overturn";
    const int MostHistory = 200;
    const int MostSimilar = 10;

    static readonly Rung[] Rungs = [Rung.Verify, Rung.Shape, Rung.Withhold, Rung.Suspend];

    CasePicture? _picture;
    Case? _case;
    QueuedCase? _queued;
    HarvestEstimate? _harvest;
    IReadOnlyList<Appeal> _appeals = [];
    IReadOnlyList<SimilarCase> _similar = [];
    IReadOnlyList<HistoryLine> _history = [];
    IReadOnlyList<string> _accounts = [];
    IReadOnlyList<HeldGroup> _held = [];
    Rung _preview = Rung.Suspend;
    string _choice = "";
    string _reason = "";
    string _named = "";
    string _note = "";
    string? _fault;
    string? _done;

    [Parameter] public string Id { get; set; } = "";

    string Subject => $"case {Id}";

    protected override async Task OnParametersSetAsync()
    {
        await Acting.SawAsync(Subject);
        await base.OnParametersSetAsync();
    }

    protected override Task RefreshAsync()
    {
        var picture = Parts.Cases.Picture;
        if (ReferenceEquals(picture, _picture) && _case?.Id == Id)
        {
            return Task.CompletedTask;
        }

        (_picture, _case) = (picture, picture.Cases.GetValueOrDefault(Id));
        if (_case is not { } one)
        {
            return Task.CompletedTask;
        }

        _queued = CaseQueue.Of(picture, Parts.EventTime.GetUtcNow()).FirstOrDefault(queued => queued.Case.Id == Id);
        _appeals = [.. picture.Appeals.Values.Where(appeal => appeal.Case == Id).OrderByDescending(appeal => appeal.IsOpen).ThenByDescending(appeal => appeal.At)];
        _similar = SimilarCases.Of(one, picture, MostSimilar);
        _harvest = one.Harvest is { } taken ? Parts.Desk.Harvest(one.Id, taken, one.Accounts) : null;
        _history =
        [
            .. Parts.Cases.Actions(Id, null, 0, MostHistory).Select(found => HistoryLine.Of(found.Sequence, found.Action))
                .Concat(Parts.Cases.Decisions(Id, MostHistory).Select(found => HistoryLine.Of(found.Sequence, found.Entry))).OrderByDescending(line => line.Sequence),
        ];
        var choices = Choices(one).Select(choice => choice.Choice).ToList();
        _choice = choices.Contains(_choice) ? _choice : choices.FirstOrDefault() ?? "";
        _accounts = [.. one.Accounts.Order(StringComparer.Ordinal)];
        _held =
        [
            .. one.Held.GroupBy(held => (held.Value.Rung, held.Value.DecidedBy, held.Value.Until, held.Value.Enforced)).OrderByDescending(group => group.Key.Rung)
                .Select(group => new HeldGroup(
                    group.Key.Rung, group.Key.DecidedBy, group.Key.Until, group.Key.Enforced, [.. group.Select(held => held.Key).Order(StringComparer.Ordinal)])),
        ];
        return Task.CompletedTask;
    }

    IEnumerable<(string Choice, string Says)> Choices(Case one)
    {
        var two = Parts.Desk.FourEyesFrom;
        if (one.IsLive && one.Verdict == Verdict.Distillation)
        {
            foreach (var (choice, rung) in ((string, Rung)[])[(Suspend, Rung.Suspend), (Withhold, Rung.Withhold)])
            {
                var isAsked = one.Pending?.Rung == rung;
                yield return (choice, isAsked ? $"approve: {Wording.Rung(rung)} as {one.Pending!.By} asked (an approver, and somebody else)"
                    : rung >= two ? $"ask to {Wording.Rung(rung)}: another person, an approver, must approve"
                    : rung == Rung.Suspend ? "suspend (an approver)"
                    : Wording.Rung(rung));
            }
        }

        if (one.Pending is not null)
        {
            yield return (Refuse, "refuse what was asked for, or take it back");
        }

        if (one.State is CaseState.Open or CaseState.Expired)
        {
            yield return (Uphold, "uphold: the judgement is right; its responses go on");
        }

        yield return (Dismiss, "dismiss: it is false; everything ends, and the same evidence never alarms again");
        yield return (Overturn, "overturn: it was wrong; as dismissed, and what it cost is given back. With accounts named: theirs alone");
    }

    async Task DecideAsync()
    {
        var (now, choice) = (Parts.EventTime.GetUtcNow(), _choice);
        var named = _named.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        IReadOnlyList<string>? accounts = named.Length == 0 ? null : named;
        var isPending = false;
        _done = null;
        _fault = await Acting.DecideAsync(Role.Analyst, $"case_{choice}", Subject, _reason, person =>
        {
            CaseAnswer Approve(Rung rung) => Parts.Commands.Approve(Id, rung, person.Name, _reason, accounts, now, person.Role >= Role.Approver);
            var answer = choice switch
            {
                Suspend => Approve(Rung.Suspend),
                Withhold => Approve(Rung.Withhold),
                Refuse => Parts.Commands.RefuseApproval(Id, person.Name, _reason, now, person.Role >= Role.Approver),
                Uphold => Parts.Commands.Uphold(Id, person.Name, _reason, now),
                Dismiss when accounts is not null => CaseAnswer.No(CaseFault.Invalid, "A case is dismissed as a whole; overturning takes single accounts out of it."),
                Dismiss => Parts.Commands.Dismiss(Id, person.Name, _reason, now),
                _ => Parts.Commands.Overturn(Id, accounts, person.Name, _reason, now),
            };
            isPending = answer.IsPending;
            return answer;
        });
        if (_fault is null)
        {
            (_reason, _named) = ("", "");
            _done = isPending ? "Asked for. Nothing has changed yet: another person must approve it." : "Done.";
        }

        await RefreshAsync();
    }

    async Task NoteAsync()
    {
        (_done, _fault) = (null, await Acting.DecideAsync(
            Role.Analyst, "case_note", Subject, _note, person => Parts.Commands.Note(Id, person.Name, _note, Parts.EventTime.GetUtcNow())));
        _note = _fault is null ? "" : _note;
        await RefreshAsync();
    }

    static string State(Case one) => one.State.ToString().ToLowerInvariant();

    /// <summary>Accounts of which the same is held.</summary>
    sealed record HeldGroup(Rung Rung, string DecidedBy, DateTimeOffset Until, bool IsEnforced, IReadOnlyList<string> Accounts);

    /// <summary>One line of what happened.</summary>
    sealed record HistoryLine(long Sequence, DateTimeOffset At, string What, string By, string Why)
    {
        public static HistoryLine Of(long sequence, CaseEntry entry) => entry switch
        {
            ActionTaken action => new(
                sequence, action.At, $"{Figures.Count(action.Accounts.Count, "account")}: {Wording.Rung(action.From)} → {Wording.Rung(action.To)}{(action.Enforced ? "" : ", only recorded")}",
                action.ApprovedBy is { } second ? $"{action.DecidedBy} and {second}" : action.DecidedBy, string.Join(" ", action.Reasons)),
            ApprovalAsked asked => new(sequence, asked.At, $"{Wording.Rung(asked.Rung)} asked for", asked.By, asked.Reason),
            ApprovalEnded ended => new(sequence, ended.At, $"{Wording.Rung(ended.Rung)} asked for by {ended.AskedBy}: {ended.How.ToString().ToLowerInvariant()}", ended.By, ended.Reason),
            CaseDecided decided => new(sequence, decided.At, decided.State.ToString().ToLowerInvariant(), decided.By, decided.Reason),
            AccountsCleared cleared => new(sequence, cleared.At, $"{Figures.Count(cleared.Accounts.Count, "account")} cleared", cleared.By, cleared.Reason),
            AccountRepaired repaired => new(
                sequence, repaired.At,
                $"{repaired.Account} repaired, {(repaired.SpendNanoUsd / 1e9).ToString("0.00", System.Globalization.CultureInfo.InvariantCulture)} US dollars given back",
                repaired.By, repaired.Reason),
            AppealAnswered answered => new(sequence, answered.At, $"appeal answered: {answered.Decision.ToString().ToLowerInvariant()}", answered.By, answered.Text),
            _ => new(sequence, entry.At, Wording.Words(entry.GetType().Name), "", ""),
        };
    }
}
