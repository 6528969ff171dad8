using Microsoft.AspNetCore.Http;
using Stillwatch.Gateway.Access;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Forwarding;
using Stillwatch.Gateway.Limits;

namespace Stillwatch.Gateway.Shelves;

/// <summary>One request to an endpoint beside inference: what is kept on an upstream's shelves (models, batches, files).</summary>
sealed record ShelfCall(HttpContext Http, ApiEndpoint Endpoint, Caller Caller, CallerAccess Access, string RequestId, GatewayState State)
{
    const int LongestIdLength = 256;
    const int LongestShownLength = 100;

    readonly HeaderDictionary _limits = [];

    public Dialect Face => Endpoint.Dialect!.Value;

    public string Method => Http.Request.Method;

    /// <summary>Of a client's query, what an upstream is told: the beta mark and nothing else.</summary>
    public string Beta => Http.Request.Query["beta"] == "true" ? "?beta=true" : "";

    /// <summary>States how the budgets stand, on whatever answer comes of the call.</summary>
    public void Show(LimitReservation reservation)
    {
        LimitHeaders.Write(_limits, Face, reservation);
        Put(Http.Response.Headers);
    }

    public Task FailAsync(GatewayError error) => Reply.ErrorAsync(Http, Face, error, RequestId, headers =>
    {
        Put(headers);
        Admission.WriteNotice(Access, headers);
    });

    public async Task SendAsync(ReadOnlyMemory<byte> json)
    {
        Reply.Identify(Http.Response, Face, RequestId);
        await Reply.JsonAsync(Http, json);
    }

    void Put(IHeaderDictionary headers)
    {
        foreach (var (name, value) in _limits)
        {
            headers[name] = value;
        }
    }

    /// <summary>The path's two parts, <c>/id</c> and <c>/verb</c>; the id is empty when it could be no upstream's.</summary>
    public (string Id, string Verb) Item()
    {
        var rest = Endpoint.Rest.AsSpan(1);
        var slash = rest.IndexOf('/');
        var id = slash < 0 ? rest : rest[..slash];
        var verb = slash < 0 ? default : rest[(slash + 1)..];
        return (IsId(id) ? id.ToString() : "", verb.Length > LongestShownLength ? "?" : verb.ToString());
    }

    /// <summary>Whether this may stand in an upstream's path: letters, digits, <c>_ - .</c>, not a dot first, at most 256.</summary>
    public static bool IsId(ReadOnlySpan<char> id)
    {
        if (id.Length is 0 or > LongestIdLength || id[0] == '.')
        {
            return false;
        }

        foreach (var c in id)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A value of the caller's, short enough for a message.</summary>
    public static string Shown(string value) => value.Length > LongestShownLength ? $"{value.AsSpan(0, LongestShownLength)}…" : value;
}
