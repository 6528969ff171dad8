using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Stillwatch.Gateway.Admin;

/// <summary>Who may ask the admin API: whoever has its token, or, where it is open, whoever sits at this machine and is no web page.</summary>
/// <remarks>
/// An open listener on loopback can be reached by every page in the operator's browser. A page that made its own name point here (DNS
/// rebinding) gives itself away by the Host it asks for, one that posts across sites by Origin and Sec-Fetch-Site. Thread-safe.
/// </remarks>
sealed class AdminGuard
{
    readonly byte[]? _token;

    /// <param name="token">Null for an open listener, which must have been asked for by name.</param>
    /// <exception cref="ArgumentException">The token is empty.</exception>
    public AdminGuard(string? token)
    {
        if (token is { Length: 0 })
        {
            throw new ArgumentException("The admin token is empty: an open listener must be asked for by name (admin_auth: none).", nameof(token));
        }

        _token = token is null ? null : Encoding.UTF8.GetBytes(token);
    }

    /// <returns>Null when the request may pass.</returns>
    public (int Status, AdminFault Fault)? Refuses(HttpRequest request) => _token is null ? RefusesPage(request) : RefusesToken(request);

    (int, AdminFault)? RefusesToken(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        var header = request.Headers.Authorization is [{ } only] ? only : "";
        var presented = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim()) : [];
        return CryptographicOperations.FixedTimeEquals(presented, _token)
            ? null
            : (401, new AdminFault("invalid_admin_token", "Send the admin token as Authorization: Bearer; it is in the file admin.token of the data directory."));
    }

    static (int, AdminFault)? RefusesPage(HttpRequest request)
    {
        if (!IsLoopback(request.Host.Host))
        {
            return (403, new AdminFault("foreign_host", "Without a token only requests to localhost or a loopback address are answered."));
        }

        var site = request.Headers["Sec-Fetch-Site"].ToString();
        var origin = request.Headers.Origin.ToString();
        var isForeign = (origin.Length > 0 && !origin.Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase))
            || site is not ("" or "same-origin" or "none");
        return isForeign ? (403, new AdminFault("foreign_origin", "Without a token, web pages of other sites are not answered.")) : null;
    }

    static bool IsLoopback(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
