using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Stillwatch.Gateway.Keys;
using Stillwatch.Storage.Audits;
using static Stillwatch.Gateway.Admin.AdminHttp;

namespace Stillwatch.Gateway.Admin;

/// <summary>The operators' HTTP API. Its contract is <c>openapi.json</c> beside this file; a test holds the two together.</summary>
sealed class AdminApi(AdminParts parts)
{
    readonly AdminGuard _guard = new(parts.Token);
    readonly KeyDesk _desk = new(parts.Keys, parts.Time);

    /// <summary>Adds every route, and a JSON 404 for whatever no route takes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", context => Write(context, 200, new HealthAnswer("ok"), AdminJson.Strict.HealthAnswer));
        routes.MapGet("/readyz", Ready);

        routes.MapGet("/api/v1/keys", Guarded(async context => await WriteKeys(context, await _desk.ListAsync(Query(context, "account"), context.RequestAborted))));
        routes.MapPost("/api/v1/keys", Guarded(CreateKeys));
        routes.MapPost("/api/v1/keys/{id}/revoke", Guarded(async context => await WriteKeys(context, await _desk.RevokeAsync(Value(context, "id"), context.RequestAborted))));
        routes.MapPost("/api/v1/keys/{id}/rotate", Guarded(RotateKey));

        new CampaignRoutes(parts.Held, parts.Changes, parts.Time).Map(routes, Guarded);
        routes.MapGet("/api/v1/accounts/{id}/evidence", Guarded(Evidence));
        routes.MapGet("/api/v1/accounts/{id}/usage", Guarded(Usage));
        routes.MapGet("/api/v1/exchanges/counts", Guarded(context => Write(context, 200, parts.Counts(), AdminJson.Strict.ExchangeCounts)));
        routes.MapGet("/api/v1/openapi.json", Guarded(WriteOpenApi));

        // {*path} and no {*path:nonfile}: a path that ends like a file is as unknown as any other.
        routes.MapFallback("/api/{*path}", Guarded(Unknown));
        routes.MapFallback("{*path}", Unknown);
    }

    /// <summary>Puts the admin API's guard before another page of the same listener.</summary>
    public RequestDelegate Guarded(RequestDelegate inner) => context =>
    {
        context.Response.Headers.CacheControl = "no-store";
        if (_guard.Refuses(context.Request) is not var (status, fault))
        {
            return parts.Audit is { } audit && AuditTrail.Concerns(context) ? Audited(audit, inner, context) : inner(context);
        }

        if (status == 401)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        return Refuse(context, status, fault);
    };

    async Task Audited(AuditLog audit, RequestDelegate inner, HttpContext context)
    {
        try
        {
            await inner(context);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            audit.Add(AuditTrail.Entry(context, parts.Time.GetUtcNow(), e.GetType().Name) with { Outcome = AuditOutcome.Failed });
            throw;
        }

        audit.Add(AuditTrail.Entry(context, parts.Time.GetUtcNow()));
    }

    Task Ready(HttpContext context)
    {
        var readiness = parts.Readiness();
        return Write(context, readiness.IsReady ? 200 : 503, new ReadinessAnswer(
            readiness.IsReady, readiness.Reasons, readiness.Config is { } config ? ConfigAnswer.Of(config) : null,
            readiness.Policy is { } policy ? ConfigAnswer.Of(policy) : null), AdminJson.Strict.ReadinessAnswer);
    }

    async Task CreateKeys(HttpContext context)
    {
        if (await Read(context, AdminJson.Strict.KeyOrder) is { } order)
        {
            await WriteKeys(context, await _desk.CreateAsync(order, context.RequestAborted));
        }
    }

    async Task RotateKey(HttpContext context)
    {
        var canHaveBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true;
        if ((canHaveBody ? await Read(context, AdminJson.Strict.RotationOrder) : new RotationOrder()) is { } order)
        {
            await WriteKeys(context, await _desk.RotateAsync(Value(context, "id"), order.Overlap, context.RequestAborted));
        }
    }

    async Task Evidence(HttpContext context)
    {
        var account = Value(context, "id");
        var answer = AccountEvidence.Of(account, (await parts.Held(context.RequestAborted)).Report);
        await (answer.Suspected || IsKnown(account)
            ? Write(context, 200, answer, AdminJson.Strict.EvidenceAnswer)
            : UnknownAccount(context, account));
    }

    Task Usage(HttpContext context)
    {
        if (!TryReadMoment(context, "from", out var from) || !TryReadMoment(context, "until", out var until))
        {
            return Refuse(context, 400, new AdminFault(
                "invalid_request", "from and until are dates such as 2027-01-31 (its start, UTC), or times such as 2027-01-31T12:00:00Z."));
        }

        var account = Value(context, "id");
        var usage = parts.Exchanges.Usage(account, from?.ToUnixTimeMilliseconds() ?? long.MinValue, until?.ToUnixTimeMilliseconds() ?? long.MaxValue);
        return usage.Exchanges > 0 || IsKnown(account)
            ? Write(context, 200, new UsageAnswer(
                account, from, until, usage.Exchanges, usage.InputTokens, usage.CacheReadTokens, usage.CacheWriteTokens, usage.OutputTokens, usage.EstimatedExchanges),
                AdminJson.Strict.UsageAnswer)
            : UnknownAccount(context, account);
    }

    bool IsKnown(string account) =>
        parts.IsRecordedAccount(account) || parts.Keys.List(account).Count > 0 || parts.Exchanges.Usage(account).Exchanges > 0;

    static async Task WriteOpenApi(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        await using var document = Assembly.GetExecutingAssembly().GetManifestResourceStream("Admin.openapi.json")!;
        await document.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    static Task Unknown(HttpContext context) => Refuse(
        context, 404, new AdminFault("unknown_path", $"There is no {context.Request.Method} {context.Request.Path} here: GET /api/v1/openapi.json lists what there is."));

    static Task UnknownAccount(HttpContext context, string account) => Refuse(
        context, 404, new AdminFault("unknown_account", $"The account {account} has no key, no exchange and no record here: check its spelling."));

    static Task WriteKeys(HttpContext context, KeyAnswer answer) => answer.Keys is { } keys
        ? Write(context, answer.Status, keys, AdminJson.Strict.KeyList)
        : Refuse(context, answer.Status, answer.Fault!);
}
