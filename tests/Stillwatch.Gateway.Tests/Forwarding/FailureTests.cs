using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Tests.Support;

namespace Stillwatch.Gateway.Tests.Forwarding;

/// <summary>What goes wrong before or behind the gateway becomes the right status in the caller's dialect.</summary>
public sealed class FailureTests
{
    const string Good = """{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}""";

    [Theory]
    [InlineData("", 400, "invalid_json")]
    [InlineData("hello", 400, "invalid_json")]
    [InlineData("[]", 400, "invalid_json")]
    [InlineData("{}", 400, "missing_member")]
    [InlineData("""{"model":"m","messages":[]} x""", 400, "invalid_json")]
    [InlineData("""{"model":"m","model":"n","messages":[]}""", 400, "duplicate_key")]
    [InlineData("""{"model":"m","mod\u0065l":"n","messages":[]}""", 400, "duplicate_key")]
    [InlineData("""{"model":"m","messages":[],"x":{"y":{"a":1,"a":2}}}""", 400, "duplicate_key")]
    [InlineData("""{"model":3,"messages":[]}""", 400, "wrong_type")]
    [InlineData("""{"model":"m","stream":"true","messages":[]}""", 400, "wrong_type")]
    [InlineData("""{"model":"m","messages":"hi"}""", 400, "wrong_type")]
    public async Task A_bad_body_is_refused_in_the_callers_dialect_and_reaches_no_upstream(string body, int status, string code)
    {
        await using var upstream = ScriptedUpstream.Replying(200, "application/json", "{}");
        await using var gateway = await TestGateway.StartAsync(Dialect.Anthropic, upstream.Address);
        using var anthropic = await gateway.Client.PostAsync("/v1/messages", Json(body));
        Assert.Equal(status, (int)anthropic.StatusCode);
        var error = await BodyOf(anthropic);
        Assert.Equal(("error", "invalid_request_error", code), ((string)error["type"]!, (string)error["error"]!["type"]!, (string)error["error"]!["details"]!["error_code"]!));
        using var openAi = await gateway.Client.PostAsync("/v1/chat/completions", Json(body));
        Assert.Equal(code, (string)(await BodyOf(openAi))["error"]!["code"]!);
        Assert.Empty(upstream.Requests);
    }

