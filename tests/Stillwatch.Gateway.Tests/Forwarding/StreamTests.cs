using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Recording;
using Stillwatch.Gateway.Tests.Support;
using Stillwatch.Storage.Exchanges;

namespace Stillwatch.Gateway.Tests.Forwarding;

/// <summary>Streams: byte-true, event by event, never a silent success when they break.</summary>
public sealed class StreamTests
{
    const string Anthropic = """
        event: message_start
        data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":11,"cache_read_input_tokens":5,"output_tokens":1}}}

        event: content_block_start
        data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

        event: ping
        data: {"type":"ping"}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"héllo \\ud83d"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":0}

        event: message_delta
        data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":7}}

        event: message_stop
        data: {"type":"message_stop"}


        """;

    const string OpenAi = """
        data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"hi"},"finish_reason":null}]}

        data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

        data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15}}

        data: [DONE]


        """;

    [Theory]
    [InlineData("\n", 1)]
    [InlineData("\n", 7)]
    [InlineData("\r\n", 1)]
    [InlineData("\r\n", 100)]
    [InlineData("\n", 100_000)]
    public async Task A_stream_comes_back_byte_for_byte_however_it_was_cut(string lineEnd, int chunkBytes)
    {
        var bytes = Encoding.UTF8.GetBytes(Anthropic.Replace("\n", lineEnd));
        await using var upstream = ScriptedUpstream.Streaming([.. bytes.Chunk(chunkBytes).Select(chunk => (ReadOnlyMemory<byte>)chunk)]);
        await using var gateway = await TestGateway.StartAsync(Dialect.Anthropic, upstream.Address);
        using var response = await gateway.Client.PostAsync("/v1/messages", Json(Dialect.Anthropic));
        Assert.Equal(bytes, await response.Content.ReadAsByteArrayAsync());
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal((11, 5, 7, false), await UsageAsync(gateway));
    }

