using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Policies;

namespace Stillwatch.Gateway.Enforcement;

/// <summary>What a suspended account is told when it calls.</summary>
static class ResponseErrors
{
    public static GatewayError Suspended(AccountResponse response, AccessPolicy policy)
    {
        var elsewhere = policy.AppealUrl is { } url ? $", or appeal at {url}" : "";
        return new GatewayError(
            403, "account_suspended",
            $"This account is suspended until {response.Until.UtcDateTime:yyyy-MM-dd HH:mm} UTC ({response.Case}). Read the statement of reasons at GET /stillwatch/v1/standing "
            + $"with this key, and appeal at POST /stillwatch/v1/appeals{elsewhere}.")
        {
            ShouldRetry = false,
        };
    }
}
