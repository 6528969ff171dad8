using Microsoft.AspNetCore.Http;

namespace Stillwatch.Console.SignIn;

/// <summary>Refuses what another site's page makes a browser send: posts and sockets whose origin is not this server's own.</summary>
/// <remarks>Compares the authority and not the scheme, since TLS may end at a proxy before us. The admin API has a guard of its own.</remarks>
static class OwnOrigin
{
    public static Task Check(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        var isRead = (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && !context.WebSockets.IsWebSocketRequest
            && !request.Path.StartsWithSegments("/_blazor");
        if (isRead || request.Path.StartsWithSegments("/api") || request.Path.StartsWithSegments("/signin/openid") || IsOwn(request))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return context.Response.WriteAsync("Another site's page sent this; only the console's own pages may.");
    }

    static bool IsOwn(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        return site is "" or "same-origin" or "none"
            && (origin.Length == 0 || (Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority.Equals(AuthorityOf(request), StringComparison.OrdinalIgnoreCase)));
    }

    // As Uri writes it: without the port that the scheme implies.
    static string AuthorityOf(HttpRequest request) =>
        Uri.TryCreate($"{request.Scheme}://{request.Host}", UriKind.Absolute, out var own) ? own.Authority : request.Host.ToString();
}
