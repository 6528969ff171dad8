using System.Text;
using System.Text.Json.Nodes;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Access.Standings;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Verification;
using Stillwatch.Storage.Accounts;
using static Stillwatch.Gateway.Tests.Access.AccessGateway;

namespace Stillwatch.Gateway.Tests.Access;

/// <summary>Levels of verification over HTTP: what they open, and how a vendor's signed report raises them.</summary>
public sealed class LevelFlowTests
{
    const string Secret = "a-secret-of-the-vendor";
    const string Batches = "/v1/messages/batches";
    const string Thinking = "[dev:thinking]";

    static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_refused_model_names_what_is_missing_and_a_signed_report_opens_it_at_once()
    {
        await using var upstream = Upstream();
        await using var gateway = await StartAsync(
            Gated(GatedFeature.Models, "big-*"), upstream, config => config with { Verification = new VerificationConfig([Secret], TimeSpan.FromMinutes(5)) });
        var client = gateway.Client("acct_a");
        foreach (var path in (string[])[Messages, Chat])
        {
            var refused = await AskAsync(client, Body("big-1"), path);
            Assert.Equal((403, "verification_required", "false"), (refused.Status, refused.Code, refused.Header("x-should-retry")));
            Assert.Contains("level person", refused.Message, StringComparison.Ordinal);
            Assert.Contains("level none", refused.Message, StringComparison.Ordinal);
            Assert.Contains("https://verify.example/start", refused.Message, StringComparison.Ordinal);
            Assert.Equal(path == Messages, refused.Body.Contains("\"type\":\"error\"", StringComparison.Ordinal));
            Assert.Equal(200, (await AskAsync(client, Body("small"), path)).Status);
        }

        const string Report = """{"id":"ev_1","account":"acct_a","level":"person","vendor":"v"}""";
        Assert.Equal(401, await ReportAsync(gateway, Report, "another-secret-of-nobody"));
        Assert.Equal(401, await ReportAsync(gateway, Report, Secret, TimeSpan.FromMinutes(-6)));
        Assert.Equal(403, (await AskAsync(client, Body("big-1"))).Status);
        Assert.Equal(200, await ReportAsync(gateway, Report, Secret));
        Assert.Equal(200, (await AskAsync(client, Body("big-1"))).Status);
        Assert.Equal(200, (await AskAsync(client, Body("big-1"), Chat)).Status);

        // Brought down by the operator, a replay of the old report does not raise it again.
        gateway.Host.Accounts.Change("acct_a", (Recorded<AccountRecord>? found) => found! with { Value = found.Value with { Verification = VerificationLevel.Contact } }, gateway.Host.Accounts.Note(ChangeSource.Api, "ana", "papers were false"));
        Assert.Equal(200, await ReportAsync(gateway, Report, Secret));
        Assert.Equal(403, (await AskAsync(client, Body("big-1"))).Status);
    }

    [Theory]
    [InlineData("Batches", "/v1/messages/batches", "/v1/files")]
    [InlineData("Files", "/v1/files", "/v1/messages/batches")]
    public async Task Batches_and_files_are_gated_by_themselves(string feature, string gated, string open)
    {
        await using var gateway = await StartAsync(Gated(Enum.Parse<GatedFeature>(feature)), upstream: null);
        var client = gateway.Client("acct_a");
        Assert.Equal((403, "verification_required"), await ShortAsync(AskAsync(client, path: gated, method: HttpMethod.Get)));
        Assert.Equal((403, "verification_required"), await ShortAsync(AskAsync(client, path: $"{gated}/some_id", method: HttpMethod.Get)));
        Assert.Equal((403, "verification_required"), await ShortAsync(AskAsync(client, "{}", gated)));
        Assert.Equal(200, (await AskAsync(client, path: open, method: HttpMethod.Get)).Status);
        Assert.Equal(200, (await AskAsync(client)).Status);
        gateway.Host.Accounts.Import([new AccountRecord { Account = "acct_a", Verification = VerificationLevel.Person }], [], gateway.Host.Accounts.Note(ChangeSource.Import, "t", "t"));
        Assert.Equal(200, (await AskAsync(client, path: gated, method: HttpMethod.Get)).Status);
    }