    [Fact]
    public async Task Depth_and_encoding_are_bounded()
    {
        await using var upstream = ScriptedUpstream.Replying(200, "application/json", "{}");
        await using var gateway = await TestGateway.StartAsync(Dialect.Anthropic, upstream.Address);
        var deep = $$"""{"model":"m","messages":[],"x":{{new string('[', 1000)}}{{new string(']', 1000)}}}""";
        Assert.Equal("json_too_deep", await CodeOf(gateway, Json(deep)));
        Assert.Equal("invalid_utf8", await CodeOf(gateway, new ByteArrayContent([.. "{\"model\":\""u8, 0xFF, .. "\"}"u8])));
        Assert.Equal("invalid_json", await CodeOf(gateway, new ByteArrayContent([0xEF, 0xBB, 0xBF, .. "{}"u8])));
        using var encoded = Json(Good);
        encoded.Headers.ContentEncoding.Add("zstd");
        Assert.Equal("request_body_encoding_unsupported", await CodeOf(gateway, encoded));
        using var wrong = Json(Good);
        wrong.Headers.ContentEncoding.Add("gzip");
        Assert.Equal("request_body_encoding_invalid", await CodeOf(gateway, wrong));
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_413_whether_its_length_is_stated_or_not()
    {
        await using var upstream = ScriptedUpstream.Replying(200, "application/json", "{}");
        await using var gateway = await TestGateway.StartAsync(Dialect.Anthropic, upstream.Address);
        var large = new byte[(32 << 20) + 1];
        Assert.Equal("request_too_large", await CodeOf(gateway, new ByteArrayContent(large), 413));
        Assert.Equal("request_too_large", await CodeOf(gateway, new StreamContent(new ChunkedOnly(large)), 413));
        await gateway.BodiesAreGivenBackAsync();
    }

    [Fact]
    public async Task A_compressed_bomb_is_413_and_a_compressed_request_is_served()
    {
        await using var upstream = ScriptedUpstream.Replying(200, "application/json", "{}");
        await using var gateway = await TestGateway.StartAsync(Dialect.Anthropic, upstream.Address);
        Assert.Equal("request_body_too_large_after_decoding", await CodeOf(gateway, Gzipped(new byte[64 << 20]), 413));
        using var response = await gateway.Client.PostAsync("/v1/messages", Gzipped(Encoding.UTF8.GetBytes(Good)));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task An_unknown_model_path_method_or_key_is_said_plainly()
    {
        await using var upstream = ScriptedUpstream.Replying(200, "application/json", "{}");
        await using var gateway = await TestGateway.StartAsync(config => config with { Models = [new("known", "test", null, null)] }, Dialect.Anthropic, upstream.Address);
        Assert.Equal("unknown_model", await CodeOf(gateway, Json(Good), 404));
        using var path = await gateway.Client.GetAsync("/v1/nothing");
        Assert.Equal(HttpStatusCode.NotFound, path.StatusCode);
        using var method = await gateway.Client.GetAsync("/v1/messages");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, method.StatusCode);
        Assert.NotEmpty(method.Content.Headers.Allow);
        using var stranger = gateway.ClientWith("sk-sw-000000000000-nothing");
        using var refused = await stranger.PostAsync("/v1/messages", Json(Good));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("authentication_error", (string)(await BodyOf(refused))["error"]!["type"]!);
    }

    [Theory]
    [InlineData(400, 400)]
    [InlineData(401, 502)]
    [InlineData(429, 429)]
    [InlineData(500, 500)]
    [InlineData(529, 529)]
    [InlineData(301, 502)]
    public async Task An_upstreams_error_keeps_its_status_and_loses_what_it_says_of_the_upstream(int status, int expected)
    {
        await using var upstream = ScriptedUpstream.Replying(
            status, "application/json", """{"error":{"type":"vllm.Exception","message":"http://10.0.0.5:8000 refused org-123","code":7}}""", ("location", "http://10.0.0.5/"));
        await using var gateway = await TestGateway.StartAsync(Dialect.Anthropic, upstream.Address);
        using var response = await gateway.Client.PostAsync("/v1/messages", Json(Good));
        Assert.Equal(expected, (int)response.StatusCode);
        var text = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain("vllm", text);
        Assert.DoesNotContain("10.0.0.5", text);
        Assert.Equal("error", (string)JsonNode.Parse(text)!["type"]!);
    }

    [Fact]
    public async Task A_trusted_upstreams_error_passes_unmodified()
    {
        const string Body = """{"type":"error","error":{"type":"invalid_request_error","message":"messages.1: Invalid `signature` in `thinking` block"},"request_id":"req_up"}""";
        await using var upstream = ScriptedUpstream.Replying(400, "application/json", Body, ("retry-after", "3600"), ("x-should-retry", "false"));
        await using var gateway = await TestGateway.StartAsync(
            config => config with { Upstreams = [config.Upstreams[0] with { Trusted = true }] }, Dialect.Anthropic, upstream.Address);
        using var response = await gateway.Client.PostAsync("/v1/messages", Json(Good));
        Assert.Equal(Body, await response.Content.ReadAsStringAsync());
        Assert.Equal(("60", "false"), (response.Headers.GetValues("retry-after").Single(), response.Headers.GetValues("x-should-retry").Single()));
    }

    [Theory]
    [InlineData(429, "2", null, "2", null)]
    [InlineData(529, null, "true", null, "true")]
    [InlineData(429, "3600", "true", "60", "false")]
    [InlineData(503, null, null, null, null)]
    public async Task An_upstreams_wish_when_to_come_back_reaches_the_caller(int status, string? after, string? retry, string? expectedAfter, string? expectedRetry)
    {
        (string, string)[] headers = [.. new[] { ("retry-after", after), ("x-should-retry", retry) }.Where(each => each.Item2 is not null)!];
        await using var upstream = ScriptedUpstream.Replying(status, "application/json", """{"error":{"message":"busy"}}""", headers);
        foreach (var isTrusted in new[] { false, true })
        {
            await using var gateway = await TestGateway.StartAsync(
                config => config with { Upstreams = [config.Upstreams[0] with { Trusted = isTrusted }] }, Dialect.Anthropic, upstream.Address);
            foreach (var path in new[] { "/v1/messages", "/v1/chat/completions", "/v1/messages/batches" })
            {
                using var response = path.EndsWith("batches") ? await gateway.Client.PostAsync(path, Json($$"""{"requests":[{"custom_id":"a","params":{{Good}}}]}"""))
                    : await gateway.Client.PostAsync(path, Json(Good));
                Assert.Equal((path, status, expectedAfter, expectedRetry), (path, (int)response.StatusCode, Value(response, "retry-after"), Value(response, "x-should-retry")));
            }
        }
    }

    [Fact]
    public async Task A_dead_replica_is_passed_over_and_a_dead_upstream_is_502()
    {
        await using var upstream = ScriptedUpstream.Replying(200, "application/json", "{}");
        var dead = DeadAddress();
        await using var gateway = await TestGateway.StartAsync(Dialect.Anthropic, dead, upstream.Address);
        for (var i = 0; i < 6; i++)
        {
            using var response = await gateway.Client.PostAsync("/v1/messages", Json(Good));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        await using var lost = await TestGateway.StartAsync(Dialect.Anthropic, dead);
        Assert.Equal("upstream_unreachable", await CodeOf(lost, Json(Good), 502));
    }

    [Fact]
    public async Task A_replica_that_lets_connections_wait_is_passed_over_like_one_that_refuses_them()
    {
        using var silent = new SilentListener();
        await using var upstream = ScriptedUpstream.Replying(200, "application/json", "{}");
        GatewayConfig Impatient(GatewayConfig config) => config with { Upstreams = [config.Upstreams[0] with { ConnectTimeout = TimeSpan.FromSeconds(3) }] };
        await using var gateway = await TestGateway.StartAsync(Impatient, Dialect.Anthropic, silent.Address, upstream.Address);
        await using var lost = await TestGateway.StartAsync(Impatient, Dialect.Anthropic, silent.Address);
        var unreachable = CodeOf(lost, Json(Good), 502);
        foreach (var status in await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => StatusAsync(gateway))))
        {
            Assert.Equal(HttpStatusCode.OK, status);
        }

        Assert.Equal("upstream_unreachable", await unreachable);

        static async Task<HttpStatusCode> StatusAsync(TestGateway gateway)
        {
            using var response = await gateway.Client.PostAsync("/v1/messages", Json(Good));
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task A_request_whose_body_has_left_is_never_sent_twice()
    {
        await using var first = new ScriptedUpstream((_, connection) =>
        {
            connection.Close();
            return Task.CompletedTask;
        });
        await using var second = ScriptedUpstream.Replying(200, "application/json", "{}");
        await using var gateway = await TestGateway.StartAsync(Dialect.Anthropic, first.Address, second.Address);
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 4; i++)
        {
            using var response = await gateway.Client.PostAsync("/v1/messages", Json(Good));
            statuses.Add(response.StatusCode);
        }

        Assert.Equal(4, first.Requests.Count + second.Requests.Count);
        Assert.Equal(first.Requests.Count, statuses.Count(status => status == HttpStatusCode.BadGateway));
        Assert.NotEmpty(first.Requests);
    }

    [Fact]
    public async Task A_whole_response_that_breaks_off_does_not_look_whole()
    {
        await using var upstream = new ScriptedUpstream(async (_, connection) =>
        {
            await connection.SendHeadAsync(200, ("content-type", "application/json"), ("content-length", "100"));
            await connection.SendAsync("{\"id\":");
            connection.Close();
        });
        await using var gateway = await TestGateway.StartAsync(Dialect.Anthropic, upstream.Address);
        await Assert.ThrowsAsync<HttpRequestException>(() => gateway.Client.PostAsync("/v1/messages", Json(Good)));
    }

    static string? Value(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? values.Single() : null;

    static Uri DeadAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }

    static async Task<string> CodeOf(TestGateway gateway, HttpContent body, int status = 400)
    {
        using var response = await gateway.Client.PostAsync("/v1/messages", body);
        Assert.Equal(status, (int)response.StatusCode);
        return (string)(await BodyOf(response))["error"]!["details"]!["error_code"]!;
    }

    static async Task<JsonNode> BodyOf(HttpResponseMessage response) => JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

    static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    static ByteArrayContent Gzipped(byte[] plain)
    {
        using var stream = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(stream, System.IO.Compression.CompressionLevel.Fastest))
        {
            gzip.Write(plain);
        }

        var content = new ByteArrayContent(stream.ToArray());
        content.Headers.ContentEncoding.Add("gzip");
        return content;
    }

    /// <summary>A stream of unknown length, so that the client sends it in chunks.</summary>
    sealed class ChunkedOnly(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
