using System.Text;

namespace Stillwatch.Gateway.Tests.Support;

public sealed class ScriptedUpstreamTests
{
    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_arrives_chunk_by_chunk_and_no_sooner_than_the_script_lets_it()
    {
        using var gate = new SemaphoreSlim(0);
        await using var upstream = new ScriptedUpstream(async (_, connection) =>
        {
            await connection.SendHeadAsync(200, ("content-type", "text/event-stream"), ("transfer-encoding", "chunked"));
            await connection.SendChunkAsync("one");
            await gate.WaitAsync(Cancelled);
            await connection.SendChunkAsync("two");
            await connection.EndChunksAsync();
        });
        using var client = new HttpClient();
        using var response = await client.GetAsync(upstream.Address, HttpCompletionOption.ResponseHeadersRead, Cancelled);
        await using var body = await response.Content.ReadAsStreamAsync(Cancelled);
        var buffer = new byte[16];
        Assert.Equal("one", Encoding.ASCII.GetString(buffer, 0, await body.ReadAsync(buffer, Cancelled)));
        var second = body.ReadAsync(buffer, Cancelled).AsTask();
        Assert.False(second.IsCompleted);
        gate.Release();
        Assert.Equal("two", Encoding.ASCII.GetString(buffer, 0, await second));
        Assert.Equal(0, await body.ReadAsync(buffer, Cancelled));
    }

    [Fact]
    public async Task A_reset_and_an_early_end_are_failures_to_the_reader()
    {
        foreach (var isReset in (bool[])[true, false])
        {
            await using var upstream = new ScriptedUpstream(async (_, connection) =>
            {
                await connection.SendHeadAsync(200, ("content-length", "100"));
                await connection.SendAsync("short");
                if (isReset)
                {
                    connection.Reset();
                }
                else
                {
                    connection.Close();
                }
            });
            using var client = new HttpClient();
            await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(upstream.Address, Cancelled));
        }
    }

    [Fact]
    public async Task A_connection_serves_several_requests_with_bodies_stated_or_chunked()
    {
        await using var upstream = ScriptedUpstream.Replying(201, "text/plain", "ok", ("x-one", "1"));
        using var client = new HttpClient();
        foreach (var isChunked in (bool[])[false, true, false])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(upstream.Address, "/a?b=c")) { Content = new StringContent("bödy") };
            request.Headers.TransferEncodingChunked = isChunked;
            using var response = await client.SendAsync(request, Cancelled);
            Assert.Equal((201, "ok"), ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Cancelled)));
        }

        Assert.Equal(1, upstream.Connections);
        Assert.All(upstream.Requests, request => Assert.Equal(("POST", "/a?b=c", "bödy"), (request.Method, request.Target, request.Text)));
    }

    [Fact]
    public async Task It_sees_a_caller_leave()
    {
        var left = new TaskCompletionSource();
        await using var upstream = new ScriptedUpstream(async (_, connection) =>
        {
            await connection.WaitForLeavingAsync();
            left.SetResult();
        });
        using var client = new HttpClient();
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var answer = client.GetAsync(upstream.Address, leaving.Token);
        while (upstream.Requests.Count == 0)
        {
            await Task.Yield();
        }

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        await left.Task.WaitAsync(TimeSpan.FromSeconds(10), Cancelled);
    }

    [Fact]
    public async Task What_a_script_asserts_reaches_the_test()
    {
        var upstream = new ScriptedUpstream((_, _) => throw new InvalidOperationException("not as expected"));
        using var client = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(upstream.Address, Cancelled));
        await Assert.ThrowsAsync<AggregateException>(async () => await upstream.DisposeAsync());
    }
}
