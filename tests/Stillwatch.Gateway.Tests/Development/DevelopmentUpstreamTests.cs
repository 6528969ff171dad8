using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Stillwatch.Gateway.Development;

namespace Stillwatch.Gateway.Tests.Development;

public sealed class DevelopmentUpstreamTests : IAsyncLifetime
{
    readonly HttpClient _client = new(new SocketsHttpHandler { MaxResponseDrainSize = 0 }); // leaving is leaving: by default it reads on for two seconds
    DevelopmentUpstream _upstream = null!;

    public async ValueTask InitializeAsync()
    {
        _upstream = await DevelopmentUpstream.StartAsync(keepReceived: 8, cancellationToken: TestContext.Current.CancellationToken);
        _client.BaseAddress = _upstream.Address;
        _client.DefaultRequestHeaders.Add("anthropic-version", "2023-06-01");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public void It_listens_on_loopback_only()
    {
        Assert.True(IPAddress.IsLoopback(IPAddress.Parse(_upstream.Address.Host)));
        Assert.True(IPAddress.IsLoopback(IPAddress.Parse(_upstream.Http2Address.Host)));
    }

    [Theory]
    [InlineData("/v1/messages", false)]
    [InlineData("/v1/messages", true)]
    [InlineData("/v1/chat/completions", false)]
    [InlineData("/v1/chat/completions", true)]
    public async Task Every_reply_says_where_it_comes_from(string path, bool isStream)
    {
        var reply = await TextAsync(path, "hello", isStream);
        Assert.Contains("development upstream", isStream ? Joined(reply) : reply);
    }

    [Fact]
    public async Task The_same_question_gets_the_same_answer_in_both_dialects_and_both_ways()
    {
        var whole = JsonDocument.Parse(await TextAsync("/v1/messages", "[dev:thinking] hello", false)).RootElement;
        var chat = JsonDocument.Parse(await TextAsync("/v1/chat/completions", "[dev:thinking] hello", false)).RootElement.GetProperty("choices")[0].GetProperty("message");
        var text = whole.GetProperty("content")[1].GetProperty("text").GetString();
        Assert.Equal(text, chat.GetProperty("content").GetString());
        Assert.Equal(whole.GetProperty("content")[0].GetProperty("thinking").GetString(), chat.GetProperty("reasoning_content").GetString());
        Assert.EndsWith(text!, Joined(await TextAsync("/v1/messages", "[dev:thinking] hello", true)));
        Assert.EndsWith(text!, Joined(await TextAsync("/v1/chat/completions", "[dev:thinking] hello", true)));
    }

    [Fact]
    public async Task A_stream_has_the_events_of_the_api_in_their_order()
    {
        var names = Names(await TextAsync("/v1/messages", "[dev:thinking]", true));
        Assert.Equal(
            ["message_start", "content_block_start", "ping", "content_block_delta", "content_block_stop", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop"],
            Deduplicated(names));
    }

    [Theory]
    [InlineData("[dev:truncate]")]
    [InlineData("[dev:error-midstream]")]
    public async Task A_faulty_stream_lacks_its_end(string wish)
    {
        var names = Names(await TextAsync("/v1/messages", wish, true));
        Assert.DoesNotContain("message_stop", names);
        Assert.Equal(wish.Contains("error") ? "error" : "content_block_delta", names[^1]);
        var chunks = await TextAsync("/v1/chat/completions", wish, true);
        Assert.DoesNotContain("[DONE]", chunks);
        Assert.Equal(wish.Contains("error"), chunks.Contains("\"error\""));
    }

    [Fact]
    public async Task A_cut_stream_breaks_its_connection()
        => await Assert.ThrowsAnyAsync<HttpRequestException>(async () => await TextAsync("/v1/messages", "[dev:cut]", true));

    [Fact]
    public async Task A_slow_stream_has_as_many_text_events_as_it_was_asked_for()
    {
        var names = Names(await TextAsync("/v1/messages", "[dev:slow 37x1ms]", true));
        Assert.Equal(37, names.Count(name => name == "content_block_delta"));
    }

    [Fact]
    public async Task Usage_says_the_same_in_stream_and_body_and_counts_the_cache()
    {
        const string Body = """{"model":"m","max_tokens":99,"stream":STREAM,"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":"hello there"}]}""";
        var whole = JsonDocument.Parse(await RawAsync("/v1/messages", Body.Replace("STREAM", "false"))).RootElement.GetProperty("usage");
        var events = await RawAsync("/v1/messages", Body.Replace("STREAM", "true"));
        var last = events.Split('\n').Last(line => line.Contains("message_delta") && line.StartsWith("data"))[6..];
        var streamed = JsonDocument.Parse(last).RootElement.GetProperty("usage");
        foreach (var field in (string[])["input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"])
        {
            Assert.Equal(whole.GetProperty(field).GetInt32(), streamed.GetProperty(field).GetInt32());
            Assert.True(whole.GetProperty(field).GetInt32() > 0, field);
        }
    }

    [Fact]
    public async Task A_tool_is_called_with_arguments_of_its_schema_and_its_result_is_quoted()
    {
        const string Tools = """
            "tools":[{"name":"weather","input_schema":{"type":"object","required":["city","days"],
            "properties":{"city":{"type":"string","enum":["Bern \"centre\""]},"days":{"type":"integer","minimum":3},"note":{"type":"string"}}}}]
            """;
        var ask = """{"model":"m","max_tokens":999,"stream":STREAM,TOOLS,"messages":[{"role":"user","content":"[dev:tool]"}]}""".Replace("TOOLS", Tools);
        var whole = JsonDocument.Parse(await RawAsync("/v1/messages", ask.Replace("STREAM", "false"))).RootElement;
        Assert.Equal("tool_use", whole.GetProperty("stop_reason").GetString());
        Assert.Equal("""{"city":"Bern \u0022centre\u0022","days":3}""", whole.GetProperty("content")[1].GetProperty("input").GetRawText());
        var partial = (await RawAsync("/v1/messages", ask.Replace("STREAM", "true"))).Split('\n').Where(line => line.Contains("partial_json") && line.StartsWith("data"))
            .Select(line => JsonDocument.Parse(line[6..]).RootElement.GetProperty("delta").GetProperty("partial_json").GetString());
        Assert.Equal("""{"city":"Bern \u0022centre\u0022","days":3}""", string.Concat(partial));

        var answer = """
            {"model":"m","max_tokens":999,TOOLS,"messages":[{"role":"user","content":"[dev:tool]"},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"weather","input":{}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"sunny"}]}]}
            """.Replace("TOOLS", Tools);
        Assert.Contains("a tool result of 5 bytes", await RawAsync("/v1/messages", answer));
    }

    [Fact]
    public async Task Lone_surrogates_and_characters_of_several_bytes_are_echoed_as_they_came()
    {
        const string Text = """[dev:echo] héllo \ud83d lone, a pair \ud83d\ude00, 😀, \"quoted\" \\ and \u0000""";
        var reply = await RawAsync("/v1/messages", $$"""{"model":"m","messages":[{"role":"user","content":"{{Text}}"}]}""");
        Assert.Contains(Text, reply);
    }

    [Theory]
    [InlineData(429, "rate_limit_error")]
    [InlineData(529, "overloaded_error")]
    public async Task An_error_is_as_asked_for(int status, string type)
    {
        var response = await PostAsync("/v1/messages", "m", $"[dev:error {status}]", false);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(type, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(status == 429, response.Headers.RetryAfter is not null);
    }

    [Fact]
    public async Task An_error_asked_for_twice_is_over_at_the_third_attempt()
    {
        var statuses = new List<int>();
        for (var attempt = 0; attempt < 3; attempt++)
        {
            statuses.Add((int)(await PostAsync("/v1/messages", "m", "[dev:error 529 x2]", false)).StatusCode);
        }

        Assert.Equal([529, 529, 200], statuses);
    }

    [Fact]
    public async Task A_caller_who_leaves_an_endless_stream_is_noticed_within_a_second()
    {
        using (var response = await PostAsync("/v1/messages", "m", "[dev:endless]", true))
        {
            var received = await _upstream.Received.NextAsync(TestContext.Current.CancellationToken);
            Assert.False(received.Ended.IsCompleted);
            response.Dispose();
            Assert.Equal(ReplyEnd.Aborted, await received.Ended.WaitAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken));
        }

        Assert.Equal(1, _upstream.Aborted);
    }

    [Fact]
    public async Task What_was_received_can_be_looked_at()
    {
        await TextAsync("/v1/messages?beta=true", "hello", false);
        var received = Assert.Single(_upstream.Received.Snapshot());
        Assert.Equal("/v1/messages?beta=true", received.PathAndQuery);
        Assert.Equal("2023-06-01", received.Headers["Anthropic-Version"]);
        Assert.Contains("hello", Encoding.UTF8.GetString(received.Body));
        Assert.Equal(ReplyEnd.Complete, await received.Ended.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_batch_ends_when_asked_after_twice_and_then_has_results()
    {
        var created = await RawAsync("/v1/messages/batches", """
            {"requests":[{"custom_id":"a","params":{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}},
            {"custom_id":"b","params":{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"[dev:error 400]"}]}}]}
            """);
        var id = JsonDocument.Parse(created).RootElement.GetProperty("id").GetString();
        Assert.Contains("in_progress", created);
        Assert.Contains("in_progress", await GetAsync($"/v1/messages/batches/{id}"));
        var ended = JsonDocument.Parse(await GetAsync($"/v1/messages/batches/{id}")).RootElement;
        Assert.Equal("ended", ended.GetProperty("processing_status").GetString());
        var results = (await GetAsync(ended.GetProperty("results_url").GetString()!)).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("result").GetProperty("type").GetString());
        Assert.Equal(["succeeded", "errored"], results);
        Assert.Contains(id!, await GetAsync("/v1/messages/batches"));
        Assert.Contains("message_batch_deleted", await (await _client.DeleteAsync($"/v1/messages/batches/{id}", TestContext.Current.CancellationToken)).Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.NotFound, (await _client.GetAsync($"/v1/messages/batches/{id}", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task A_file_comes_back_as_it_went()
    {
        byte[] content = [0, 1, 2, 255, 13, 10];
        using var form = new MultipartFormDataContent { { new ByteArrayContent(content), "file", "a.bin" } };
        var stored = await (await _client.PostAsync("/v1/files", form, TestContext.Current.CancellationToken)).Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        var id = stored.GetProperty("id").GetString();
        Assert.Equal("a.bin", stored.GetProperty("filename").GetString());
        Assert.Equal(content, await _client.GetByteArrayAsync($"/v1/files/{id}/content", TestContext.Current.CancellationToken));
        await _client.DeleteAsync($"/v1/files/{id}", TestContext.Current.CancellationToken);
        Assert.DoesNotContain(id!, await GetAsync("/v1/files"));
    }

    [Fact]
    public async Task It_speaks_http2_without_tls()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_upstream.Http2Address, "/v1/models")) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal((HttpVersion.Version20, HttpStatusCode.OK), (response.Version, response.StatusCode));
    }

    [Fact]
    public async Task An_unknown_path_is_a_json_404_and_a_bad_body_a_400()
    {
        var missing = await _client.GetAsync("/v1/nothing", TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.NotFound, "application/json"), (missing.StatusCode, missing.Content.Headers.ContentType?.MediaType));
        using var broken = new StringContent("{\"model\":");
        Assert.Equal(HttpStatusCode.BadRequest, (await _client.PostAsync("/v1/messages", broken, TestContext.Current.CancellationToken)).StatusCode);
    }

    async Task<string> TextAsync(string path, string text, bool isStream)
    {
        using var response = await PostAsync(path, "m", text, isStream);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    Task<HttpResponseMessage> PostAsync(string path, string model, string text, bool isStream)
    {
        var body = JsonSerializer.Serialize(new { model, max_tokens = 1000, stream = isStream, messages = new[] { new { role = "user", content = text } } });
        return _client.SendAsync(
            new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") },
            HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken);
    }

    async Task<string> RawAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _client.PostAsync(path, content, TestContext.Current.CancellationToken);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    Task<string> GetAsync(string path) => _client.GetStringAsync(path, TestContext.Current.CancellationToken);

    static string[] Names(string stream) => [.. stream.Split('\n').Where(line => line.StartsWith("event: ")).Select(line => line[7..])];

    static IEnumerable<string> Deduplicated(string[] names) => names.Where((name, i) => i == 0 || names[i - 1] != name);

    /// <summary>Text and thinking of a stream of either dialect.</summary>
    static string Joined(string stream)
        => string.Concat(stream.Split('\n').Where(line => line.StartsWith("data: {")).Select(line => JsonDocument.Parse(line[6..]).RootElement).Select(Delta));

    static string? Delta(JsonElement data)
    {
        var delta = data.TryGetProperty("choices", out var choices) ? choices[0].GetProperty("delta") : data.TryGetProperty("delta", out var own) ? own : default;
        return delta.ValueKind != JsonValueKind.Object ? null
            : delta.TryGetProperty("text", out var text) ? text.GetString()
            : delta.TryGetProperty("content", out var content) ? content.GetString()
            : null;
    }
}
