using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Stillwatch.Storage.Cases;
using static Stillwatch.Gateway.Admin.AdminHttp;

namespace Stillwatch.Gateway.Admin;

/// <summary>Cases, appeals, actions and calibration on the admin listener. Every write names who decides and why.</summary>
/// <param name="time">Event time: what is decided is dated by it.</param>
sealed class CaseRoutes(CaseStore store, CaseCommands commands, TimeProvider time)
{
    const int MostActions = 500;
    const int MostActionsOfACase = 200;
    const int MostSimilar = 20;

    public void Map(IEndpointRouteBuilder routes, Func<RequestDelegate, RequestDelegate> guarded)
    {
        routes.MapGet("/api/v1/cases", guarded(List));
        routes.MapGet("/api/v1/cases/queue", guarded(context => Write(
            context, 200, new QueueAnswer([.. CaseQueue.Of(store.Picture, time.GetUtcNow()).Select(queued => QueueLine.Of(queued, store.Picture))]), CaseJson.Strict.QueueAnswer)));
        routes.MapGet("/api/v1/cases/{id}", guarded(Show));
        routes.MapGet("/api/v1/cases/{id}/similar", guarded(Similar));
        routes.MapPost("/api/v1/cases/{id}/approve", guarded(Approve));
        routes.MapPost("/api/v1/cases/{id}/refuse", guarded(context => Command(context, (id, order) =>
            commands.RefuseApproval(id, order.By ?? "", order.Reason ?? "", time.GetUtcNow()))));
        routes.MapPost("/api/v1/cases/{id}/notes", guarded(context => Command(context, (id, order) =>
            commands.Note(id, order.By ?? "", order.Reason ?? "", time.GetUtcNow()))));
        routes.MapPost("/api/v1/cases/{id}/dismiss", guarded(Dismiss));
        routes.MapPost("/api/v1/cases/{id}/overturn", guarded(context => Command(context, (id, order) =>
            commands.Overturn(id, order.Accounts, order.By ?? "", order.Reason ?? "", time.GetUtcNow()))));
        routes.MapPost("/api/v1/cases/{id}/uphold", guarded(context => Command(context, (id, order) =>
            commands.Uphold(id, order.By ?? "", order.Reason ?? "", time.GetUtcNow()))));
        routes.MapPost("/api/v1/accounts/{id}/repair", guarded(context => Command(context, (id, order) =>
            commands.Repair(id, order.By ?? "", order.Reason ?? "", time.GetUtcNow()))));
        routes.MapGet("/api/v1/appeals", guarded(context => Write(
            context, 200,
            new AnalystAppeals([.. store.Picture.Appeals.Values.Where(appeal => Query(context, "state") is not { } state || Appeals.AppealView.StateOf(appeal) == state)
                .OrderBy(appeal => appeal.Id, StringComparer.Ordinal).Select(AnalystAppeal.Of)]),
            CaseJson.Strict.AnalystAppeals)));
        routes.MapPost("/api/v1/appeals/{id}/answer", guarded(Answer));
        routes.MapPost("/api/v1/appeals/{id}/messages", guarded(Message));
        routes.MapGet("/api/v1/actions", guarded(Actions));
        routes.MapGet("/api/v1/calibration", guarded(context => Write(context, 200, new ExampleList(store.Picture.Examples), CaseJson.Strict.ExampleList)));
    }

    Task List(HttpContext context)
    {
        if (!TryReadWord<CaseState>(context, "state", StringComparison.OrdinalIgnoreCase, out var state))
        {
            return Refuse(context, 400, new AdminFault("invalid_request", $"state: one of {Words<CaseState>()}."));
        }

        var picture = store.Picture;
        var cases = picture.Cases.Values.Where(one => state is null || one.State == state).OrderByDescending(one => one.Id, StringComparer.Ordinal);
        return Write(context, 200, new CaseList([.. cases.Select(one => CaseLine.Of(one, picture))]), CaseJson.Strict.CaseList);
    }

    Task Show(HttpContext context)
    {
        var (id, picture) = (Value(context, "id"), store.Picture);
        if (!picture.Cases.TryGetValue(id, out var one))
        {
            return Refuse(context, 404, new AdminFault("unknown_case", $"There is no case {id}: GET /api/v1/cases lists every one."));
        }

        var view = new CaseView(
            CaseLine.Of(one, picture), one.Reasons, one.PriorLogOdds, one.CalibrationLogOdds, EvidenceFamilies.Of(one.Evidence), one.Evidence, one.TraitKeys.Count,
            [.. one.Kinds.Order(StringComparer.Ordinal)], [.. one.Accounts.Order(StringComparer.Ordinal)],
            [.. one.Held.OrderBy(held => held.Key, StringComparer.Ordinal).Select(held => new AccountHeld(
                held.Key, held.Value.Rung, held.Value.Since, held.Value.Until, held.Value.DecidedBy, held.Value.Rule, held.Value.Enforced, held.Value.InClassesOnly))],
            [.. store.Actions(id, null, 0, MostActionsOfACase).Select(found => ActionView.Of(found.Sequence, found.Action, null))],
            [.. store.Decisions(id, MostActionsOfACase).Select(found => DecisionView.Of(found.Sequence, found.Entry))],
            [.. picture.Appeals.Values.Where(appeal => appeal.Case == id).OrderBy(appeal => appeal.Id, StringComparer.Ordinal).Select(AnalystAppeal.Of)],
            one.SplitFrom, one.MergedInto, one.DecidedBy, one.DecisionReason,
            [.. one.Notes.Select(note => new NoteView(note.At, note.By, note.Text))], one.Harvest);
        return Write(context, 200, view, CaseJson.Strict.CaseView);
    }

