using Microsoft.AspNetCore.Http;
using Stillwatch.Gateway.Access;

namespace Stillwatch.Gateway.Dialects;

/// <summary>What a path and a method ask for.</summary>
enum EndpointKind
{
    Messages,
    CountTokens,
    ChatCompletions,
    Models,
    Model,
    Batches,
    Batch,
    Files,
    File,
}

/// <summary>A matched request: what it asks for, in which dialect, and what it may cost.</summary>
/// <param name="Dialect">The caller's face; null where both share a path and the headers decide.</param>
/// <param name="MaxBodyBytes">The real API's own limit for this path; the configuration's <c>body_limits</c> take its place where they name it.</param>
/// <param name="Rest">What follows the collection's name in the path: <c>/id</c>, <c>/id/results</c>; empty for the collection.</param>
readonly record struct ApiEndpoint(EndpointKind Kind, Dialect? Dialect, long MaxBodyBytes, KeyScopes Scope, string Rest)
{
    const long Megabyte = 1024 * 1024;

    /// <summary>Matches the path alone; queries such as <c>?beta=true</c> mean nothing here. One trailing slash is forgiven.</summary>
    /// <param name="error">404 for an unknown path, 405 for a known one with another method.</param>
    public static bool TryMatch(string method, PathString path, out ApiEndpoint endpoint, out GatewayError? error)
    {
        error = null;
        var text = path.Value.AsSpan();
        text = text.Length > 1 && text[^1] == '/' ? text[..^1] : text;
        string allowed;
        (endpoint, allowed) = text switch
        {
            "/v1/messages" => (new ApiEndpoint(EndpointKind.Messages, Dialects.Dialect.Anthropic, 32 * Megabyte, KeyScopes.Messages, ""), "POST"),
            "/v1/chat/completions" => (new ApiEndpoint(EndpointKind.ChatCompletions, Dialects.Dialect.OpenAi, 32 * Megabyte, KeyScopes.Messages, ""), "POST"),
            "/v1/messages/count_tokens" => (new ApiEndpoint(EndpointKind.CountTokens, Dialects.Dialect.Anthropic, 32 * Megabyte, KeyScopes.Messages, ""), "POST"),
            "/v1/models" => (new ApiEndpoint(EndpointKind.Models, null, 0, KeyScopes.Models, ""), "GET, HEAD"),
            "/v1/messages/batches" => (new ApiEndpoint(EndpointKind.Batches, Dialects.Dialect.Anthropic, 256 * Megabyte, KeyScopes.Batches, ""), "GET, POST"),
            "/v1/files" => (new ApiEndpoint(EndpointKind.Files, Dialects.Dialect.Anthropic, 500 * Megabyte, KeyScopes.Files, ""), "GET, POST"),
            _ => Nested(text),
        };
        if (allowed.Length == 0)
        {
            error = Unknown(text);
            return false;
        }

        if (!Allows(allowed, method))
        {
            error = new GatewayError(405, "method_not_allowed", $"{Shown(text)} takes {allowed}, not this method.") { Allow = allowed };
            return false;
        }

        return true;
    }

    static bool Allows(string allowed, string method)
    {
        foreach (var one in allowed.AsSpan().Split(", "))
        {
            if (allowed.AsSpan(one).SequenceEqual(method))
            {
                return true;
            }
        }

        return false;
    }

    static (ApiEndpoint, string Allowed) Nested(ReadOnlySpan<char> text)
    {
        const string Models = "/v1/models/", Batches = "/v1/messages/batches/", Files = "/v1/files/";
        if (text.StartsWith(Models) && text.Length > Models.Length)
        {
            return (new ApiEndpoint(EndpointKind.Model, null, 0, KeyScopes.Models, text[(Models.Length - 1)..].ToString()), "GET, HEAD");
        }

        if (text.StartsWith(Batches) && text.Length > Batches.Length)
        {
            return (new ApiEndpoint(EndpointKind.Batch, Dialects.Dialect.Anthropic, Megabyte, KeyScopes.Batches, text[(Batches.Length - 1)..].ToString()), "GET, POST, DELETE");
        }

        return text.StartsWith(Files) && text.Length > Files.Length
            ? (new ApiEndpoint(EndpointKind.File, Dialects.Dialect.Anthropic, Megabyte, KeyScopes.Files, text[(Files.Length - 1)..].ToString()), "GET, DELETE")
            : (default, "");
    }

    static GatewayError Unknown(ReadOnlySpan<char> text)
    {
        var cure = text.StartsWith("/v1/v1/") ? " The client adds /v1 itself: leave it out of the base URL."
            : text.StartsWith("/v1/responses") ? " The Responses API is not served here; use /v1/chat/completions."
            : text.StartsWith("/messages") || text.StartsWith("/chat/") || text.StartsWith("/models") ? " Paths here begin with /v1: add it to the base URL."
            : "";
        return new GatewayError(404, "unknown_path", $"There is no {Shown(text)} here.{cure}");
    }

    static string Shown(ReadOnlySpan<char> text) => text.Length > 100 ? $"{text[..100]}…" : text.ToString();

    /// <summary>The dialect to answer in, when the path does not say: Anthropic's clients send a version header or <c>x-api-key</c>.</summary>
    public static Dialect FaceOf(IHeaderDictionary headers, PathString path) =>
        headers.ContainsKey("anthropic-version") || headers.ContainsKey("x-api-key") || path.StartsWithSegments("/v1/messages") || path.StartsWithSegments("/v1/files")
            ? Dialects.Dialect.Anthropic
            : Dialects.Dialect.OpenAi;
}