    [Fact]
    public async Task A_gated_model_does_not_slip_through_inside_a_batch()
    {
        await using var gateway = await StartAsync(Gated(GatedFeature.Models, "big-*"), upstream: null);
        var client = gateway.Client("acct_a");
        var refused = await AskAsync(client, BatchOf(Body("small"), Body("big-1")), Batches);
        Assert.Equal((403, "verification_required"), (refused.Status, refused.Code));
        Assert.Contains("requests[1]", refused.Message, StringComparison.Ordinal);
        Assert.Equal(200, (await AskAsync(client, BatchOf(Body("small")), Batches)).Status);
    }

    [Fact]
    public async Task Reasoning_is_withheld_below_its_level_whole_streamed_and_in_results_of_batches()
    {
        await using var gateway = await StartAsync(Gated(GatedFeature.Reasoning), upstream: null);
        gateway.Host.Accounts.Import([new AccountRecord { Account = "acct_b", Verification = VerificationLevel.Person }], [], gateway.Host.Accounts.Note(ChangeSource.Import, "t", "t"));
        var (low, high) = (gateway.Client("acct_a"), gateway.Client("acct_b"));
        var reasoning = ThinkingOf(JsonNode.Parse((await AskAsync(high, Body(maxTokens: 500, text: Thinking))).Body)!)!;
        Assert.True(reasoning.Length > 20);
        var needle = reasoning[..20];
        var whole = await AskAsync(low, Body(maxTokens: 500, text: Thinking));
        Assert.Equal((200, ""), (whole.Status, ThinkingOf(JsonNode.Parse(whole.Body)!)));
        string[] seen =
        [
            whole.Body,
            (await AskAsync(low, Body(maxTokens: 500, text: Thinking, stream: true))).Body,
            (await AskAsync(low, Body(maxTokens: 500, text: Thinking), Chat)).Body,
            (await AskAsync(low, Body(maxTokens: 500, text: Thinking, stream: true), Chat)).Body,
            await ResultsAsync(low),
        ];
        Assert.All(seen, body => Assert.DoesNotContain(needle, body, StringComparison.Ordinal));
        Assert.Contains("signature_delta", seen[1], StringComparison.Ordinal);
        Assert.Contains("\"thinking\":\"\"", seen[4], StringComparison.Ordinal);
        Assert.Contains(needle, await ResultsAsync(high), StringComparison.Ordinal);
    }

    static AccessPolicy Gated(GatedFeature feature, params string[] models) => new()
    {
        VerifyUrl = new Uri("https://verify.example/start"),
        Levels = new LevelPolicy { Rules = [new LevelRule("gate", feature, models, [], VerificationLevel.Person, RuleMode.Enforce)] },
    };

    static string? ThinkingOf(JsonNode message) => (string?)message["content"]!.AsArray().First(block => (string?)block!["type"] == "thinking")!["thinking"];

    static string BatchOf(params string[] bodies) =>
        $$"""{"requests":[{{string.Join(',', bodies.Select((body, i) => $$"""{"custom_id":"r{{i}}","params":{{body.Replace(",\"stream\":false", "", StringComparison.Ordinal)}}}"""))}}]}""";

    static async Task<string> ResultsAsync(HttpClient client)
    {
        var made = await AskAsync(client, BatchOf(Body(maxTokens: 500, text: Thinking)), Batches);
        Assert.Equal(200, made.Status);
        var id = (string)JsonNode.Parse(made.Body)!["id"]!;
        await UntilAsync(() => AskAsync(client, path: $"{Batches}/{id}", method: HttpMethod.Get), answer => (string?)JsonNode.Parse(answer.Body)!["processing_status"] == "ended");
        return (await AskAsync(client, path: $"{Batches}/{id}/results", method: HttpMethod.Get)).Body;
    }

    static async Task<int> ReportAsync(AccessGateway gateway, string report, string secret, TimeSpan offset = default)
    {
        using var http = new HttpClient { BaseAddress = gateway.Host.DataAddress };
        var signature = WebhookSignature.Sign(secret, TimeProvider.System.GetUtcNow() + offset, Encoding.UTF8.GetBytes(report));
        return (await AskAsync(http, report, VerificationWebhook.Path, null, (WebhookSignature.Header, signature))).Status;
    }

    static async Task<(int, string?)> ShortAsync(Task<AccessAnswer> answer) => ((await answer).Status, (await answer).Code);
}
