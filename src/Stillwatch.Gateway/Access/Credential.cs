using Microsoft.AspNetCore.Http;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Access;

/// <summary>Finds the key a request presents: <c>x-api-key</c>, or <c>Authorization: Bearer</c>, whichever the client's SDK happens to use.</summary>
static class Credential
{
    const string BearerPrefix = "Bearer ";

    /// <summary>Null with an error when there is none, or when there is more than one and they differ: which would count is not ours to guess.</summary>
    public static string? Of(IHeaderDictionary headers, out GatewayError? error)
    {
        var apiKeys = headers["x-api-key"];
        var authorizations = headers.Authorization;
        error = null;
        if (apiKeys.Count > 1 || authorizations.Count > 1)
        {
            error = new GatewayError(401, "ambiguous_credentials", "A credential header appears more than once. Send one key, once.");
            return null;
        }

        var apiKey = apiKeys.Count == 1 ? apiKeys[0] : null;
        var bearer = authorizations.Count == 1 ? authorizations[0] : null;
        if (bearer is not null)
        {
            if (!bearer.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase))
            {
                error = new GatewayError(401, "unsupported_authorization", "The Authorization header must read: Bearer, a space, and an API key.");
                return null;
            }

            bearer = bearer[BearerPrefix.Length..].Trim();
        }

        if (!string.IsNullOrEmpty(apiKey) && !string.IsNullOrEmpty(bearer) && !apiKey.Equals(bearer, StringComparison.Ordinal))
        {
            error = new GatewayError(401, "ambiguous_credentials", "x-api-key and Authorization carry different keys. Send one, or the same in both.");
            return null;
        }

        var key = string.IsNullOrEmpty(apiKey) ? bearer : apiKey;
        if (string.IsNullOrEmpty(key))
        {
            error = new GatewayError(401, "missing_credentials", "No API key. Send it as x-api-key, or as Authorization: Bearer.");
            return null;
        }

        return key;
    }
}
