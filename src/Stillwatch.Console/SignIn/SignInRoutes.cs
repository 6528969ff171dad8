using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Stillwatch.Console.Reports.Html;
using Stillwatch.Storage.People;

namespace Stillwatch.Console.SignIn;

/// <summary>Signing in and out.</summary>
/// <remarks>A link is looked at with GET, which changes nothing, so that mail scanners that open it do not use it up; the button posts.</remarks>
static class SignInRoutes
{
    /// <summary>Name of the rate limit on everything that takes a secret.</summary>
    public const string Limit = "signin";

    /// <summary>Tries per address and minute: enough for hands, hopeless for guessing 256 bits.</summary>
    public const int TriesPerMinute = 20;

    const string WantedCookie = "stillwatch-wanted";
    const int MaxWanted = 1024;

    public static void Map(IEndpointRouteBuilder routes, ConsoleParts parts)
    {
        routes.MapGet("/signin", context =>
        {
            var to = LocalPath(context.Request.Query["to"]);
            KeepWanted(context, to);
            return SignInPages.WriteAsync(context, SignInPages.SignIn(to, parts.Settings.OpenId is not null, Token(context)));
        });
        routes.MapGet("/signin/{secret}", context => SignInPages.WriteAsync(context, Look(context, parts))).RequireRateLimiting(Limit);
        routes.MapPost("/signin/{secret}", context => UseAsync(context, parts)).RequireRateLimiting(Limit);
        if (parts.Settings.OpenId is not null)
        {
            routes.MapPost("/signin/provider", GoToProviderAsync).RequireRateLimiting(Limit);
        }

        routes.MapPost("/signout", SignOutAsync);
    }

    // Whoever opens a pasted address and has to ask for a link first comes to that address with it.
    static void KeepWanted(HttpContext context, string to)
    {
        if (to != "/" && to.Length <= MaxWanted)
        {
            context.Response.Cookies.Append(
                WantedCookie, to, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, MaxAge = TimeSpan.FromHours(1), Path = "/signin" });
        }
    }

    static SignInPages.Page Look(HttpContext context, ConsoleParts parts)
    {
        var secret = Secret(context);
        return parts.People.TryLook(secret, out var name) ? SignInPages.Accept(secret, name, Token(context)) : SignInPages.Void;
    }

    static async Task UseAsync(HttpContext context, ConsoleParts parts)
    {
        if (await FormAsync(context) is not { } form)
        {
            return;
        }

        var (secret, chosen) = (Secret(context), form["name"].ToString().Trim());
        if (!parts.People.TryLook(secret, out var name))
        {
            await SignInPages.WriteAsync(context, SignInPages.Void);
            return;
        }

        if (name is null && Person.Fault(chosen) is { } fault)
        {
            await SignInPages.WriteAsync(context, SignInPages.Accept(secret, null, Token(context), $"{fault}."));
            return;
        }

        if (parts.People.Use(secret, chosen) is not { } person)
        {
            await SignInPages.WriteAsync(context, SignInPages.Void);
            return;
        }

        await SignInAsync(context, person);
        var wanted = LocalPath(context.Request.Cookies[WantedCookie]);
        context.Response.Cookies.Delete(WantedCookie, new CookieOptions { Path = "/signin" });
        context.Response.Redirect(wanted);
    }

    static async Task GoToProviderAsync(HttpContext context)
    {
        if (await FormAsync(context) is { } form)
        {
            await context.ChallengeAsync(OpenIdSetup.Scheme, new AuthenticationProperties { RedirectUri = LocalPath(form["to"]) });
        }
    }

    static async Task SignOutAsync(HttpContext context)
    {
        if (await FormAsync(context) is not null)
        {
            await context.SignOutAsync(SessionHandler.Scheme);
            context.Response.Redirect("/signin");
        }
    }

    internal static Task SignInAsync(HttpContext context, Person person) =>
        context.SignInAsync(SessionHandler.Scheme, new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, person.Name)], SessionHandler.Scheme)));

    /// <summary>The form, once its antiforgery token has proved good; null when it was answered already.</summary>
    static async Task<IFormCollection?> FormAsync(HttpContext context)
    {
        if (context.Request.HasFormContentType && await context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context))
        {
            return await context.Request.ReadFormAsync(context.RequestAborted);
        }

        await SignInPages.WriteAsync(context, SignInPages.Refused("This form was open for too long, or the server was started anew meanwhile. Open the page again."));
        return null;
    }

    static Markup Token(HttpContext context)
    {
        var tokens = context.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(context);
        return Markup.Of($"""<input type="hidden" name="{tokens.FormFieldName}" value="{tokens.RequestToken}"/>""");
    }

    static string Secret(HttpContext context) => (string)context.Request.RouteValues["secret"]!;

    /// <summary>A path of ours, or the overview: nobody is sent to another site after signing in.</summary>
    internal static string LocalPath(string? to) =>
        to is ['/', not ('/' or '\\'), ..] && !to.Any(char.IsControl) && !to.StartsWith("/sign", StringComparison.Ordinal) ? to : "/";
}
