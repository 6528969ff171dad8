using Microsoft.AspNetCore.Components;
using Stillwatch.Console.Live;
using Stillwatch.Console.Reports;
using Stillwatch.Console.SignIn;
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
    const int MostActions = 10_000;
    const int MostSimilar = 10;
    const int MostCampaigns = 3;

    static readonly Rung[] Rungs = [Rung.Verify, Rung.Shape, Rung.Withhold, Rung.Suspend];

    CasePicture? _picture;
    ConsoleView? _read;
    Case? _case;
    QueuedCase? _queued;
    HarvestEstimate? _harvest;
    IReadOnlyList<Appeal> _appeals = [];
    IReadOnlyList<SimilarCase> _similar = [];
    IReadOnlyList<HistoryLine> _history = [];
    IReadOnlyList<string> _accounts = [];
    IReadOnlyList<HeldGroup> _held = [];
    IReadOnlyList<(string Campaign, int Accounts)> _campaigns = [];
    Rung _preview = Rung.Suspend;
    string _choice = "";
    string _reason = "";
    string _named = "";
    string _note = "";
    bool _isSure;
    Person? _person;
    string? _fault;
    string? _done;

    [Parameter] public string Id { get; set; } = "";

    [Inject] public SignedIn SignedIn { get; set; } = null!;

    string Subject => $"case {Id}";

    protected override async Task OnParametersSetAsync()
    {
        await Acting.SawAsync(Subject);
        _person = await SignedIn.PersonAsync();
        await base.OnParametersSetAsync();
    }

    protected override Task RefreshAsync()
    {
        var picture = Parts.Cases.Picture;
        if (ReferenceEquals(picture, _picture) && ReferenceEquals(View, _read) && _case?.Id == Id)
        {
            return Task.CompletedTask;
        }

        _read = View;

        (_picture, _case) = (picture, picture.Cases.GetValueOrDefault(Id));
        if (_case is not { } one)
        {
            return Task.CompletedTask;
        }

        _queued = CaseQueue.Of(picture, Parts.EventTime.GetUtcNow()).FirstOrDefault(queued => queued.Case.Id == Id);
        _appeals = [.. picture.Appeals.Values.Where(appeal => appeal.Case == Id).OrderByDescending(appeal => appeal.IsOpen).ThenByDescending(appeal => appeal.At)];
        _similar = SimilarCases.Of(one, picture, MostSimilar);
        _harvest = one.Harvest is { } taken ? Parts.Desk.Harvest(one.Id, taken, one.Accounts) : null;
        var actions = Parts.Cases.Actions(Id, null, 0, MostActions);
        _history =
        [
            .. HistoryLine.Of(actions)
                .Concat(Parts.Cases.Decisions(Id, MostHistory).Select(found => HistoryLine.Of(found.Sequence, found.Entry))).OrderByDescending(line => line.Sequence).Take(MostHistory),
        ];
        _choice = Choices(one).Any(choice => choice.Choice == _choice) ? _choice : "";
        _campaigns =
        [
            .. one.Accounts.SelectMany(account => View.Judgements(account)).CountBy(judgement => judgement.Campaign).OrderByDescending(count => count.Value)
                .ThenBy(count => count.Key, StringComparer.Ordinal).Take(MostCampaigns).Select(count => (count.Key, count.Value)),
        ];
        _accounts = [.. one.Accounts.Order(StringComparer.Ordinal)];
        _held =
        [
            .. one.Held.GroupBy(held => (held.Value.Rung, held.Value.By, held.Value.Enforced)).OrderByDescending(group => group.Key.Rung)
                .Select(group => new HeldGroup(
                    group.Key.Rung, group.Key.By, group.Min(held => held.Value.Until), group.Max(held => held.Value.Until), group.Key.Enforced,
                    [.. group.Select(held => held.Key).Order(StringComparer.Ordinal)])),
        ];
        return Task.CompletedTask;
    }

    /// <summary>What whoever looks may decide. Nothing is chosen beforehand.</summary>
    IEnumerable<(string Choice, string Says)> Choices(Case one)
    {
        var two = Parts.Desk.FourEyesFrom;
        var mayApprove = _person?.Role >= Role.Approver;
        if (one.IsLive && one.Verdict == Verdict.Distillation)
        {
            foreach (var (choice, rung) in ((string, Rung)[])[(Suspend, Rung.Suspend), (Withhold, Rung.Withhold)])
            {
                var isAsked = one.Pending?.Rung == rung;
                if ((isAsked && (!mayApprove || one.Pending!.By == _person!.Name)) || (rung == Rung.Suspend && rung < two && !mayApprove) || (!isAsked && IsHeldByPerson(one, rung)))
                {
                    continue; // for somebody else to decide, or done
                }

                yield return (choice, isAsked ? $"approve: {Wording.Rung(rung)} as {one.Pending!.By} asked"
                    : rung >= two ? $"ask to {Wording.Rung(rung)}: another person, an approver, must approve"
                    : Wording.Rung(rung));
            }
        }

        if (one.Pending is not null)
        {
            yield return (Refuse, "refuse what was asked for, or take it back");
        }

        if (one.State is CaseState.Open or CaseState.Expired)
        {
            yield return (Uphold, "uphold: the judgement is right; its responses go on, and the case waits for nobody any more");
        }

        yield return (Dismiss, "dismiss: it is false; everything ends, and the same evidence never alarms again");
        yield return (Overturn, "overturn: it was wrong; as dismissed, and what it cost is given back. With accounts named: theirs alone");
    }

    static bool IsHeldByPerson(Case one, Rung rung) => !one.Held.IsEmpty && one.Held.Values.All(held => held.IsByPerson && held.Rung >= rung);

    /// <summary>Whether a choice changes what becomes of customers, so that whoever makes it says twice that it is meant.</summary>
    static bool Weighs(string choice) => choice is Suspend or Withhold or Dismiss or Overturn;

    string Concerned(Case one) => Figures.Count(
        Named() is { Length: > 0 } named ? named.Length
        : _choice is not (Suspend or Withhold) ? one.Accounts.Count
        : one.Pending is { } asked && asked.Rung == RungOf(_choice) ? asked.Accounts.Count
        : one.Held.Values.Count(held => held.Rung >= Rung.Shape && held.Rung < RungOf(_choice)), "account");

    static Rung RungOf(string choice) => choice == Suspend ? Rung.Suspend : Rung.Withhold;

    string[] Named() => [.. _named.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal)];

    void Choose(string choice) => (_choice, _isSure) = (choice, false);

    async Task DecideAsync()
    {
        if (_reason.Length == 0 && _done is not null)
        {
            return; // the second press of a double one
        }

        var (now, choice, named) = (Parts.EventTime.GetUtcNow(), _choice, Named());
        if (named.FirstOrDefault(account => _case?.Accounts.Contains(account) != true) is { } stranger)
        {
            (_done, _fault) = (null, $"{stranger} is not in this case: write accounts of it, one a line.");
            return;
        }

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
            (_reason, _named, _choice, _isSure) = ("", "", "", false);
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
    /// <param name="Until">When the first of them ends; <paramref name="Latest"/> the last.</param>
    sealed record HeldGroup(Rung Rung, string DecidedBy, DateTimeOffset Until, DateTimeOffset Latest, bool IsEnforced, IReadOnlyList<string> Accounts);
}
