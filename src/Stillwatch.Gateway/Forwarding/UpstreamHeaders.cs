using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Forwarding;

/// <summary>Builds what an upstream sees beside the body: from an allow-list, so that no credential, cookie or address of the client can pass by oversight.</summary>
static class UpstreamHeaders
{
    const string Agent = "stillwatch";

    /// <summary>Names of the caller and its organization: ours to answer for, not the upstream's to know.</summary>
    static readonly string[] WithheldAnthropic =
        ["anthropic-workspace-id", "anthropic-user-profile-id", "anthropic-organization-id", "anthropic-dangerous-direct-browser-access"];

    /// <param name="face">Versions and betas of Anthropic's API pass to an upstream that speaks it, as an open list; to no other.</param>
    public static void Write(HttpRequestMessage request, IHeaderDictionary from, Dialect face, UpstreamConfig upstream, string requestId)
    {
        var headers = request.Headers;
        if (upstream.Dialect == Dialect.Anthropic)
        {
            if (face == Dialect.Anthropic)
            {
                CopyAnthropic(from, headers);
            }

            if (!headers.Contains("anthropic-version"))
            {
                headers.TryAddWithoutValidation("anthropic-version", "2023-06-01");
            }
        }

        if (upstream.ApiKey is { } key)
        {
            if (upstream.Auth == UpstreamAuth.ApiKey || (upstream.Auth == UpstreamAuth.ByDialect && upstream.Dialect == Dialect.Anthropic))
            {
                headers.TryAddWithoutValidation("x-api-key", key);
            }
            else
            {
                headers.TryAddWithoutValidation("Authorization", "Bearer " + key);
            }
        }

        headers.TryAddWithoutValidation("User-Agent", Agent);
        headers.TryAddWithoutValidation("x-request-id", requestId);
    }

    static void CopyAnthropic(IHeaderDictionary from, HttpRequestHeaders headers)
    {
        foreach (var (name, values) in from)
        {
            if (name.StartsWith("anthropic-", StringComparison.OrdinalIgnoreCase) && !WithheldAnthropic.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }
    }
}
