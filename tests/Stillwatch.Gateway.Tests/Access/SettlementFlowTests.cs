using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Limits;
using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Tests.Storage;
using Stillwatch.Gateway.Tests.Support;
using static Stillwatch.Gateway.Tests.Access.AccessGateway;

namespace Stillwatch.Gateway.Tests.Access;

/// <summary>What an exchange takes out of budgets over HTTP, and what it gives back when it ends in each of the ways it can.</summary>
public sealed class SettlementFlowTests
{
    const string Begin = """
        event: message_start
        data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":10,"output_tokens":1}}}

        event: content_block_start
        data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hello"}}


        """;

    const string End = """
        event: content_block_stop
        data: {"type":"content_block_stop","index":0}

        event: message_delta
        data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":5}}

        event: message_stop
        data: {"type":"message_stop"}


        """;

    const string Overloaded = """{"type":"error","error":{"type":"overloaded_error","message":"busy"}}""";

    static readonly LimitRule Output = Rule(LimitScope.Account, Meter.OutputTokens, 100_000);

    static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("complete")]
    [InlineData("client leaves")]
    [InlineData("upstream's error event")]
    [InlineData("upstream cuts")]
    [InlineData("upstream refuses")]
    public async Task A_stream_holds_its_slot_until_it_ends_however_it_ends(string how)
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = new ScriptedUpstream(async (request, connection) =>
        {
            if (!request.Text.Contains("\"stream\":true", StringComparison.Ordinal))
            {
                await connection.ReplyAsync(200, "application/json", Message);
                return;
            }

            if (how == "upstream refuses")
            {
                await goOn.Task.WaitAsync(Ended);
                await connection.ReplyAsync(429, "application/json", Overloaded, ("x-should-retry", "false"));
                return;
            }

            await connection.SendHeadAsync(200, ("content-type", "text/event-stream"), ("transfer-encoding", "chunked"));
            await connection.SendChunkAsync(Begin);
            await goOn.Task.WaitAsync(Ended);
            switch (how)
            {
                case "complete":
                    await connection.SendChunkAsync(End);
                    await connection.EndChunksAsync();
                    break;
                case "upstream's error event":
                    await connection.SendChunkAsync($"event: error\ndata: {Overloaded}\n\n");
                    await connection.EndChunksAsync();
                    break;
                case "upstream cuts":
                    connection.Reset();
                    break;
                default:
                    await connection.WaitForLeavingAsync();
                    break;
            }
        });
        await using var gateway = await StartAsync(Limited(Rule(LimitScope.Account, Meter.Concurrency, 1)), upstream);
        var client = gateway.Client("acct_a");
        var (held, leaving) = (client.SendAsync(Request(HttpMethod.Post, Messages, Body(stream: true)), HttpCompletionOption.ResponseHeadersRead, Ended), how == "client leaves");
        while (upstream.Requests.Count == 0)
        {
            await Task.Delay(2, Ended);
        }

        var refused = await AskAsync(client);
        Assert.Equal((429, "too_many_concurrent", "1"), (refused.Status, refused.Code, refused.Header("retry-after")));
        Assert.Equal("too_many_concurrent", (await AskAsync(client, path: Chat)).Code);
        if (leaving)
        {
            (await held).Dispose();
            await UntilAsync(() => AskAsync(client), answer => answer.Status == 200);
            goOn.SetResult();
            return;
        }

        goOn.SetResult();
        using (var response = await held)
        {
            try
            {
                await response.Content.ReadAsStringAsync(Ended);
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                // cut
            }
        }

        await UntilAsync(() => AskAsync(client), answer => answer.Status == 200);
        // And it is one slot that came back, not two.
        Assert.Equal(200, (await UntilAsync(() => AskAsync(client), answer => answer.Status == 200)).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tokens_are_reserved_by_max_tokens_and_settled_at_what_was_used(bool stream)
    {
        await using var upstream = new ScriptedUpstream(Served);
        await using var gateway = await StartAsync(Limited(Output), upstream);
        var client = gateway.Client("acct_a");
        var first = await AskAsync(client, Body(maxTokens: 60_000, stream: stream));
        Assert.Equal((200, "40000"), (first.Status, first.Header("anthropic-ratelimit-output-tokens-remaining")));
        // Reserved 60,000 of 100,000; 5 were used, so another 60,000 fit once it is settled.
        await UntilAsync(() => AskAsync(client, Body(maxTokens: 60_000, stream: stream)), answer => answer.Status == 200);
        var tooMuch = await AskAsync(client, Body(maxTokens: 100_001));
        Assert.Equal((429, "rate_limited"), (tooMuch.Status, tooMuch.Code));
    }

    [Fact]
    public async Task What_is_reserved_in_parallel_never_exceeds_the_budget()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = new ScriptedUpstream(async (request, connection) =>
        {
            await goOn.Task.WaitAsync(Ended);
            await Served(request, connection);
        });
        await using var gateway = await StartAsync(Limited(Output), upstream);
        var client = gateway.Client("acct_a");
        var asked = Enumerable.Range(0, 12).Select(_ => AskAsync(client, Body(maxTokens: 30_000))).ToList();
        while (asked.Count(answer => answer.IsCompleted) < 9)
        {
            await Task.Delay(2, Ended);
        }

        goOn.SetResult();
        var answers = await Task.WhenAll(asked);
        Assert.Equal((3, 9), (answers.Count(answer => answer.Status == 200), answers.Count(answer => answer is { Status: 429, Code: "rate_limited" })));
    }

    [Fact]
    public async Task A_stream_that_the_client_leaves_gives_nothing_back()
    {
        await using var upstream = new ScriptedUpstream(async (_, connection) =>
        {
            await connection.SendHeadAsync(200, ("content-type", "text/event-stream"), ("transfer-encoding", "chunked"));
            await connection.SendChunkAsync(Begin);
            await connection.WaitForLeavingAsync();
        });
        await using var gateway = await StartAsync(Limited(Output), upstream);
        var client = gateway.Client("acct_a");
        using (var response = await client.SendAsync(Request(HttpMethod.Post, Messages, Body(maxTokens: 60_000, stream: true)), HttpCompletionOption.ResponseHeadersRead, Ended))
        {
            await (await response.Content.ReadAsStreamAsync(Ended)).ReadExactlyAsync(new byte[100], Ended);
        }

        await gateway.Gateway.BodiesAreGivenBackAsync();
        Assert.Equal("rate_limited", (await AskAsync(client, Body(maxTokens: 60_000))).Code);
    }

    [Theory]
    [InlineData("429")]
    [InlineData("500")]
    [InlineData("connect")]
    [InlineData("reset")]
    public async Task An_exchange_that_reached_no_model_gives_its_tokens_back_but_not_its_request(string how)
    {
        await using var upstream = new ScriptedUpstream(async (_, connection) =>
        {
            if (how == "reset")
            {
                connection.Reset();
                return;
            }

            await connection.ReplyAsync(int.Parse(how), "application/json", Overloaded, ("x-should-retry", "false"));
        });
        await using var gateway = await StartAsync(Limited(Output, Rule(LimitScope.Account, Meter.Requests, 3, "requests")), upstream, config => how == "connect"
            ? config with { Upstreams = [config.Upstreams[0] with { Replicas = [Unreachable()] }] }
            : config);
        var client = gateway.Client("acct_a");
        for (var i = 0; i < 3; i++)
        {
            await gateway.Gateway.BodiesAreGivenBackAsync();
            var answer = await AskAsync(client, Body(maxTokens: 90_000));
            Assert.True(answer.Status >= 429 && answer.Code != "rate_limited", answer.ToString());
        }

        Assert.Contains("'requests'", (await AskAsync(client, Body(maxTokens: 90_000))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Money_is_charged_by_price_and_outlives_the_process()
    {
        using var directory = new TemporaryDirectory();
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
        var policy = new AccessPolicy
        {
            Limits = new LimitPolicy
            {
                // 10 input and 5 output tokens come to 2,000 nano US dollars; reserved are more: some 40 and 16 tokens.
                Rules = [Rule(LimitScope.Account, Meter.SpendNanoUsd, 9_000)],
                Prices = [new ModelPrice("m", 100, 200, 10, 125)],
            },
        };
        await using var upstream = Upstream();
        Task<AccessGateway> OpenAsync() => StartAsync(policy, upstream, config => config with { DataDirectory = directory.Path }, options => options with { EventTime = time });
        await using (var gateway = await OpenAsync())
        {
            var client = gateway.Client("acct_a");
            Assert.Equal(200, (await AskAsync(client)).Status);
            await UntilAsync(() => AskAsync(client, Body("free")), answer => answer.Status == 200); // has no price
            var refused = await AskAsync(client, Body(maxTokens: 10_000));
            Assert.Equal((429, "spend_limit_reached", "false", null), (refused.Status, refused.Code, refused.Header("x-should-retry"), refused.Header("retry-after")));
        }

        int[] statuses = new int[2];
        await using (var gateway = await OpenAsync())
        {
            var client = gateway.Client("acct_a");
            // 2,000 are gone; 7,000 fit, but 7,001 do not: 23 output tokens beyond the input reserved.
            var input = (LimitDemands.Of(Body(maxTokens: 10).Length, 10, policy.Limits).InputTokens * 100) + 2_000;
            var fits = (int)((7_000 - input) / 200) + 10;
            Assert.InRange(fits, 10, 99);
            Assert.Equal("spend_limit_reached", (await AskAsync(client, Body(maxTokens: fits + 1))).Code);
            Assert.Equal(200, (await AskAsync(client, Body(maxTokens: fits))).Status);
            time.Advance(TimeSpan.FromDays(1));
            Assert.Equal(200, (await AskAsync(client, Body(maxTokens: fits + 1))).Status);
        }
    }

    static async Task Served(ScriptedRequest request, ScriptedConnection connection)
    {
        if (!request.Text.Contains("\"stream\":true", StringComparison.Ordinal))
        {
            await connection.ReplyAsync(200, "application/json", Message);
            return;
        }

        await connection.SendHeadAsync(200, ("content-type", "text/event-stream"), ("transfer-encoding", "chunked"));
        await connection.SendChunkAsync(Begin);
        await connection.SendChunkAsync(End);
        await connection.EndChunksAsync();
    }

    static Uri Unreachable()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://{listener.LocalEndpoint}");
    }
}
