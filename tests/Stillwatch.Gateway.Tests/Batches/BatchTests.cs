using System.Net;
using System.Text.Json.Nodes;
using Stillwatch.Gateway.Batches;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Tests.Shelves;
using Stillwatch.Gateway.Tests.Support;

namespace Stillwatch.Gateway.Tests.Batches;

public sealed class BatchTests
{
    const string Path = "/v1/messages/batches";

    static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_batch_runs_and_each_result_is_settled_once()
    {
        await using var gateway = await ShelfGateway.StartAsync();
        var id = await CreateAsync(gateway.Anna, "one", "two");
        Assert.Equal(2, gateway.Parts.BatchSketches.Count);
        var results = await ResultsAsync(gateway, gateway.Anna, id);
        Assert.Equal(["one", "two"], results.Select(line => (string)line["custom_id"]!));
        Assert.All(results, line => Assert.Equal("claude-test", (string)line["result"]!["message"]!["model"]!));
        var stated = results.Sum(line => (int)line["result"]!["message"]!["usage"]!["output_tokens"]!);

        Assert.Equal(2, (await ResultsAsync(gateway, gateway.Anna, id)).Count);
        var usage = await gateway.UsageAsync("acct_anna");
        Assert.Equal((2, stated, 0), (usage.Exchanges, usage.OutputTokens, usage.EstimatedExchanges));
        Assert.True(usage.InputTokens > 0);
        Assert.Equal(0, gateway.Parts.BatchSketches.Count);
        Assert.Empty(gateway.Parts.BatchSketches.Lost.ToDictionary());
    }

    [Fact]
    public async Task Another_account_cannot_tell_a_batch_from_one_that_never_was()
    {
        await using var gateway = await ShelfGateway.StartAsync();
        var id = await CreateAsync(gateway.Anna, "one");
        foreach (var (method, verb) in new[] { (HttpMethod.Get, ""), (HttpMethod.Get, "/results"), (HttpMethod.Post, "/cancel"), (HttpMethod.Delete, "") })
        {
            var theirs = await gateway.Bert.CallAsync(method, $"{Path}/{id}{verb}");
            var none = await gateway.Bert.CallAsync(method, $"{Path}/none{verb}");
            Assert.Equal((HttpStatusCode.NotFound, "unknown_batch"), (theirs.Status, theirs.Code()));
            Assert.Equal(Without(theirs.Json, id), Without(none.Json, "none"));
        }

        Assert.Empty((await gateway.Bert.CallAsync(HttpMethod.Get, Path)).Json["data"]!.AsArray());
        Assert.Equal("invalid_cursor", (await gateway.Bert.CallAsync(HttpMethod.Get, $"{Path}?after_id={id}")).Code());
        Assert.Single((await gateway.Anna.CallAsync(HttpMethod.Get, Path)).Json["data"]!.AsArray());

        static string Without(JsonNode error, string id) => ((string)error["error"]!["message"]!).Replace(id, "ID");
    }

    [Fact]
    public async Task The_results_url_leads_to_the_gateway_as_the_caller_named_it()
    {
        await using var gateway = await ShelfGateway.StartAsync();
        var id = await CreateAsync(gateway.Anna, "one");
        gateway.Anna.DefaultRequestHeaders.Host = "api.example.org:444";
        gateway.Anna.DefaultRequestHeaders.Add("x-forwarded-proto", "https");
        await gateway.Anna.CallAsync(HttpMethod.Get, $"{Path}/{id}");
        var wanted = $"http://api.example.org:444{Path}/{id}/results"; // nobody is trusted to forward here
        Assert.Equal(wanted, (string)(await gateway.Anna.CallAsync(HttpMethod.Get, $"{Path}/{id}")).Json["results_url"]!);
        Assert.Equal(wanted, (string)(await gateway.Anna.CallAsync(HttpMethod.Get, Path)).Json["data"]![0]!["results_url"]!);
        Assert.Equal(wanted, (string)(await gateway.Anna.CallAsync(HttpMethod.Post, $"{Path}/{id}/cancel")).Json["results_url"]!);
    }

