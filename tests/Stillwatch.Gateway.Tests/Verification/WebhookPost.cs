using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Access.Standings;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Tests.Storage;
using Stillwatch.Gateway.Verification;
using Stillwatch.Storage.Accounts;

namespace Stillwatch.Gateway.Tests.Verification;

/// <summary>A register of its own with the webhook before it, and a vendor that signs.</summary>
sealed class WebhookPost : IDisposable
{
    public const string Secret = "a-secret-of-the-vendor";

    readonly TemporaryDirectory _directory = new();

    public WebhookPost()
    {
        Register = new AccountRegister(AccountStore.Open(Path.Combine(Directory.CreateDirectory(_directory.Path).FullName, "accounts.db")), new StandingBook(), Time);
        var reports = new VerificationReports(Register, account => account == "has-a-key", organization => organization == "of-a-key");
        Webhook = new VerificationWebhook(reports, () => Config, Time, NullLogger.Instance);
        Register.Import([new AccountRecord { Account = "a", Organization = "o" }], [new OrganizationRecord { Organization = "o" }], Register.Note(ChangeSource.Import, "test", "test"));
        Time.Advance(TimeSpan.FromMinutes(10));
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));

    public VerificationConfig Config { get; set; } = new([Secret], TimeSpan.FromMinutes(5));

    public AccountRegister Register { get; }

    public VerificationWebhook Webhook { get; }

    public VerificationLevel Level => Register.Standings.Of("a", null).Level;

    /// <summary>Signs and delivers; gives back the status and the outcome or the error's code.</summary>
    public Task<(int Status, string Says)> SendAsync(string body, string secret = Secret, TimeSpan offset = default) =>
        DeliverAsync(body, WebhookSignature.Sign(secret, Time.GetUtcNow() + offset, Encoding.UTF8.GetBytes(body)));

    public async Task<(int Status, string Says)> DeliverAsync(string body, string? signature, string method = "POST")
    {
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        using var answer = new MemoryStream();
        context.Response.Body = answer;
        if (signature is not null)
        {
            context.Request.Headers[WebhookSignature.Header] = signature;
        }

        await Webhook.HandleAsync(context);
        var json = JsonDocument.Parse(answer.ToArray()).RootElement;
        return (context.Response.StatusCode, json.TryGetProperty("error", out var error) ? error.GetProperty("code").GetString()! : json.GetProperty("outcome").GetString()!);
    }

    public static string Event(string id, string level = "person", string more = "") => $$"""{"id":"{{id}}","account":"a","level":"{{level}}","vendor":"v"{{more}}}""";

    public void Dispose()
    {
        Register.Store.Dispose();
        _directory.Dispose();
    }
}
