using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Recording;
using Stillwatch.Gateway.Recording.Changes;
using static Stillwatch.Gateway.Admin.AdminHttp;

namespace Stillwatch.Gateway.Admin;

/// <summary>What detection holds, and what changes of it, on the admin listener.</summary>
sealed class CampaignRoutes(Func<CancellationToken, Task<HeldReport>> held, ChangeBoard changes, TimeProvider time)
{
    const int MostPerPage = 500;
    const int UsualPage = 100;

    readonly ChangeStream _stream = new(changes, time);

    public void Map(IEndpointRouteBuilder routes, Func<RequestDelegate, RequestDelegate> guarded)
    {
        routes.MapGet("/api/v1/report", guarded(async context => await Write(context, 200, (await held(context.RequestAborted)).Report, ReportJson.Readable.Report)));
        routes.MapGet("/api/v1/campaigns", guarded(List));
        routes.MapGet("/api/v1/campaigns/events", guarded(_stream.WriteAsync));
        routes.MapGet("/api/v1/campaigns/{id}", guarded(Show));
    }

    async Task List(HttpContext context)
    {
        if (!TryReadWord<Verdict>(context, "verdict", StringComparison.Ordinal, out var verdict) || !TryReadWord<Rung>(context, "response", StringComparison.Ordinal, out var response) || !TryReadWhole(context, "limit", 0, MostPerPage, out var limit))
        {
            await Refuse(context, 400, new AdminFault(
                "invalid_request", $"verdict: one of {Words<Verdict>()}; response: one of {Words<Rung>()}; limit: a whole number from 0 to {MostPerPage}."));
            return;
        }

        var now = await held(context.RequestAborted);
        var report = now.Report;
        var all = report.Campaigns.Where(campaign => (verdict ?? campaign.Verdict) == campaign.Verdict && (response ?? campaign.Response) == campaign.Response).ToList();
        var page = Page(all, campaign => campaign.Id, Query(context, "after"), (int)(limit ?? UsualPage), out var next);
        await Write(
            context, 200,
            new CampaignList(
                report.Input.To, now.LogRow, now.IsCurrent, report.Mode, report.Engine, report.PolicyHash, report.KeyId, report.Input, all.Count, page, next),
            CampaignJson.Readable.CampaignList);
    }

    async Task Show(HttpContext context)
    {
        if (!TryReadWhole(context, "limit", 0, MostPerPage, out var limit))
        {
            await Refuse(context, 400, new AdminFault("invalid_request", $"limit: a whole number from 0 to {MostPerPage}."));
            return;
        }

        var (id, now) = (Value(context, "id"), await held(context.RequestAborted));
        if (now.Report.Campaigns.FirstOrDefault(campaign => campaign.Id == id) is not { } one)
        {
            await Refuse(context, 404, new AdminFault("unknown_campaign", $"There is no campaign {id} now: GET /api/v1/campaigns lists every one."));
            return;
        }

        var accounts = now.Report.Accounts.Where(judgement => judgement.Campaign == id).ToList();
        var page = Page(accounts, judgement => judgement.Account, Query(context, "after"), (int)(limit ?? int.MaxValue), out var next);
        await Write(
            context, 200, new CampaignAnswer(now.Report.Input.To, now.LogRow, now.IsCurrent, now.Report.Mode, one, accounts.Count, page, next),
            CampaignJson.Readable.CampaignAnswer);
    }

    /// <summary>What follows the item named <paramref name="after"/>; from the beginning when there is none of that name.</summary>
    static List<T> Page<T>(List<T> all, Func<T, string> nameOf, string? after, int limit, out string? next)
    {
        var start = after is null ? 0 : all.FindIndex(item => nameOf(item) == after) + 1;
        var page = all.Skip(start).Take(limit).ToList();
        next = page.Count > 0 && start + page.Count < all.Count ? nameOf(page[^1]) : null;
        return page;
    }
}
