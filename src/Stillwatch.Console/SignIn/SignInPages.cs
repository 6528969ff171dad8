using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Stillwatch.Console.Reports.Html;

namespace Stillwatch.Console.SignIn;

/// <summary>The few pages that need nobody signed in: small, whole, and without a script.</summary>
static class SignInPages
{
    /// <param name="Status">HTTP status.</param>
    internal sealed record Page(int Status, string Title, Markup Body);

    public static Page SignIn(string to, bool hasOpenId, Markup token) => new(200, "Sign in", hasOpenId
        ? Markup.Of($"""<form method="post" action="/signin/provider">{token}<input type="hidden" name="to" value="{to}"/><button type="submit">Sign in with your organization</button></form>""")
        : Markup.Of($"""
            <p>You sign in with a link that holds once. Ask one of your admins for it: they make it under <em>People</em>.</p>
            <p class="soft">Nobody has access yet, or nobody is left who could make links? On the server, run</p><pre><code>stillwatch people link NAME --role admin</code></pre>
            """));

    /// <param name="name">Null for the first admin, who chooses one.</param>
    public static Page Accept(string secret, string? name, Markup token, string? fault = null) => new(fault is null ? 200 : 400, "Sign in", Markup.Of($"""
        <form method="post" action="/signin/{secret}">{token}
        {(name is null
            ? Markup.Of($"""<p>You are the first here, and will be admin. Your name signs what you decide.</p><label for="name">Your name</label><input id="name" name="name" maxlength="128" required="required" autocomplete="name" autofocus="autofocus"/>""")
            : Markup.Of($"""<p>Welcome, <b>{name}</b>. This link holds once.</p>"""))}
        {(fault is null ? Markup.Empty : Markup.Of($"""<p class="fault" role="alert">{fault}</p>"""))}
        <button type="submit">Sign in</button></form>
        """));

    public static Page Void => new(410, "This link does not hold any more", Markup.Of(
        $"""<p>It was used, it is too old, or a newer one took its place. Ask for another.</p><p><a href="/signin">How to sign in</a></p>"""));

    public static Page Refused(string why) => new(403, "You cannot sign in", Markup.Of($"""<p>{why}</p><p><a href="/signin">Back</a></p>"""));

    public static Page TooOften => new(429, "Too many attempts", Markup.Of($"""<p>Wait a minute, then try again.</p>"""));

    public static Page Forbidden(ClaimsPrincipal user) => new(403, "Not with your role", Markup.Of(
        $"""<p>You are signed in as <b>{user.Identity?.Name}</b> with the role <b>{PersonClaims.RoleOf(user)?.ToString().ToLowerInvariant()}</b>, which does not open this page. An admin can change that.</p><p><a href="/">To the overview</a></p>"""));

    public static Page NotFound(string path) => new(404, "There is no such page", Markup.Of($"""<p>Nothing is at <code>{path}</code>.</p><p><a href="/">To the overview</a></p>"""));

    public static async Task WriteAsync(HttpContext context, Page page)
    {
        context.Response.StatusCode = page.Status;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        var theme = Layout.Preferences.Of(context).Theme;
        await context.Response.WriteAsync("<!DOCTYPE html>" + Markup.Of($"""
            <html lang="en" data-theme="{theme}"><head><meta charset="utf-8"/>
            <title>{page.Title} · Stillwatch</title><meta name="viewport" content="initial-scale=1, width=device-width"/><link rel="icon" href="{Assets.AssetFiles.Address("mark.svg")}"/>
            <link rel="stylesheet" href="{Assets.AssetFiles.Address("theme.css")}"/><link rel="stylesheet" href="{Assets.AssetFiles.Address("console.css")}"/></head>
            <body class="alone"><main><p class="brand">Stillwatch</p><h1>{page.Title}</h1>{page.Body}</main></body></html>
            """));
    }
}
