using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Tests.Support;

namespace Stillwatch.Gateway.Tests.Forwarding;

/// <summary>Exchanges that stay in their dialect, from a real client's socket to a scripted upstream's.</summary>
public sealed class PassThroughTests
{
    const string Reply = """{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":2}}""";

    [Fact]
    public async Task A_message_goes_through_and_its_bytes_come_back_unchanged()
    {
        await using var upstream = ScriptedUpstream.Replying(200, "application/json", Reply);
        await using var gateway = await TestGateway.StartAsync(Dialect.Anthropic, upstream.Address);
        using var response = await gateway.Client.PostAsync("/v1/messages", Json("""{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}"""));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Reply, await response.Content.ReadAsStringAsync());
        Assert.StartsWith("req_", response.Headers.GetValues("request-id").Single());
    }

    [Fact]
    public async Task Only_the_user_id_is_changed_in_a_request_whose_model_keeps_its_name()
    {
        await using var upstream = ScriptedUpstream.Replying(200, "application/json", Reply);
        await using var gateway = await TestGateway.StartAsync(Dialect.Anthropic, upstream.Address);
        const string Before = """{ "model":"m", "metadata" : {"user_id":"person@example.org"},"x":1e400, "max_tokens":5,"messages":[{"role":"user","content":"\ud83d hi"}]}""";
        await gateway.Client.PostAsync("/v1/messages", Json(Before));
        var sent = upstream.Requests.Single().Text;
        var userId = (string)JsonNode.Parse(sent.Replace("1e400", "1").Replace(@"\ud83d", ""))!["metadata"]!["user_id"]!;
        Assert.Equal(Before.Replace("person@example.org", userId), sent);
    }

    static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");
}
