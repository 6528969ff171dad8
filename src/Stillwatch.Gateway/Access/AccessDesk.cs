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

    /// <returns>Null when the call may go on; what it asks for is looked at later.</returns>
    public GatewayError? Refusal(CallerAccess access, EndpointKind kind, HttpContext context, GatewayConfig config)
    {
        if (access.Standing.IsClosed)
        {
            return Closed(access.Policy);
        }

        if ((access.Standing.Region ?? regions.OfNetwork(() => ClientAddress.Of(context, config))) is { } region)
        {
            return RegionRefusal.Of(region, access.Policy);
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