    Task Similar(HttpContext context)
    {
        var (id, picture) = (Value(context, "id"), store.Picture);
        return picture.Cases.TryGetValue(id, out var one)
            ? Write(
                context, 200,
                new SimilarAnswer([.. SimilarCases.Of(one, picture, MostSimilar).Select(similar => new SimilarLine(
                    CaseLine.Of(similar.Case, picture), similar.SharedTraits, similar.TraitRatio, similar.EvidenceRatio, similar.Likeness))]),
                CaseJson.Strict.SimilarAnswer)
            : Refuse(context, 404, new AdminFault("unknown_case", $"There is no case {id}: GET /api/v1/cases lists every one."));
    }

    async Task Message(HttpContext context)
    {
        if (await Read(context, CaseJson.Strict.WrittenOrder) is { } order)
        {
            await Say(context, commands.Write(Value(context, "id"), order.By ?? "", order.Text ?? "", time.GetUtcNow()));
        }
    }

    Task Approve(HttpContext context) => Command(context, (id, order) => order.Rung is { } rung
        ? commands.Approve(id, rung, order.By ?? "", order.Reason ?? "", order.Accounts, time.GetUtcNow())
        : CaseAnswer.No(CaseFault.Invalid, "rung: name withhold or suspend."));

    Task Dismiss(HttpContext context) => Command(context, (id, order) => order.Accounts is null
        ? commands.Dismiss(id, order.By ?? "", order.Reason ?? "", time.GetUtcNow())
        : CaseAnswer.No(CaseFault.Invalid, "accounts: a case is dismissed as a whole; overturn takes single accounts out of it."));

    async Task Command(HttpContext context, Func<string, CaseOrder, CaseAnswer> act)
    {
        if (await Read(context, CaseJson.Strict.CaseOrder) is { } order)
        {
            await Say(context, act(Value(context, "id"), order));
        }
    }

    async Task Answer(HttpContext context)
    {
        if (await Read(context, CaseJson.Strict.AnswerOrder) is { } order)
        {
            await Say(context, order.Decision is { } decision
                ? commands.Answer(Value(context, "id"), decision, order.WholeCase, order.By ?? "", order.Text ?? "", time.GetUtcNow())
                : CaseAnswer.No(CaseFault.Invalid, "decision: name uphold or overturn."));
        }
    }

    Task Actions(HttpContext context)
    {
        if (!TryReadWhole(context, "after", 0, long.MaxValue, out var after))
        {
            return Refuse(context, 400, new AdminFault("invalid_request", "after: the sequence number of the last action that is known, a whole number."));
        }

        var account = Query(context, "account");
        var found = store.Actions(Query(context, "case"), account, after ?? 0, MostActions);
        return Write(
            context, 200,
            new ActionList([.. found.Select(one => ActionView.Of(one.Sequence, one.Action, account))], found.Count == MostActions ? found[^1].Sequence : null),
            CaseJson.Strict.ActionList);
    }

    Task Say(HttpContext context, CaseAnswer answer)
    {
        if (answer.Fault == CaseFault.None)
        {
            var outcome = new CaseOutcome(answer.Case is { } one ? CaseLine.Of(one, store.Picture) : null, answer.IsPending, answer.Repaired);
            return Write(context, answer.IsPending ? 202 : 200, outcome, CaseJson.Strict.CaseOutcome);
        }

        var message = answer.Message!;
        var (status, fault) = answer.Fault switch
        {
            CaseFault.UnknownCase => (404, new AdminFault("unknown_case", message)),
            CaseFault.UnknownAppeal => (404, new AdminFault("unknown_appeal", message)),
            CaseFault.AlreadyDecided => (409, new AdminFault("already_decided", message)),
            CaseFault.NothingAsked => (409, new AdminFault("nothing_asked", message)),
            CaseFault.TooMany => (409, new AdminFault("too_many", message)),
            CaseFault.RoleNeeded => (403, new AdminFault("role_needed", message)),
            CaseFault.NotAllowed => (409, new AdminFault("response_not_allowed", message)),
            CaseFault.SamePerson => (409, new AdminFault("second_person_needed", message)),
            CaseFault.NoAccount => (409, new AdminFault("no_account_meant", message)),
            _ => (400, new AdminFault("invalid_request", message)),
        };
        return Refuse(context, status, fault);
    }
}
