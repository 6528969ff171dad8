using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Stillwatch.Storage.Audits;

namespace Stillwatch.Console.SignIn;

/// <summary>Knows people by the cookie of their session. The cookie is 256 random bits; who it is stands on the server and can be taken back there.</summary>
/// <remarks>
/// SameSite=Lax, so that a link in a ticket opens signed in; what changes anything asks for more than the cookie: an antiforgery token in a form,
/// our own origin on a socket (<see cref="OwnOrigin"/>). The name bears the port, since cookies of one host are shared by its ports.
/// </remarks>
sealed class SessionHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder, ConsoleParts parts)
    : SignInAuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    public new const string Scheme = "stillwatch";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
        Request.Cookies[CookieName] is { Length: > 0 } secret && parts.People.Find(secret, parts.Settings.SessionIdle) is { } session
            ? AuthenticateResult.Success(new AuthenticationTicket(PersonClaims.Of(session), Scheme))
            : AuthenticateResult.NoResult());

    /// <param name="user">Its name is a person's.</param>
    protected override Task HandleSignInAsync(ClaimsPrincipal user, AuthenticationProperties? properties)
    {
        Audit("sign_in", user.Identity!.Name!, AuditOutcome.Done); // first: who cannot be audited is not signed in
        EndPresent(); // a session does not outlive the next one of the same browser
        var secret = parts.People.Begin(user.Identity!.Name!, parts.Settings.SessionLength);
        Response.Cookies.Append(CookieName, secret, Cookie(parts.Settings.SessionLength));
        return Task.CompletedTask;
    }

    protected override Task HandleSignOutAsync(AuthenticationProperties? properties)
    {
        if (Context.User.Identity?.Name is { Length: > 0 } name)
        {
            Audit("sign_out", name, AuditOutcome.Done);
        }

        EndPresent();
        Response.Cookies.Delete(CookieName, Cookie(null));
        return Task.CompletedTask;
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (HttpMethods.IsGet(Request.Method) && Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase))
        {
            Response.Redirect($"/signin?to={UrlEncoder.Encode(Request.Path + Request.QueryString)}");
        }
        else
        {
            Response.StatusCode = StatusCodes.Status401Unauthorized;
        }

        return Task.CompletedTask;
    }

    protected override async Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status403Forbidden;
        Audit("page_opened", Context.User.Identity?.Name ?? "nobody", AuditOutcome.Refused, Request.Path);
        await SignInPages.WriteAsync(Context, SignInPages.Forbidden(Context.User));
    }

    string CookieName => Request.IsHttps ? "__Host-stillwatch" : $"stillwatch-{Request.Host.Port ?? 80}";

    CookieOptions Cookie(TimeSpan? age) => new() { HttpOnly = true, Secure = Request.IsHttps, SameSite = SameSiteMode.Lax, Path = "/", MaxAge = age, IsEssential = true };

    void Audit(string action, string name, AuditOutcome outcome, string? detail = null) => parts.Audit.Add(new AuditEntry
    {
        At = parts.Time.GetUtcNow(), Who = name, Role = parts.People.Find(name)?.Role.ToString().ToLowerInvariant() ?? "", Face = AuditFace.Console, Action = action,
        Outcome = outcome, Detail = detail,
    });

    void EndPresent()
    {
        if (Request.Cookies[CookieName] is { Length: > 0 } secret)
        {
            parts.People.End(secret);
        }
    }
}
