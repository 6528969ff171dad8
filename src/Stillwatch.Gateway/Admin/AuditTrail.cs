using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Stillwatch.Storage.Audits;

namespace Stillwatch.Gateway.Admin;

/// <summary>An order that says who gives it and why.</summary>
interface ISignedOrder
{
    /// <summary>The person, as stated: the admin token is shared.</summary>
    string? By { get; }

    string? Reason { get; }
}

/// <summary>Writes into the audit log what the admin API was asked to change, route by route, so that a new route cannot be forgotten.</summary>
static class AuditTrail
{
    /// <summary>Whoever holds the admin token, where an order names nobody.</summary>
    public const string Token = "admin token";

    static readonly object SignedBy = new();

    /// <summary>Remembers who signed the order that was read.</summary>
    public static void Sign(HttpContext context, object order)
    {
        if (order is ISignedOrder signed)
        {
            context.Items[SignedBy] = signed;
        }
    }

    /// <summary>Whether a request may change something, or was refused.</summary>
    public static bool Concerns(HttpContext context) => !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method);

    public static AuditEntry Entry(HttpContext context, DateTimeOffset now, string? detail = null)
    {
        var signed = context.Items[SignedBy] as ISignedOrder;
        var (action, subject) = Named(context);
        var status = context.Response.StatusCode;
        return new AuditEntry
        {
            At = now,
            Who = signed?.By is { Length: > 0 } by ? by : context.Request.Query["by"].ToString() is { Length: > 0 } named ? named : Token,
            Role = Token,
            Face = AuditFace.Api,
            Action = action,
            Subject = subject,
            Reason = signed?.Reason,
            Outcome = status < 400 ? AuditOutcome.Done : status < 500 ? AuditOutcome.Refused : AuditOutcome.Failed,
            Detail = detail ?? (status == 200 ? null : $"HTTP {status}"),
        };
    }

    /// <summary>A route as a word and the thing it is about: <c>POST /api/v1/cases/{id}/approve</c> is <c>case_approve</c> of <c>case …</c>.</summary>
    static (string Action, string? Subject) Named(HttpContext context)
    {
        var pattern = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern;
        var segments = pattern?.PathSegments.Skip(2).ToList() ?? []; // api, v1
        var words = segments.Select(segment => string.Concat(segment.Parts.OfType<Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart>().Select(part => part.Content)))
            .Where(word => word.Length > 0).ToList();
        if (words.Count == 0)
        {
            return ("unknown_path", context.Request.Path);
        }

        var kind = words[0].TrimEnd('s');
        return (
            string.Join('_', [kind, .. words.Count == 1 ? ["add"] : words.Skip(1)]).Replace('-', '_'),
            context.Request.RouteValues["id"] is string id ? $"{kind} {id.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase)}" : null);
    }
}
