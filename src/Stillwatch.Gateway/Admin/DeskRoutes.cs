using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Policies.Replay;
using Stillwatch.Gateway.Recording;
using Stillwatch.Storage.Audits;
using Stillwatch.Storage.Cases;
using Stillwatch.Storage.Exchanges;
using static Stillwatch.Gateway.Admin.AdminHttp;

namespace Stillwatch.Gateway.Admin;

/// <summary>What stands behind the console's desk, for whoever asks without it: the audit log, profiles, harvests, the policy and its replays.</summary>
sealed class DeskRoutes(DeskParts parts)
{
    const int UsualPage = 100;

    public void Map(IEndpointRouteBuilder routes, Func<RequestDelegate, RequestDelegate> guarded)
    {
        routes.MapGet("/api/v1/audit-log", guarded(Audit));
        routes.MapGet("/api/v1/audit-log/verification", guarded(context => Write(context, 200, parts.Audit.Verify(Query(context, "head")), DeskJson.Strict.AuditVerification)));
        routes.MapGet("/api/v1/accounts/{id}/profile", guarded(Account));
        routes.MapGet("/api/v1/organizations/{id}/profile", guarded(Organization));
        routes.MapPost("/api/v1/accounts/{id}/exchanges/{exchange}/content", guarded(Content));
        routes.MapGet("/api/v1/campaigns/{id}/harvest", guarded(CampaignHarvest));
        routes.MapGet("/api/v1/cases/{id}/harvest", guarded(HarvestOfCase));
        routes.MapGet("/api/v1/policy", guarded(context => Write(context, 200, parts.Policy.Current(), DeskJson.Strict.PolicyEdition)));
        routes.MapPost("/api/v1/policy", guarded(Apply));
        routes.MapGet("/api/v1/replays", guarded(context => Write(context, 200, new ReplayList([.. parts.Replays.All().Select(ReplayLine.Of)]), DeskJson.Strict.ReplayList)));
        routes.MapPost("/api/v1/replays", guarded(Start));
        routes.MapGet("/api/v1/replays/{id}", guarded(context => parts.Replays.Find(Value(context, "id")) is { } job
            ? Write(context, 200, job, DeskJson.Strict.ReplayJob)
            : Refuse(context, 404, new AdminFault("unknown_replay", $"There is no replay {Value(context, "id")}: GET /api/v1/replays lists every one that is kept."))));
        routes.MapPost("/api/v1/replays/{id}/cancel", guarded(context => Say(context, parts.Replays.Cancel(Value(context, "id")))));
    }

    Task Audit(HttpContext context)
    {
        var isNumber = TryReadWhole(context, "before", 1, long.MaxValue, out var before) & TryReadWhole(context, "limit", 1, AuditLog.MostPerPage, out var limit);
        if (!isNumber || !TryReadMoment(context, "from", out var from) || !TryReadMoment(context, "until", out var until))
        {
            return Refuse(context, 400, new AdminFault(
                "invalid_request", $"before: a sequence number; limit: 1 to {AuditLog.MostPerPage}; from and until: dates such as 2027-01-31, or times such as 2027-01-31T12:00:00Z."));
        }

        var page = parts.Audit.Page(new AuditQuery(before, (int)(limit ?? UsualPage), Query(context, "who"), Query(context, "action"), Query(context, "subject"), from, until));
        return Write(
            context, 200, new AuditAnswer([.. page.Select(AuditLine.Of)], page.Count == (limit ?? UsualPage) && page[^1].Sequence > 1 ? page[^1].Sequence : null), DeskJson.Strict.AuditAnswer);
    }

    Task Account(HttpContext context)
    {
        var account = Value(context, "id");
        return !TryDays(context, out var days) ? RefuseDays(context)
            : !parts.IsKnownAccount(account)
            ? Refuse(context, 404, new AdminFault("unknown_account", $"The account {account} has no key, no exchange and no record here: check its spelling."))
            : Write(context, 200, parts.Profiles.Account(account, days), DeskJson.Strict.AccountProfile);
    }

    Task Organization(HttpContext context)
    {
        var organization = Value(context, "id");
        var members = parts.MembersOf(organization);
        return !TryDays(context, out var days) ? RefuseDays(context)
            : members is null ? Refuse(context, 404, new AdminFault("unknown_organization", $"The organization {organization} has no record and no account here: check its spelling."))
            : Write(context, 200, parts.Profiles.Organization(organization, members, days), DeskJson.Strict.OrganizationProfile);
    }

    async Task Content(HttpContext context)
    {
        if (await Read(context, DeskJson.Strict.ContentOrder) is not { } order)
        {
            return;
        }

        if (order is not { By.Length: > 0, Reason.Length: > 0 })
        {
            await Refuse(context, 400, new AdminFault("invalid_request", "by and reason: who wants to read what a customer wrote, and why; both are kept in the audit log."));
            return;
        }

        var (account, exchange) = (Value(context, "id"), Value(context, "exchange"));
        var line = await parts.ReadContentAsync(account, exchange, new ContentReading(order.By, AuditTrail.Token, AuditFace.Api, order.Reason), context.RequestAborted);
        await (line is null
            ? Refuse(context, 404, new AdminFault("content_not_stored", $"No text of {exchange} of {account} is stored: only with log_content are texts stored, and from then on."))
            : Write(context, 200, new ContentAnswer(exchange, line), DeskJson.Strict.ContentAnswer));
    }

