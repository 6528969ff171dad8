using System.Net;
using System.Text.Json.Nodes;

namespace Stillwatch.Gateway.Tests.Shelves;

public sealed class TokenCountingTests
{
    const string Path = "/v1/messages/count_tokens";
    const string Body = """{"model":"claude-test","messages":[{"role":"user","content":"How many tokens are these?"}]}""";

    [Fact]
    public async Task Our_own_count_stands_in_where_the_upstream_has_none()
    {
        await using var gateway = await ShelfGateway.StartAsync();
        var (status, json) = await gateway.Anna.CallAsync(HttpMethod.Post, Path, Body);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(["input_tokens"], json.AsObject().Select(member => member.Key));
        Assert.InRange((int)json["input_tokens"]!, 5, 40);
        Assert.Equal(0, gateway.Gateway.Host.Development!.Requests);
    }

    [Fact]
    public async Task The_upstreams_count_is_passed_on_and_no_user_is_put_where_its_api_has_no_place_for_one()
    {
        await using var gateway = await ShelfGateway.StartAsync(config => config with { Upstreams = [config.Upstreams[0] with { HasCountTokens = true }] });
        var (status, json) = await gateway.Anna.CallAsync(HttpMethod.Post, Path + "?beta=true", Body);
        Assert.Equal((HttpStatusCode.OK, true), (status, (int)json["input_tokens"]! > 0));
        var sent = gateway.Gateway.Host.Development!.Received.Snapshot().Single();
        Assert.Equal(Path + "?beta=true", sent.PathAndQuery);
        Assert.Equal(Body.Replace("claude-test", "hidden-model"), System.Text.Encoding.UTF8.GetString(sent.Body));
        Assert.Equal(0, (await gateway.UsageAsync("acct_anna")).Exchanges);
    }

    [Theory]
    [InlineData("""{"model":"m","model":"n","messages":[]}""", "duplicate_key")]
    [InlineData("""{"messages":[]}""", "missing_member")]
    [InlineData("not json", "invalid_json")]
    public async Task A_bad_body_is_refused_as_a_message_would_be(string body, string code)
    {
        await using var gateway = await ShelfGateway.StartAsync();
        var answer = await gateway.Anna.CallAsync(HttpMethod.Post, Path, body);
        Assert.Equal((HttpStatusCode.BadRequest, code), (answer.Status, answer.Code()));
    }
}