    [Fact]
    public async Task An_event_reaches_the_client_before_the_next_is_sent()
    {
        using var next = new SemaphoreSlim(0);
        var events = Anthropic.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(text => text + "\n\n").ToArray();
        await using var upstream = new ScriptedUpstream(async (_, connection) =>
        {
            await connection.SendHeadAsync(200, ("content-type", "text/event-stream"), ("transfer-encoding", "chunked"));
            foreach (var text in events)
            {
                await next.WaitAsync();
                await connection.SendChunkAsync(text);
            }

            await connection.EndChunksAsync();
        });
        await using var gateway = await TestGateway.StartAsync(Dialect.Anthropic, upstream.Address);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages") { Content = Json(Dialect.Anthropic) };
        using var response = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await response.Content.ReadAsStreamAsync();
        foreach (var text in events)
        {
            next.Release();
            var got = new byte[Encoding.UTF8.GetByteCount(text)];
            await stream.ReadExactlyAsync(got);
            Assert.Equal(text, Encoding.UTF8.GetString(got));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    public async Task A_truncated_stream_ends_in_an_error_event_and_never_in_silence(int keptEvents)
    {
        var events = Anthropic.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Take(keptEvents).Select(text => text + "\n\n");
        var kept = string.Concat(events);
        await using var upstream = ScriptedUpstream.Streaming([Encoding.UTF8.GetBytes(kept), "event: content_block_delta\ndata: {\"type\":\"cont"u8.ToArray()]);
        await using var gateway = await TestGateway.StartAsync(Dialect.Anthropic, upstream.Address);
        using var response = await gateway.Client.PostAsync("/v1/messages", Json(Dialect.Anthropic));
        var got = await response.Content.ReadAsStringAsync();
        Assert.StartsWith(kept + "event: error\ndata: {\"type\":\"error\"", got);
        Assert.EndsWith("\n\n", got);
        Assert.DoesNotContain("message_stop", got);
        Assert.Equal(11, (await UsageAsync(gateway)).Input);
    }

    [Fact]
    public async Task A_cut_connection_is_an_error_event_and_then_a_cut_connection()
    {
        await using var upstream = new ScriptedUpstream(async (_, connection) =>
        {
            await connection.SendHeadAsync(200, ("content-type", "text/event-stream"), ("transfer-encoding", "chunked"));
            await connection.SendChunkAsync("data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hi\"}}]}\n\n");
            connection.Close();
        });
        await using var gateway = await TestGateway.StartAsync(Dialect.OpenAi, upstream.Address);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = Json(Dialect.OpenAi) };
        using var response = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        var (got, buffer) = ("", new byte[4096]);
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            while (await body.ReadAsync(buffer) is var read and > 0)
            {
                got += Encoding.UTF8.GetString(buffer, 0, read);
            }
        });
        Assert.Contains("data: {\"error\":{", got);
        Assert.DoesNotContain("[DONE]", got);
    }

    [Fact]
    public async Task A_last_event_without_its_blank_line_is_completed()
    {
        await using var upstream = ScriptedUpstream.Streaming([Encoding.UTF8.GetBytes(Anthropic.TrimEnd())]);
        await using var gateway = await TestGateway.StartAsync(Dialect.Anthropic, upstream.Address);
        using var response = await gateway.Client.PostAsync("/v1/messages", Json(Dialect.Anthropic));
        Assert.Equal(Anthropic, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Usage_that_only_we_asked_for_is_taken_out_of_the_stream_and_counted()
    {
        await using var upstream = ScriptedUpstream.Streaming([Encoding.UTF8.GetBytes(OpenAi)]);
        await using var gateway = await TestGateway.StartAsync(Dialect.OpenAi, upstream.Address);
        using var response = await gateway.Client.PostAsync("/v1/chat/completions", Json(Dialect.OpenAi));
        var chunks = OpenAi.Split("\n\n");
        Assert.Equal(string.Join("\n\n", chunks.Where(chunk => !chunk.Contains("usage"))), await response.Content.ReadAsStringAsync());
        Assert.Contains("\"stream_options\":{\"include_usage\":true}", upstream.Requests.Single().Text);
        Assert.Equal((12, 0, 3, false), await UsageAsync(gateway));
    }

    [Theory]
    [InlineData(",\"usage\":null")]
    [InlineData(", \"usage\": null")]
    public async Task Usage_that_is_null_in_every_chunk_is_taken_out_too_when_only_we_asked(string member)
    {
        const string Chunk = """data: {"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"\"usage\":null"}}]#}""";
        var sent = $"{Chunk.Replace("#", member)}\n\n{Chunk.Replace("#", member)}\n\ndata: [DONE]\n\n";
        await using var upstream = ScriptedUpstream.Streaming([Encoding.UTF8.GetBytes(sent)]);
        await using var gateway = await TestGateway.StartAsync(Dialect.OpenAi, upstream.Address);
        using var response = await gateway.Client.PostAsync("/v1/chat/completions", Json(Dialect.OpenAi));
        Assert.Equal(sent.Replace(member, ""), await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_client_that_asked_for_usage_gets_every_byte()
    {
        await using var upstream = ScriptedUpstream.Streaming([Encoding.UTF8.GetBytes(OpenAi)]);
        await using var gateway = await TestGateway.StartAsync(Dialect.OpenAi, upstream.Address);
        using var body = new StringContent(
            """{"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"hi"}]}""", Encoding.UTF8, "application/json");
        using var response = await gateway.Client.PostAsync("/v1/chat/completions", body);
        Assert.Equal(OpenAi, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_mapped_model_is_renamed_in_every_chunk_and_no_other_byte_changes()
    {
        await using var upstream = ScriptedUpstream.Streaming([.. Encoding.UTF8.GetBytes(OpenAi).Chunk(13).Select(chunk => (ReadOnlyMemory<byte>)chunk)]);
        await using var gateway = await TestGateway.StartAsync(
            config => config with { Models = [new("gpt-*", "test", "m", null)], Upstreams = [config.Upstreams[0] with { AskForUsage = false }] },
            Dialect.OpenAi, upstream.Address);
        using var body = new StringContent("""{"model":"gpt-9","stream":true,"messages":[{"role":"user","content":"hi"}]}""", Encoding.UTF8, "application/json");
        using var response = await gateway.Client.PostAsync("/v1/chat/completions", body);
        Assert.Equal(OpenAi.Replace("\"model\":\"m\"", "\"model\":\"gpt-9\""), await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_client_that_leaves_is_felt_upstream_at_once_and_its_tokens_are_settled()
    {
        var left = new TaskCompletionSource();
        await using var upstream = new ScriptedUpstream(async (_, connection) =>
        {
            await connection.SendHeadAsync(200, ("content-type", "text/event-stream"), ("transfer-encoding", "chunked"));
            await connection.SendChunkAsync(Anthropic[..(Anthropic.IndexOf("event: content_block_stop", StringComparison.Ordinal))]);
            await connection.WaitForLeavingAsync();
            left.SetResult();
        });
        await using var gateway = await TestGateway.StartAsync(Dialect.Anthropic, upstream.Address);
        using (var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages") { Content = Json(Dialect.Anthropic) })
        using (var response = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        await using (var stream = await response.Content.ReadAsStreamAsync())
        {
            await stream.ReadAtLeastAsync(new byte[400], 400);
        }

        await left.Task.WaitAsync(TimeSpan.FromSeconds(10));
        var (input, cacheRead, output, estimated) = await UsageAsync(gateway);
        Assert.Equal((11, 5, true), (input, cacheRead, estimated));
        Assert.True(output > 0);
    }

    [Fact]
    public async Task A_client_that_leaves_while_it_waits_for_the_first_byte_is_felt_too()
    {
        var arrived = new TaskCompletionSource();
        var left = new TaskCompletionSource();
        await using var upstream = new ScriptedUpstream(async (_, connection) =>
        {
            arrived.SetResult();
            await connection.WaitForLeavingAsync();
            left.SetResult();
        });
        await using var gateway = await TestGateway.StartAsync(Dialect.Anthropic, upstream.Address);
        using var leaving = new CancellationTokenSource();
        var call = gateway.Client.PostAsync("/v1/messages", Json(Dialect.Anthropic), leaving.Token);
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await left.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    internal static StringContent Json(Dialect dialect) => new(
        dialect == Dialect.Anthropic
            ? """{"model":"m","max_tokens":5,"stream":true,"messages":[{"role":"user","content":"hi"}]}"""
            : """{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}""",
        Encoding.UTF8, "application/json");

    /// <summary>What the ledger says of the only exchange.</summary>
    internal static async Task<(long Input, long CacheRead, long Output, bool IsEstimated)> UsageAsync(TestGateway gateway)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (gateway.Host.Parts.Recorder.Counts.Kept == 0)
        {
            await Task.Delay(5, patience.Token);
        }

        var usage = gateway.Host.Log.Reader.Usage("acct_development");
        return (usage.InputTokens, usage.CacheReadTokens, usage.OutputTokens, usage.EstimatedExchanges > 0);
    }

    [Fact]
    public async Task A_stopping_gateway_ends_a_stream_it_no_longer_waits_for_in_an_error_event()
    {
        await using var upstream = new ScriptedUpstream(async (_, connection) =>
        {
            await connection.SendAsync("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n" + Anthropic[..Anthropic.IndexOf("event: ping", StringComparison.Ordinal)]);
            await connection.WaitForLeavingAsync();
        });
        var gateway = await TestGateway.StartAsync(
            new ServeOptions { IsDevelopment = true, Logs = NullLoggerFactory.Instance, Grace = TimeSpan.FromMilliseconds(50) },
            config => config, Dialect.Anthropic, upstream.Address);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages")
        {
            Content = new StringContent("""{"model":"m","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"x"}]}"""),
        };
        using var response = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var text = response.Content.ReadAsStringAsync();
        await gateway.Host.DisposeAsync();
        Assert.EndsWith("}\n\n", await text);
        Assert.Contains("overloaded_error", await text);
        Assert.Contains("gateway_stopping", await text);
        await gateway.DisposeAsync();
    }
}