    async Task CampaignHarvest(HttpContext context)
    {
        var id = Value(context, "id");
        var campaign = (await parts.Held(context.RequestAborted)).Report.Campaigns.FirstOrDefault(campaign => campaign.Id == id);
        await (campaign is null
            ? Refuse(context, 404, new AdminFault("unknown_campaign", $"There is no campaign {id} now: GET /api/v1/campaigns lists every one."))
            : Write(context, 200, parts.Harvests.Estimate(id, CaseHarvest.Of(campaign), campaign.Accounts), DeskJson.Strict.HarvestEstimate));
    }

    Task HarvestOfCase(HttpContext context)
    {
        var id = Value(context, "id");
        return !parts.Cases.Picture.Cases.TryGetValue(id, out var one)
            ? Refuse(context, 404, new AdminFault("unknown_case", $"There is no case {id}: GET /api/v1/cases lists every one."))
            : one.Harvest is not { } harvest
            ? Refuse(context, 409, new AdminFault("harvest_not_kept", $"What {id} took was not kept: the case is from before that was done, or has not been judged since."))
            : Write(context, 200, parts.Harvests.Estimate(id, harvest, one.Accounts), DeskJson.Strict.HarvestEstimate);
    }

    async Task Apply(HttpContext context)
    {
        if (await Read(context, DeskJson.Strict.PolicyOrder) is not { } order)
        {
            return;
        }

        if (order is not { By.Length: > 0, Reason.Length: > 0, Policy: not null, Hash.Length: > 0 })
        {
            await Refuse(context, 400, new AdminFault("invalid_request", "by, reason, policy (the new text) and hash (of the policy that was edited) are all needed."));
            return;
        }

        try
        {
            var outcome = parts.Policy.Apply(order.Policy, order.Hash);
            await (outcome.IsApplied ? Write(context, 200, outcome, DeskJson.Strict.PolicyOutcome)
                : outcome.Conflict ? Refuse(context, 409, new AdminFault("policy_changed", outcome.Faults[0]))
                : Refuse(context, 400, new AdminFault("invalid_policy", string.Join(Environment.NewLine, outcome.Faults))));
        }
        catch (IOException e)
        {
            await Refuse(context, 500, new AdminFault("policy_not_written", $"{e.Message} The policy in force is unchanged."));
        }
    }

    async Task Start(HttpContext context)
    {
        if (await Read(context, DeskJson.Strict.ReplayOrder) is { } order)
        {
            await (order is { By.Length: > 0, Policy: not null }
                ? Say(context, parts.Replays.Start(order.Policy, order.Days, order.By), 202)
                : Refuse(context, 400, new AdminFault("invalid_request", "by and policy (the edited text) are needed; days says how far back.")));
        }
    }

    static Task Say(HttpContext context, ReplayAnswer answer, int status = 200) => answer.Fault switch
    {
        ReplayFault.None => Write(context, status, answer.Job!, DeskJson.Strict.ReplayJob),
        ReplayFault.Busy => Refuse(context, 409, new AdminFault("replay_running", answer.Message!)),
        ReplayFault.Unknown => Refuse(context, 404, new AdminFault("unknown_replay", answer.Message!)),
        _ => Refuse(context, 400, new AdminFault("invalid_policy", answer.Message!)),
    };

    static Task RefuseDays(HttpContext context) => Refuse(context, 400, new AdminFault("invalid_request", $"days: a whole number from 1 to {ProfileDesk.MostDays}."));

    static bool TryDays(HttpContext context, out int days)
    {
        var isNumber = TryReadWhole(context, "days", 1, ProfileDesk.MostDays, out var value);
        days = (int)(value ?? ProfileDesk.UsualDays);
        return isNumber;
    }
}

/// <summary>What the desk's routes and the console's desk share, as the host hands it over. Everything here is thread-safe.</summary>
sealed record DeskParts
{
    public required AuditLog Audit { get; init; }

    /// <summary>Dates what is audited.</summary>
    public required TimeProvider Time { get; init; }

    public required CaseStore Cases { get; init; }

    public required ProfileDesk Profiles { get; init; }

    public required HarvestDesk Harvests { get; init; }

    public required PolicyDesk Policy { get; init; }

    public required ReplayDesk Replays { get; init; }

    public required Func<CancellationToken, Task<HeldReport>> Held { get; init; }

    public required Func<string, bool> IsKnownAccount { get; init; }

    /// <summary>Accounts whose records name an organization; null when nobody knows it.</summary>
    public required Func<string, IReadOnlyCollection<string>?> MembersOf { get; init; }

    public required ExchangeLogReader Exchanges { get; init; }

    public required ContentReader Content { get; init; }

    /// <summary>Reads what a customer wrote, where it is stored. Audited before a byte of it is read.</summary>
    /// <returns>Null when it is not stored.</returns>
    /// <exception cref="IOException">It cannot be audited, so it is not read.</exception>
    public async Task<string?> ReadContentAsync(string account, string exchange, ContentReading reading, CancellationToken cancellationToken)
    {
        Audit.Add(new AuditEntry
        {
            At = Time.GetUtcNow(), Who = reading.Who, Role = reading.Role, Face = reading.Face, Action = "content_read", Subject = $"account {account}", Reason = reading.Reason,
            Detail = exchange,
        });
        return Content.HasAny && Exchanges.TimeOf(account, exchange) is { } timeMs ? await Content.FindAsync(exchange, timeMs, cancellationToken) : null;
    }
}

/// <summary>Who wants to read a text, and why.</summary>
sealed record ContentReading(string Who, string Role, AuditFace Face, string Reason);
