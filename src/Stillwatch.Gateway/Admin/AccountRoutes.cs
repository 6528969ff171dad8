using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Storage.Accounts;
using static Stillwatch.Gateway.Admin.AdminHttp;

namespace Stillwatch.Gateway.Admin;

/// <summary>The routes of the admin API on accounts and organizations. Their contract is in <c>openapi.json</c>.</summary>
sealed class AccountRoutes(AccountDesk desk)
{
    const int DefaultPage = 100;

    /// <param name="guarded">Asks for the admin token.</param>
    public void Map(IEndpointRouteBuilder routes, Func<RequestDelegate, RequestDelegate> guarded)
    {
        routes.MapGet("/api/v1/accounts", guarded(List));
        routes.MapPost("/api/v1/accounts/import", guarded(Import));
        routes.MapGet("/api/v1/accounts/{id}", guarded(context => Answer(context, desk.Show(Id(context)), AccountJson.Strict.AccountView)));
        routes.MapPost("/api/v1/accounts/{id}", guarded(context => Change(context, AccountJson.Strict.AccountOrder, desk.Set, AccountJson.Strict.AccountView)));
        routes.MapPost("/api/v1/accounts/{id}/licence", guarded(context => Change(context, AccountJson.Strict.LicenceOrder, desk.Grant, AccountJson.Strict.AccountView)));
        routes.MapPost("/api/v1/accounts/{id}/licence/revoke", guarded(context => Change(context, AccountJson.Strict.RevocationOrder, desk.Revoke, AccountJson.Strict.AccountView)));
        routes.MapGet("/api/v1/organizations", guarded(ListOrganizations));
        routes.MapGet("/api/v1/organizations/{id}", guarded(context => Answer(context, desk.ShowOrganization(Id(context)), AccountJson.Strict.OrganizationView)));
        routes.MapPost("/api/v1/organizations/{id}", guarded(context => Change(context, AccountJson.Strict.OrganizationOrder, desk.SetOrganization, AccountJson.Strict.OrganizationView)));
    }

    async Task List(HttpContext context)
    {
        if (!TryReadWord<VerificationLevel>(context, "level", StringComparison.OrdinalIgnoreCase, out var level))
        {
            await Refuse(context, 400, new AdminFault("invalid_request", $"level: one of {Words<VerificationLevel>()}."));
            return;
        }

        if (await LimitAsync(context) is { } limit)
        {
            var query = new AccountQuery(
                Query(context, "after"), limit, level, Query(context, "status"), Query(context, "programme"), Query(context, "organization"));
            await Write(context, 200, desk.List(query), AccountJson.Strict.AccountList);
        }
    }

    async Task ListOrganizations(HttpContext context)
    {
        if (await LimitAsync(context) is { } limit)
        {
            await Write(context, 200, desk.Organizations(Query(context, "after"), limit), AccountJson.Strict.OrganizationList);
        }
    }

    async Task Import(HttpContext context)
    {
        if (Query(context, "by") is not { } by || by.Length > RecordCheck.MaxIdLength || by.Any(char.IsControl))
        {
            await Refuse(context, 400, new AdminFault("invalid_request", $"by: who decides, 1 to {RecordCheck.MaxIdLength} characters."));
            return;
        }

        var note = desk.Register.Note(ChangeSource.Import, by, Query(context, "reason") ?? "imported");
        try
        {
            await Write(context, 200, await RecordUpload.TakeAsync(context, desk.Register, note), AccountJson.Strict.ImportAnswer);
        }
        catch (BadHttpRequestException e)
        {
            await Refuse(context, e.StatusCode, new AdminFault(
                "invalid_body", $"The body cannot be read to its end: at most {RecordUpload.MaxBodyBytes} bytes, sent whole. What was read before is in."));
        }
    }

    static async Task Change<TOrder, T>(HttpContext context, JsonTypeInfo<TOrder> order, Func<string, TOrder, DeskAnswer<T>> act, JsonTypeInfo<T> type)
        where TOrder : class
        where T : class
    {
        if (await Read(context, order) is { } read)
        {
            await Answer(context, act(Id(context), read), type);
        }
    }

    static Task Answer<T>(HttpContext context, DeskAnswer<T> answer, JsonTypeInfo<T> type)
        where T : class =>
        answer.Value is { } value ? Write(context, answer.Status, value, type) : Refuse(context, answer.Status, answer.Fault!);

    static async Task<int?> LimitAsync(HttpContext context)
    {
        if (TryReadWhole(context, "limit", 1, AccountDesk.MaxPage, out var limit))
        {
            return (int)(limit ?? DefaultPage);
        }

        await Refuse(context, 400, new AdminFault("invalid_request", $"limit {Query(context, "limit")}: from 1 to {AccountDesk.MaxPage}."));
        return null;
    }

    static string Id(HttpContext context) => Value(context, "id");
}
