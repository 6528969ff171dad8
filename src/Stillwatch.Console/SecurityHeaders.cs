using Microsoft.AspNetCore.Http;

namespace Stillwatch.Console;

/// <summary>What a browser may do with our pages: run our own scripts, speak to us, and nothing else.</summary>
/// <remarks>Style attributes are let through, since the component library positions with them; style elements are not.</remarks>
static class SecurityHeaders
{
    const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'self'; frame-ancestors 'none'; object-src 'none'";

    public static void Add(HttpContext context, string? openIdOrigin)
    {
        var headers = context.Response.Headers;
        // A form that leads to the identity provider by a redirect needs its origin.
        headers.ContentSecurityPolicy = openIdOrigin is null ? ContentSecurityPolicy : ContentSecurityPolicy.Replace("form-action 'self'", $"form-action 'self' {openIdOrigin}");
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin"; // none at all would take the origin off our own forms
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (context.Request.IsHttps)
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }
    }
}
