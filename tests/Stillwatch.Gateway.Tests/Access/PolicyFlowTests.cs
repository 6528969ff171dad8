using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Enforcement;
using Stillwatch.Gateway.Limits;
using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Tests.Enforcement;
using Stillwatch.Gateway.Tests.Storage;
using Stillwatch.Storage;
using static Stillwatch.Gateway.Tests.Access.AccessGateway;

namespace Stillwatch.Gateway.Tests.Access;

/// <summary>The policy while a gateway runs: edits good and bad, a store that fails, what is measured and what is never logged.</summary>
public sealed class PolicyFlowTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();
    readonly FakeTimeProvider _time = new(ScriptedRing.Start);

    static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bad_edit_keeps_the_last_good_policy_and_readyz_says_so()
    {
        const string One = "limits: {rules: [{name: rpm, per: account, requests: 1/h}]}\n";
        var path = Write(One);
        await using var upstream = Upstream();
        using var watcher = PolicyWatcher.Open(path, _ => null, TimeProvider.System, NullLogger.Instance, notices: false).Watcher!;
        await using var gateway = await StartAsync(new AccessPolicy(), upstream, options: options => options with { PolicyFile = watcher });
        using var admin = new HttpClient { BaseAddress = gateway.Host.AdminAddress };
        Assert.Equal("current", await ReadyAsync("state"));
        var client = gateway.Client("acct_a");
        Assert.Equal(200, (await AskAsync(client)).Status);
        Assert.Equal(429, (await AskAsync(client)).Status);

        Write("limits: {rules: [{name: rpm, per: account, requests: lots}]}\n");
        watcher.Reload();
        Assert.Equal("refused", await ReadyAsync("state"));
        Assert.Contains("policy.yaml:1: limits.rules[0].requests", await ReadyAsync("reasons"), StringComparison.Ordinal);
        Assert.Equal(429, (await AskAsync(client)).Status);

        // Readable, but not usable: a database that is none.
        Write("regions: {databases: [nonsense.mmdb], rules: [{name: n, code: c, facts: [network_country], refuse: [KP]}]}\n");
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(path)!, "nonsense.mmdb"), "no database");
        watcher.Reload();
        Assert.Equal("refused", await ReadyAsync("state"));
        Assert.Equal(429, (await AskAsync(client)).Status);

        // A rule of another name is another budget; one that only changes its amount keeps the share that was used.
        Write(One.Replace("rpm", "rph", StringComparison.Ordinal));
        watcher.Reload();
        Assert.Equal(("current", "[]"), (await ReadyAsync("state"), await ReadyAsync("reasons")));
        Assert.Equal(200, (await AskAsync(client)).Status);

        async Task<string> ReadyAsync(string member)
        {
            var page = JsonNode.Parse(await admin.GetStringAsync("/readyz", Ended))!;
            Assert.True((bool)page["ready"]!);
            return member == "state" ? (string)page["policy"]!["state"]! : page["reasons"]!.ToJsonString();
        }
    }

    [Fact]
    public async Task A_policy_that_only_observes_from_now_on_ends_every_response_at_once()
    {
        var path = Write("mode: enforce\nresponses: {judge_every: 1h}\n");
        await using var upstream = Upstream();
        using var watcher = PolicyWatcher.Open(path, _ => null, TimeProvider.System, NullLogger.Instance, notices: false).Watcher!;
        await using var gateway = await StartAsync(new AccessPolicy(), upstream, options: options => options with { PolicyFile = watcher, EventTime = _time });
        var client = gateway.Client("acct_000000");
        gateway.Host.Parts.Ladder.Apply(ScriptedRing.Report(new ScriptedRing("C-1", ScriptedRing.Names(0, 5), Rung.Verify)), _time.GetUtcNow());
        Assert.NotNull((await AskAsync(client)).Header("stillwatch-notice"));
        Write("mode: observe\nresponses: {judge_every: 1h}\n");
        watcher.Reload();
        Assert.Null((await AskAsync(client)).Header("stillwatch-notice"));
        Write("mode: enforce\nresponses: {judge_every: 1h}\n");
        watcher.Reload();
        Assert.NotNull((await AskAsync(client)).Header("stillwatch-notice"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_money_cannot_be_written_the_policy_says_who_is_served(bool isOpen)
    {
        await using var upstream = Upstream();
        var policy = new AccessPolicy
        {
            Limits = new LimitPolicy
            {
                OnStoreFailure = isOpen ? StoreFailure.Open : StoreFailure.Closed, Rules = [Rule(LimitScope.Account, Meter.SpendNanoUsd, 1_000_000_000, "day")],
                Prices = [new ModelPrice("m", 100, 200, 10, 125)],
            },
        };
        await using var gateway = await StartAsync(policy, upstream);
        var client = gateway.Client("acct_a");
        Assert.Equal(200, (await AskAsync(client)).Status);
        await using (var other = new SqliteConnection($"Data Source={Path.Combine(gateway.Host.Parts.State.Config.DataDirectory, "spend.db")};Pooling=False"))
        {
            await other.OpenAsync(Ended);
            Run(other, "ALTER TABLE spend RENAME TO gone");
            if (isOpen)
            {
                await UntilAsync(() => AskAsync(client), _ => MetricOf(gateway) > 0);
                Assert.Equal(200, (await AskAsync(client)).Status);
            }
            else
            {
                var refused = await UntilAsync(() => AskAsync(client), answer => answer.Status == 503);
                Assert.Equal(("limits_unavailable", "1"), (refused.Code, refused.Header("retry-after")));
                Assert.Equal(200, (await AskAsync(client, Body("free"))).Status); // has no price
            }

            Run(other, "ALTER TABLE gone RENAME TO spend");
        }

        await UntilAsync(() => AskAsync(client), answer => answer.Status == 200);

        static long MetricOf(AccessGateway gateway) => gateway.Host.Limits.Of("day", LimitOutcome.ServedStoreFailed);
    }

    [Fact]
    public async Task What_is_refused_and_held_is_measured_under_few_labels()
    {
        await using var upstream = Upstream();
        var policy = Limited(Rule(LimitScope.Account, Meter.Requests, 1, "rpm"), Rule(LimitScope.Account, Meter.Requests, 1, "trial") with { Mode = RuleMode.Shadow }) with
        {
            Mode = PolicyMode.Enforce, Responses = new ResponsePolicy { JudgeEvery = TimeSpan.FromHours(1) },
        };
        await using var gateway = await StartAsync(policy, upstream, options: options => options with { EventTime = _time });
        gateway.Host.Parts.Ladder.Apply(ScriptedRing.Report(new ScriptedRing("C-1", ScriptedRing.Names(0, 5))), _time.GetUtcNow());
        var @case = gateway.Host.Parts.Responses.All["acct_000000"].Case;
        gateway.Host.Cases.Approve(@case, Rung.Suspend, "ana", "seen", ["acct_000000"], _time.GetUtcNow());
        gateway.Host.Cases.Approve(@case, Rung.Suspend, "ben", "seen", ["acct_000000"], _time.GetUtcNow());
        Assert.Equal(403, (await AskAsync(gateway.Client("acct_000000"))).Status);
        var client = gateway.Client("acct_b");
        await AskAsync(client);
        Assert.Equal(429, (await AskAsync(client)).Status);
        using var admin = new HttpClient { BaseAddress = gateway.Host.AdminAddress };
        var page = await admin.GetStringAsync("/metrics", Ended);
        Assert.Matches("stillwatch_access_refused[a-z_]*\\{[^}]*code=\"account_suspended\"[^}]*\\} 1", page);
        Assert.Matches("stillwatch_limits_refused[a-z_]*\\{[^}]*mode=\"enforce\"[^}]*rule=\"rpm\"[^}]*\\} 1|stillwatch_limits_refused[a-z_]*\\{[^}]*rule=\"rpm\"[^}]*mode=\"enforce\"[^}]*\\} 1", page);
        Assert.Matches("stillwatch_responses_held[a-z_]*\\{[^}]*rung=\"suspend\"[^}]*\\} 1", page);
        Assert.Matches("stillwatch_responses_held[a-z_]*\\{[^}]*rung=\"shape\"[^}]*\\} 4", page);
        Assert.DoesNotContain("acct_", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_secret_no_prompt_and_no_appeal_is_in_any_log_line()
    {
        var lines = new KeptLines();
        using var logs = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(lines));
        await using (var gateway = await StartAsync(
            Limited(Rule(LimitScope.Account, Meter.Requests, 6)) with { Mode = PolicyMode.Enforce, Responses = new ResponsePolicy { JudgeEvery = TimeSpan.FromHours(1) } },
            upstream: null, options: options => options with { Logs = logs, EventTime = _time }))
        {
            using var client = gateway.Gateway.ClientWith(gateway.Host.Keys.Create(new Stillwatch.Gateway.Keys.KeyRequest("acct_000000")) is var key ? key.Text : "");
            foreach (var path in (string[])[Messages, Chat, "/v1/messages/count_tokens"])
            {
                await AskAsync(client, Body(text: "canary-prompt [dev:thinking]"), path);
                await AskAsync(client, Body(text: "canary-prompt [dev:error 500]"), path);
                await AskAsync(client, Body(text: "canary-prompt") + "canary-prompt", path);
            }

            Assert.Equal(429, (await AskAsync(client, Body(text: "canary-prompt"))).Status);
            gateway.Host.Parts.Ladder.Apply(ScriptedRing.Report(new ScriptedRing("C-1", ScriptedRing.Names(0, 5))), _time.GetUtcNow());
            var @case = gateway.Host.Parts.Responses.All["acct_000000"].Case;
            gateway.Host.Cases.Approve(@case, Rung.Suspend, "ana", "seen", null, _time.GetUtcNow());
            gateway.Host.Cases.Approve(@case, Rung.Suspend, "ben", "seen", null, _time.GetUtcNow());
            Assert.Equal(403, (await AskAsync(client, Body(text: "canary-prompt"))).Status);
            var made = await AskAsync(client, """{"statement":"canary-appeal","contact":"canary-contact"}""", "/stillwatch/v1/appeals");
            Assert.Equal(201, made.Status);
            await AskAsync(client, """{"statement":"canary-appeal" canary-appeal}""", "/stillwatch/v1/appeals");
            gateway.Host.Cases.Answer((string)JsonNode.Parse(made.Body)!["id"]!, Stillwatch.Storage.Cases.AppealDecision.Overturn, false, "cyn", "canary-answer", _time.GetUtcNow());
            await AskAsync(gateway.Gateway.ClientWith("sk-canary-key-that-is-none"));
            lines.Secrets.AddRange([key.Text, gateway.Host.DevelopmentKey!]);
        }

        Assert.NotEmpty(lines.All);
        Assert.All(lines.All, line => Assert.DoesNotContain("canary", line, StringComparison.OrdinalIgnoreCase));
        Assert.All(lines.All, line => Assert.DoesNotContain(lines.Secrets, secret => line.Contains(secret, StringComparison.Ordinal)));
    }

    public void Dispose() => _directory.Dispose();

    static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    string Write(string text)
    {
        var path = Path.Combine(Directory.CreateDirectory(_directory.Path).FullName, "policy.yaml");
        File.WriteAllText(path + "~", text);
        File.Move(path + "~", path, overwrite: true);
        return path;
    }

    sealed class KeptLines : ILoggerProvider, ILogger
    {
        readonly System.Collections.Concurrent.ConcurrentQueue<string> _lines = [];

        public IReadOnlyCollection<string> All => _lines;

        public List<string> Secrets { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{eventId} {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
