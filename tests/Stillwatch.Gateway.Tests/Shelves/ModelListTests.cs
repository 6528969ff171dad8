using System.Net;
using System.Text.Json.Nodes;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Tests.Support;

namespace Stillwatch.Gateway.Tests.Shelves;

public sealed class ModelListTests
{
    [Fact]
    public async Task Configured_names_are_listed_in_both_dialects_and_nothing_of_the_upstream()
    {
        await using var gateway = await ShelfGateway.StartAsync(WithNames);
        var anthropic = (await gateway.Anna.CallAsync(HttpMethod.Get, "/v1/models")).Json;
        Assert.Equal(["claude-a", "org/claude-b", "c"], Ids(anthropic));
        Assert.Equal(("model", "claude-a", "1970-01-01T00:00:00Z"), (Text(anthropic, "type"), Text(anthropic, "display_name"), Text(anthropic, "created_at")));
        Assert.False((bool)anthropic["has_more"]!);

        using var client = OpenAi(gateway);
        var openAi = (await client.CallAsync(HttpMethod.Get, "/v1/models")).Json;
        Assert.Equal(["claude-a", "org/claude-b", "c"], Ids(openAi));
        Assert.Equal(("list", "model", "stillwatch"), ((string)openAi["object"]!, Text(openAi, "object"), Text(openAi, "owned_by")));
        Assert.DoesNotContain("hidden", anthropic.ToJsonString() + openAi.ToJsonString());
        Assert.Equal(0, gateway.Gateway.Host.Development!.Requests);
    }

    [Fact]
    public async Task Pages_are_cut_where_the_caller_says()
    {
        await using var gateway = await ShelfGateway.StartAsync(WithNames);
        var page = (await gateway.Anna.CallAsync(HttpMethod.Get, "/v1/models?limit=1")).Json;
        Assert.Equal(("claude-a", "claude-a", true), ((string)page["first_id"]!, (string)page["last_id"]!, (bool)page["has_more"]!));
        page = (await gateway.Anna.CallAsync(HttpMethod.Get, "/v1/models?limit=5&after_id=claude-a")).Json;
        Assert.Equal(["org/claude-b", "c"], Ids(page));
        page = (await gateway.Anna.CallAsync(HttpMethod.Get, "/v1/models?limit=1&before_id=c")).Json;
        Assert.Equal(["org/claude-b"], Ids(page));
        Assert.True((bool)page["has_more"]!);
        Assert.Equal("invalid_limit", (await gateway.Anna.CallAsync(HttpMethod.Get, "/v1/models?limit=1001")).Code());
        Assert.Equal("invalid_cursor", (await gateway.Anna.CallAsync(HttpMethod.Get, "/v1/models?after_id=none")).Code());
    }

    [Theory]
    [InlineData("claude-a", "claude-a")]
    [InlineData("org/claude-b", "org/claude-b")]
    [InlineData("org%2Fclaude-b", "org/claude-b")]
    [InlineData("%63laude-a", "claude-a")]
    [InlineData("claude-anything", "claude-anything")] // a pattern that renames takes it
    [InlineData("org%252Fclaude-b", null)]
    [InlineData("none", null)]
    public async Task One_model_is_found_by_its_name_however_it_is_encoded(string path, string? id)
    {
        await using var gateway = await ShelfGateway.StartAsync(WithNames);
        var answer = await gateway.Anna.CallAsync(HttpMethod.Get, $"/v1/models/{path}");
        Assert.Equal(id is null ? HttpStatusCode.NotFound : HttpStatusCode.OK, answer.Status);
        Assert.Equal(id, (string?)answer.Json["id"]);
        Assert.Equal(id is null ? "unknown_model" : null, id is null ? answer.Code() : null);
    }

    [Fact]
    public async Task An_unknown_model_is_an_error_in_the_callers_dialect()
    {
        await using var gateway = await ShelfGateway.StartAsync(WithNames);
        using var client = OpenAi(gateway);
        var (status, json) = await client.CallAsync(HttpMethod.Get, "/v1/models/none");
        Assert.Equal((HttpStatusCode.NotFound, "unknown_model"), (status, (string)json["error"]!["code"]!));
        Assert.Equal(HttpStatusCode.NotFound, (await gateway.Anna.CallAsync(HttpMethod.Get, $"/v1/models/{new string('x', 4000)}")).Status);
    }

    [Fact]
    public async Task Where_names_pass_through_the_upstream_is_asked_once_a_minute_and_only_for_names()
    {
        await using var upstream = ScriptedUpstream.Replying(200, "application/json",
            """{"object":"list","data":[{"id":"qwen","object":"model","created":1700000000,"root":"/secret/path","max_model_len":4096},{"id":7},{"id":"claude-x"}]}""");
        await using var gateway = await ShelfGateway.StartAsync(null, upstream.Address);
        var list = (await gateway.Anna.CallAsync(HttpMethod.Get, "/v1/models")).Json;
        Assert.Equal(["qwen"], Ids(list)); // claude-x would be renamed, so it is not the upstream's own
        Assert.Equal(("2023-11-14T22:13:20Z", "4096"), (Text(list, "created_at"), list["data"]![0]!["max_input_tokens"]!.ToJsonString()));
        Assert.DoesNotContain("secret", list.ToJsonString());
        Assert.Equal(HttpStatusCode.OK, (await gateway.Anna.CallAsync(HttpMethod.Get, "/v1/models/qwen")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await gateway.Anna.CallAsync(HttpMethod.Get, "/v1/models/other")).Status);
        using var client = OpenAi(gateway);
        Assert.Equal(["qwen"], Ids((await client.CallAsync(HttpMethod.Get, "/v1/models")).Json));
        Assert.Single(upstream.Requests);
    }

    static GatewayConfig WithNames(GatewayConfig config) => config with
    {
        Models =
        [
            new ModelRule("claude-a", config.Upstreams[0].Name, "hidden-a", null),
            new ModelRule("org/claude-b", config.Upstreams[0].Name, "hidden-b", null),
            new ModelRule("c", config.Upstreams[0].Name, null, null),
            new ModelRule("claude-*", config.Upstreams[0].Name, "hidden-model", null),
        ],
    };

    static HttpClient OpenAi(ShelfGateway gateway)
    {
        var client = gateway.Client("acct_anna");
        var key = client.DefaultRequestHeaders.GetValues("x-api-key").Single();
        client.DefaultRequestHeaders.Clear();
        client.DefaultRequestHeaders.Add("Authorization", $"Bearer {key}");
        return client;
    }

    static List<string> Ids(JsonNode list) => [.. list["data"]!.AsArray().Select(model => (string)model!["id"]!)];

    static string Text(JsonNode list, string name) => (string)list["data"]![0]![name]!;
}
