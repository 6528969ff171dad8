using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Tests.Support;

namespace Stillwatch.Gateway.Tests.Forwarding;

/// <summary>Whole responses that stay in their dialect, from a real client's socket to a scripted upstream's.</summary>
public sealed class PassThroughTests
{
    const string Reply = """{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":2}}""";

    const string Request = """{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}""";

    [Fact]
    public async Task A_message_goes_through_and_its_bytes_come_back_unchanged()
    {
        await using var upstream = ScriptedUpstream.Replying(200, "application/json", Reply);
        await using var gateway = await TestGateway.StartAsync(Dialect.Anthropic, upstream.Address);
        using var response = await gateway.Client.PostAsync("/v1/messages", Json(Request));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Reply, await response.Content.ReadAsStringAsync());
        Assert.StartsWith("req_", response.Headers.GetValues("request-id").Single());
    }

    [Theory]
    [InlineData("""{ "model":"m", "metadata" : {"user_id":"person@example.org"},"x":1e400, "max_tokens":5,"messages":[{"role":"user","content":"\ud83d hi"}]}""", "\"person@example.org\"")]
    [InlineData("""{"model":"m","metadata":{"user_id":null},"messages":[]}""", "null")]
    public async Task Only_the_user_id_is_changed_in_a_request_whose_model_keeps_its_name(string before, string userId)
    {
        await using var upstream = ScriptedUpstream.Replying(200, "application/json", Reply);
        await using var gateway = await TestGateway.StartAsync(Dialect.Anthropic, upstream.Address);
        await gateway.Client.PostAsync("/v1/messages", Json(before));
        var sent = upstream.Requests.Single().Text;
        var at = before.IndexOf(userId, before.IndexOf("user_id", StringComparison.Ordinal), StringComparison.Ordinal);
        var hash = sent.Substring(at, sent.Length - before.Length + userId.Length);
        Assert.Equal(before[..at] + hash + before[(at + userId.Length)..], sent);
        Assert.Matches("^\"[A-Za-z0-9_-]{16,64}\"$", hash);
    }

    [Theory]
    [InlineData("""{"model":"m","messages":[]}""")]
    [InlineData("""{"model":"m","metadata":null,"messages":[]}""")]
    [InlineData("""{"model":"m","metadata":{ },"messages":[]}""")]
    [InlineData("""{"model":"m","metadata":{"x":1},"messages":[]}""")]
    public async Task A_user_id_is_put_in_where_there_is_none(string before)
    {
        await using var upstream = ScriptedUpstream.Replying(200, "application/json", Reply);
        await using var gateway = await TestGateway.StartAsync(Dialect.Anthropic, upstream.Address);
        await gateway.Client.PostAsync("/v1/messages", Json(before));
        Assert.NotNull((string?)JsonNode.Parse(upstream.Requests.Single().Text)!["metadata"]!["user_id"]);
    }

    [Fact]
    public async Task Neither_credentials_nor_the_clients_headers_pass_in_either_direction()
    {
        await using var upstream = ScriptedUpstream.Replying(
            200, "application/json", Reply, ("anthropic-organization-id", "upstream-org"), ("server", "secret/1"), ("set-cookie", "a=b"), ("x-upstream", "1"));
        await using var gateway = await TestGateway.StartAsync(
            config => config with { Upstreams = [config.Upstreams[0] with { ApiKey = "sk-upstream" }] }, Dialect.Anthropic, upstream.Address);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages?beta=true&x=1") { Content = Json(Request) };
        foreach (var (name, value) in new[]
        {
            ("anthropic-version", "2026-10-21"), ("anthropic-beta", "a-1,b-2"), ("anthropic-workspace-id", "w"), ("cookie", "c=d"), ("x-forwarded-for", "6.6.6.6"),
            ("x-stainless-os", "Linux"), ("x-upstream-url", "http://169.254.169.254/"), ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        })
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await gateway.Client.SendAsync(request);
        var received = upstream.Requests.Single();
        Assert.Equal("/v1/messages?beta=true", received.Target);
        Assert.Equal(
            ["anthropic-beta", "anthropic-version", "content-length", "content-type", "host", "user-agent", "x-api-key", "x-request-id"],
            received.Headers.Keys.Select(name => name.ToLowerInvariant()).Order(StringComparer.Ordinal));
        Assert.Equal(("sk-upstream", "2026-10-21", "a-1,b-2"), (received.Headers["x-api-key"], received.Headers["anthropic-version"], received.Headers["anthropic-beta"]));
        Assert.Equal(
            ["content-length", "content-type", "date", "request-id"],
            response.Headers.Concat(response.Content.Headers).Select(header => header.Key.ToLowerInvariant()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_mapped_model_is_renamed_on_the_way_there_and_back_and_nothing_else()
    {
        await using var upstream = ScriptedUpstream.Replying(200, "application/json", Reply.Replace("\"m\"", "\"our-70b\""));
        await using var gateway = await TestGateway.StartAsync(
            config => config with { Models = [new("claude-*", "test", "our-70b", null)], Upstreams = [config.Upstreams[0] with { SendUserId = false }] },
            Dialect.Anthropic, upstream.Address);
        using var response = await gateway.Client.PostAsync("/v1/messages", Json(Request.Replace("\"m\"", "\"claude-opus-5\"")));
        Assert.Equal(Request.Replace("\"m\"", "\"our-70b\""), upstream.Requests.Single().Text);
        Assert.Equal(Reply.Replace("\"m\"", "\"claude-opus-5\""), await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_large_body_passes_whole()
    {
        await using var upstream = new ScriptedUpstream((request, connection) => connection.ReplyAsync(200, "application/json", $"{{\"got\":{request.Body.Length}}}"));
        await using var gateway = await TestGateway.StartAsync(
            config => config with { Upstreams = [config.Upstreams[0] with { SendUserId = false }] }, Dialect.Anthropic, upstream.Address);
        var body = Request.Replace("hi", new string('x', 20_000_000));
        using var response = await gateway.Client.PostAsync("/v1/messages", Json(body));
        Assert.Equal($"{{\"got\":{body.Length}}}", await response.Content.ReadAsStringAsync());
        await gateway.BodiesAreGivenBackAsync();
    }

    static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");
}