    [Fact]
    public async Task A_trusted_proxy_says_the_scheme()
    {
        await using var gateway = await ShelfGateway.StartAsync(config => config with { TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")] });
        var id = await CreateAsync(gateway.Anna, "one");
        gateway.Anna.DefaultRequestHeaders.Add("x-forwarded-proto", "https");
        await gateway.Anna.CallAsync(HttpMethod.Get, $"{Path}/{id}");
        Assert.StartsWith("https://127.0.0.1:", (string)(await gateway.Anna.CallAsync(HttpMethod.Get, $"{Path}/{id}")).Json["results_url"]!);
    }

    [Fact]
    public async Task Pages_hold_own_batches_only_and_say_whether_there_are_more()
    {
        await using var gateway = await ShelfGateway.StartAsync();
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Insert(0, await CreateAsync(gateway.Anna, "one")); // lists begin with the newest
            await CreateAsync(gateway.Bert, "one");
        }

        Assert.Equal($"{ids[0]} {ids[1]} more", await PageAsync("?limit=2"));
        Assert.Equal($"{ids[2]} {ids[3]} more", await PageAsync($"?limit=2&after_id={ids[1]}"));
        Assert.Equal($"{ids[4]}", await PageAsync($"?limit=2&after_id={ids[3]}"));
        Assert.Equal($"{ids[1]} {ids[2]} more", await PageAsync($"?limit=2&before_id={ids[3]}"));
        Assert.Equal($"{ids[0]}", await PageAsync($"?limit=2&before_id={ids[1]}"));
        Assert.Equal("invalid_limit", (await gateway.Anna.CallAsync(HttpMethod.Get, $"{Path}?limit=0")).Code());
        Assert.Equal("invalid_cursor", (await gateway.Anna.CallAsync(HttpMethod.Get, $"{Path}?after_id=a&before_id=b")).Code());

        async Task<string> PageAsync(string query)
        {
            var page = (await gateway.Anna.CallAsync(HttpMethod.Get, Path + query)).Json;
            var found = page["data"]!.AsArray().Select(batch => (string)batch!["id"]!).ToList();
            Assert.Equal((found[0], found[^1]), ((string)page["first_id"]!, (string)page["last_id"]!));
            return string.Join(' ', found) + ((bool)page["has_more"]! ? " more" : "");
        }
    }

    [Fact]
    public async Task Nothing_but_names_and_user_ids_is_changed_in_the_body()
    {
        await using var gateway = await ShelfGateway.StartAsync();
        const string Item = """{"model": "claude-test" ,"metadata":{"user_id":"anna@example.org"},"x":1e400,"max_tokens":5,"messages":[{"role":"user","content":"\ud83d hi"}]}""";
        var body = $$"""{ "betas2":[1], "requests": [ {"params":{{Item}}, "custom_id":"a"} , {"custom_id":"b","params":{{Item.Replace("claude-test", "plain")}} } ] }""";
        Assert.Equal(HttpStatusCode.OK, (await gateway.Anna.CallAsync(HttpMethod.Post, Path, body)).Status);
        var sent = System.Text.Encoding.UTF8.GetString(gateway.Gateway.Host.Development!.Received.Snapshot()[^1].Body);
        var user = (string)JsonNode.Parse(sent.Replace("1e400", "1").Replace(@"\ud83d", ""))!["requests"]![0]!["params"]!["metadata"]!["user_id"]!;
        Assert.Equal(body.Replace("claude-test", "hidden-model").Replace("anna@example.org", user), sent);
    }

    [Theory]
    [InlineData("[]", "invalid_json")]
    [InlineData("""{"requests":[""", "invalid_json")]
    [InlineData("""{"requests":{}}""", "wrong_type")]
    [InlineData("""{"requests":[]}""", "missing_member")]
    [InlineData("""{"requests":[],"requ\u0065sts":[]}""", "duplicate_key")]
    [InlineData("""{"requests":[{"custom_id":"a","custom_id":"a","params":{}}]}""", "duplicate_key")]
    [InlineData("""{"requests":[{"custom_id":"a b","params":{}}]}""", "invalid_custom_id")]
    [InlineData("""{"requests":[{"params":{}}]}""", "invalid_custom_id")]
    [InlineData("""{"requests":[{"custom_id":"a"}]}""", "missing_member")]
    [InlineData("""{"requests":[{"custom_id":"a","params":{"model":"m","model":"n","messages":[]}}]}""", "duplicate_key")]
    [InlineData("""{"requests":[{"custom_id":"a","params":{"model":"m","messages":[]}},{"custom_id":"a","params":{"model":"m","messages":[]}}]}""", "duplicate_custom_id")]
    public async Task A_bad_batch_is_refused_before_anything_is_sent(string body, string code)
    {
        await using var gateway = await ShelfGateway.StartAsync();
        var answer = await gateway.Anna.CallAsync(HttpMethod.Post, Path, body);
        Assert.Equal((HttpStatusCode.BadRequest, code), (answer.Status, answer.Code()));
        Assert.Empty(gateway.Gateway.Host.Development!.Received.Snapshot());
    }

    [Fact]
    public async Task Models_of_different_upstreams_do_not_go_into_one_batch()
    {
        await using var gateway = await ShelfGateway.StartAsync(config => config with
        {
            Upstreams = [.. config.Upstreams, config.Upstreams[0] with { Name = "other" }],
            Models = [new ModelRule("elsewhere", "other", null, null), .. config.Models],
        });
        var answer = await gateway.Anna.CallAsync(HttpMethod.Post, Path, Requests(("a", "claude-test"), ("b", "elsewhere")));
        Assert.Equal((HttpStatusCode.BadRequest, "mixed_upstreams"), (answer.Status, answer.Code()));
        var message = (string)answer.Json["error"]!["message"]!;
        Assert.Contains("'claude-test'", message);
        Assert.Contains("'elsewhere'", message);
    }

    [Fact]
    public async Task Without_batches_the_answer_says_what_is_missing()
    {
        await using var gateway = await ShelfGateway.StartAsync(config => config with { Upstreams = [config.Upstreams[0] with { HasBatches = false }] });
        foreach (var answer in new[]
        {
            await gateway.Anna.CallAsync(HttpMethod.Post, Path, Requests(("a", "m"))),
            await gateway.Anna.CallAsync(HttpMethod.Get, Path),
            await gateway.Anna.CallAsync(HttpMethod.Get, $"{Path}/msgbatch_1"),
        })
        {
            Assert.Equal((HttpStatusCode.NotFound, "batches_not_supported"), (answer.Status, answer.Code()));
            Assert.Contains("'batches'", (string)answer.Json["error"]!["message"]!);
        }
    }

    [Theory]
    [InlineData("..%2Fmodels")]
    [InlineData("%2e%2e")]
    [InlineData("a%20b")]
    [InlineData("%C3%A9")]
    public async Task An_id_that_is_none_never_reaches_an_upstream(string id)
    {
        await using var gateway = await ShelfGateway.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await gateway.Anna.CallAsync(HttpMethod.Get, $"{Path}/x{id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await gateway.Anna.CallAsync(HttpMethod.Get, $"{Path}/{new string('x', 5000)}")).Status);
        Assert.Empty(gateway.Gateway.Host.Development!.Received.Snapshot());
    }

    [Fact]
    public async Task Lost_sketches_are_counted_and_the_ledger_is_not_shortened()
    {
        await using var gateway = await ShelfGateway.StartAsync();
        var id = await CreateAsync(gateway.Anna, "one", "two");
        gateway.Parts.BatchSketches.Forget(id); // as a restart does
        Assert.All(await ResultsAsync(gateway, gateway.Anna, id), line => Assert.Equal("claude-test", (string)line["result"]!["message"]!["model"]!));
        Assert.Equal(2, (await gateway.UsageAsync("acct_anna")).Exchanges);
        Assert.Equal(2, gateway.Parts.BatchSketches.Lost.ToDictionary()["unsketched"]);
    }

    [Fact]
    public async Task Results_that_break_off_do_not_look_whole_and_the_rest_is_settled_the_next_time()
    {
        var line = """{"custom_id":"ID","result":{"type":"succeeded","message":{"model":"hidden-model","content":[],"usage":{"input_tokens":3,"output_tokens":2}}}}""" + "\n";
        var isSecond = false;
        await using var upstream = new ScriptedUpstream(async (request, connection) =>
        {
            if (request.Method == "POST")
            {
                await connection.ReplyAsync(200, "application/json", """{"id":"b_1","results_url":null}""");
                return;
            }

            await connection.SendHeadAsync(200, ("content-type", "application/x-jsonl"), ("transfer-encoding", "chunked"));
            await connection.SendChunkAsync(line.Replace("ID", "a") + line.Replace("ID", "b")[..30]);
            if (!isSecond)
            {
                isSecond = true;
                connection.Close();
                return;
            }

            await connection.SendChunkAsync(line.Replace("ID", "b")[30..].TrimEnd()); // and no line end
            await connection.EndChunksAsync();
        });
        await using var gateway = await ShelfGateway.StartAsync(null, upstream.Address);
        Assert.Equal(HttpStatusCode.OK, (await gateway.Anna.CallAsync(HttpMethod.Post, Path, Requests(("a", "claude-a"), ("b", "claude-b")))).Status);
        await Assert.ThrowsAsync<HttpRequestException>(() => gateway.Anna.GetStringAsync($"{Path}/b_1/results", Ended));
        Assert.Equal(1, (await gateway.UsageAsync("acct_anna")).Exchanges);

        var whole = await gateway.Anna.GetStringAsync($"{Path}/b_1/results", Ended);
        var expected = (line.Replace("ID", "a").Replace("hidden-model", "claude-a") + line.Replace("ID", "b").Replace("hidden-model", "claude-b")).TrimEnd();
        Assert.Equal(expected.Replace("claude-a", "MODEL").Replace("claude-b", "MODEL"), whole.Replace("claude-a", "MODEL").Replace("claude-b", "MODEL"));
        Assert.DoesNotContain("hidden-model", whole);
        var usage = await gateway.UsageAsync("acct_anna");
        Assert.Equal((2, 6, 4), (usage.Exchanges, usage.InputTokens, usage.OutputTokens));
    }

    [Fact]
    public void A_flood_of_one_account_costs_its_own_sketches_first()
    {
        var sketches = new BatchSketches();
        sketches.Keep("other", "acct_bert", Some(10));
        sketches.Keep("first", "acct_anna", Some(BatchSketches.MostOfAccount - 5));
        sketches.Keep("second", "acct_anna", Some(10));
        Assert.Equal(BatchSketches.MostOfAccount - 5, sketches.Lost.ToDictionary()["evicted"]);
        Assert.NotNull(sketches.Take("other", "0"));
        Assert.NotNull(sketches.Take("second", "9"));
        Assert.Null(sketches.Take("first", "0"));

        static BatchSketch[] Some(int count) =>
            [.. Enumerable.Range(0, count).Select(i => new BatchSketch { CustomId = $"{i}", Model = new ModelNamePair("m", "m"), ParamsBytes = 1 })];
    }

    static async Task<string> CreateAsync(HttpClient client, params string[] customIds)
    {
        var (status, json) = await client.CallAsync(HttpMethod.Post, Path, Requests([.. customIds.Select(id => (id, "claude-test"))]));
        Assert.Equal(HttpStatusCode.OK, status);
        return (string)json["id"]!;
    }

    static string Requests(params (string Id, string Model)[] requests) => "{\"requests\":[" + string.Join(',', requests.Select(request =>
        $$$"""{"custom_id":"{{{request.Id}}}","params":{"model":"{{{request.Model}}}","max_tokens":50,"messages":[{"role":"user","content":"hi {{{request.Id}}}"}]}}""")) + "]}";

    static async Task<List<JsonNode>> ResultsAsync(ShelfGateway gateway, HttpClient client, string id)
    {
        JsonNode batch;
        do
        {
            batch = (await client.CallAsync(HttpMethod.Get, $"{Path}/{id}")).Json;
        }
        while ((string)batch["processing_status"]! != "ended");

        var url = new Uri((string)batch["results_url"]!);
        Assert.Equal(gateway.Gateway.Address.Authority, url.Authority);
        var lines = await client.GetStringAsync(url, Ended);
        return [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
    }
}
