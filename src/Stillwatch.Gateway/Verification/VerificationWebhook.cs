using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Stillwatch.Gateway.Admin;
using Stillwatch.Gateway.Configuration;

namespace Stillwatch.Gateway.Verification;

/// <summary>
/// <c>POST /stillwatch/v1/webhooks/verification</c>: any vendor that knows a shared secret reports levels of verification.
/// </summary>
/// <remarks>
/// Statuses are chosen for vendors, which send again after 5xx and give up or page somebody after 4xx: an unknown account is a 404 and not
/// remembered, so that the same event can be sent again once the account exists. Steps: (1) without a secret there is no such path;
/// (2) the body is read, bounded; (3) signature and time are checked, with one answer to whatever is wrong with them; (4) only then is the
/// body looked at. Thread-safe.
/// </remarks>
/// <param name="config">The running configuration's part, read at each call.</param>
sealed partial class VerificationWebhook(VerificationReports reports, Func<VerificationConfig> config, TimeProvider time, ILogger log)
{
    public const string Path = "/stillwatch/v1/webhooks/verification";

    const int MaxBodyBytes = 64 * 1024;

    public async Task HandleAsync(HttpContext context)
    {
        var current = config();
        if (current.Secrets.Count == 0)
        {
            await AdminHttp.Refuse(context, 404, new AdminFault("unknown_path", $"There is no {Path} here: no secret is configured (verification.secrets)."));
            return;
        }

        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.Headers.Allow = "POST";
            await AdminHttp.Refuse(context, 405, new AdminFault("method_not_allowed", $"{Path} takes POST only."));
            return;
        }

        if (await ReadAsync(context) is not { } body)
        {
            LogRefused(log, "the body is too large");
            await AdminHttp.Refuse(context, 413, new AdminFault("request_too_large", $"An event has at most {MaxBodyBytes} bytes."));
            return;
        }

        var headers = context.Request.Headers[WebhookSignature.Header];
        if (!WebhookSignature.IsValid(headers is [var header] ? header : null, body, current.Secrets, current.Tolerance, time.GetUtcNow(), out var signedAt))
        {
            LogRefused(log, "no valid signature");
            await AdminHttp.Refuse(context, 401, new AdminFault(
                "invalid_signature", $"{WebhookSignature.Header} is missing, not made with a secret known here, or its time is too far from now: sign each delivery anew."));
            return;
        }

        if (!VerificationEvent.TryParse(body, out var report, out var fault))
        {
            LogRefused(log, "it is no event");
            await AdminHttp.Refuse(context, 400, new AdminFault("invalid_event", $"This is no event: {fault}."));
            return;
        }

        // One from the future would outrank every true one until then.
        if (report.OccurredAt > time.GetUtcNow() + current.Tolerance)
        {
            LogRefused(log, "it has not happened yet");
            await AdminHttp.Refuse(context, 400, new AdminFault("invalid_event", "This is no event: occurred_at lies in the future."));
            return;
        }

        var outcome = reports.Apply(report, body, signedAt);
        LogHandled(log, report.Id, outcome);
        await (outcome switch
        {
            ReportOutcome.IdReused => AdminHttp.Refuse(context, 409, new AdminFault(
                "event_id_reused", $"Another event came under the id {report.Id} before: give each event an id of its own.")),
            ReportOutcome.Unknown => AdminHttp.Refuse(context, 404, new AdminFault(
                "unknown_account", "No record and no key names this account or organization: check its spelling, or send the event again when it exists.")),
            _ => AdminHttp.Write(context, 200, new ReportAnswer(report.Id, outcome), AccountJson.Strict.ReportAnswer),
        });
    }

    static async Task<byte[]?> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentLength > MaxBodyBytes)
        {
            return null;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxBodyBytes + 1;
        }

        var buffer = new byte[MaxBodyBytes + 1];
        try
        {
            var length = await context.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, context.RequestAborted);
            return length > MaxBodyBytes ? null : buffer[..length];
        }
        catch (BadHttpRequestException e) when (e.StatusCode == 413)
        {
            return null;
        }
    }

    [LoggerMessage(1652, LogLevel.Information, "The verification event {Id} was dealt with: {Outcome}")]
    static partial void LogHandled(ILogger log, string id, ReportOutcome outcome);

    [LoggerMessage(1653, LogLevel.Warning, "A verification webhook was refused: {Reason}")]
    static partial void LogRefused(ILogger log, string reason);
}
