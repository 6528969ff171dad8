using Microsoft.AspNetCore.Http;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Access.Regions;
using Stillwatch.Gateway.Access.Standings;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Enforcement;
using Stillwatch.Gateway.Policies;

namespace Stillwatch.Gateway.Access;

/// <summary>Who may call at all, asked before a byte of the body is read: status, region, suspension, gated endpoints. Thread-safe.</summary>
sealed class AccessDesk(StandingBook standings, RegionBoard regions, LevelGate levels)
{
    public LevelGate Levels => levels;

    public Standing StandingOf(Caller caller) => standings.Of(caller.Account, caller.Organization);

    public CallerAccess Of(Caller caller, PolicyInForce policy, ResponseMap responses, DateTimeOffset now)
    {
        var standing = StandingOf(caller);
        responses.TryGet(caller.Account, now, out var response);
        return new CallerAccess(policy, standing, response, VerifyNotice.LevelFor(response, standing, policy.Policy.Responses, now));
    }

    /// <summary>What shuts an account out before any response does: its record, or a region rule.</summary>
    public GatewayError? ShutsOut(Standing standing, AccessPolicy policy, HttpContext context, GatewayConfig config) =>
        standing.IsClosed ? Closed(policy)
        : (standing.Region ?? regions.OfNetwork(() => ClientAddress.Of(context, config))) is { } region ? RegionRefusal.Of(region, policy)
        : null;

    /// <returns>Null when the call may go on; what it asks for is looked at later.</returns>
    public GatewayError? Refusal(CallerAccess access, EndpointKind kind, HttpContext context, GatewayConfig config)
    {
        if (ShutsOut(access.Standing, access.Policy, context, config) is { } shutOut)
        {
            return shutOut;
        }

        if (access.Response is { Rung: Rung.Suspend, ClassKeys: null } suspended)
        {
            return ResponseErrors.Suspended(suspended, access.Policy);
        }

        GatedFeature? gated = kind switch
        {
            EndpointKind.Batches or EndpointKind.Batch => GatedFeature.Batches,
            EndpointKind.Files or EndpointKind.File => GatedFeature.Files,
            _ => null,
        };
        return gated is { } feature ? levels.Check(access.Policy.Levels, access.Standing, feature, "", access.Policy.VerifyUrl)?.Error : null;
    }

    static GatewayError Closed(AccessPolicy policy) => new(
        403, "account_closed",
        "This account is closed or held by whoever runs this API. Read GET /stillwatch/v1/standing with this key, and appeal at POST /stillwatch/v1/appeals"
        + (policy.AppealUrl is { } url ? $" or {url}." : "."))
    {
        ShouldRetry = false,
    };
}
