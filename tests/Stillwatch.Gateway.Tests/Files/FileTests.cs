using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Stillwatch.Gateway.Tests.Shelves;

namespace Stillwatch.Gateway.Tests.Files;

public sealed class FileTests
{
    static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_comes_back_as_it_went_and_is_gone_when_deleted()
    {
        await using var gateway = await ShelfGateway.StartAsync();
        var bytes = new byte[3_000_000];
        new Random(7).NextBytes(bytes);
        var id = await UploadAsync(gateway.Anna, bytes);
        Assert.Equal("a.bin", (string)(await gateway.Anna.CallAsync(HttpMethod.Get, $"/v1/files/{id}")).Json["filename"]!);
        Assert.Equal(bytes, await gateway.Anna.GetByteArrayAsync($"/v1/files/{id}/content", Ended));
        Assert.Equal(HttpStatusCode.OK, (await gateway.Anna.CallAsync(HttpMethod.Delete, $"/v1/files/{id}")).Status);
        Assert.Equal("unknown_file", (await gateway.Anna.CallAsync(HttpMethod.Get, $"/v1/files/{id}")).Code());
        Assert.Empty((await gateway.Anna.CallAsync(HttpMethod.Get, "/v1/files")).Json["data"]!.AsArray());
    }

    [Fact]
    public async Task Another_account_sees_no_trace_of_a_file()
    {
        await using var gateway = await ShelfGateway.StartAsync();
        var id = await UploadAsync(gateway.Anna, "secret"u8.ToArray());
        foreach (var (method, verb) in new[] { (HttpMethod.Get, ""), (HttpMethod.Get, "/content"), (HttpMethod.Delete, "") })
        {
            var answer = await gateway.Bert.CallAsync(method, $"/v1/files/{id}{verb}");
            Assert.Equal((HttpStatusCode.NotFound, "unknown_file"), (answer.Status, answer.Code()));
        }

        Assert.Empty((await gateway.Bert.CallAsync(HttpMethod.Get, "/v1/files")).Json["data"]!.AsArray());
        Assert.Equal(HttpStatusCode.OK, (await gateway.Anna.CallAsync(HttpMethod.Get, $"/v1/files/{id}")).Status);
    }

    [Fact]
    public async Task A_message_or_a_batch_may_name_own_files_only()
    {
        await using var gateway = await ShelfGateway.StartAsync();
        var id = await UploadAsync(gateway.Anna, "secret"u8.ToArray());
        var message = Message(id);
        Assert.Equal(HttpStatusCode.OK, (await gateway.Anna.CallAsync(HttpMethod.Post, "/v1/messages", message)).Status);
        var before = gateway.Gateway.Host.Development!.Requests;
        foreach (var (path, body) in new[]
        {
            ("/v1/messages", message),
            ("/v1/messages", Message("file_none")),
            ("/v1/messages", Message(@"file\u005fdev_1")),
            ("/v1/messages/count_tokens", message),
            ("/v1/messages/batches", $$"""{"requests":[{"custom_id":"a","params":{{message}}}]}"""),
        })
        {
            var answer = await gateway.Bert.CallAsync(HttpMethod.Post, path, body);
            Assert.Equal((HttpStatusCode.NotFound, "unknown_file"), (answer.Status, answer.Code()));
        }

        Assert.Equal(before, gateway.Gateway.Host.Development.Requests);
    }

    [Fact]
    public async Task Pages_of_both_api_versions_are_served()
    {
        await using var gateway = await ShelfGateway.StartAsync();
        var first = await UploadAsync(gateway.Anna, "1"u8.ToArray());
        var second = await UploadAsync(gateway.Anna, "2"u8.ToArray());
        await UploadAsync(gateway.Bert, "3"u8.ToArray());
        var page = (await gateway.Anna.CallAsync(HttpMethod.Get, "/v1/files?limit=1")).Json;
        Assert.Equal((second, true), ((string)page["data"]![0]!["id"]!, (bool)page["has_more"]!));
        page = (await gateway.Anna.CallAsync(HttpMethod.Get, $"/v1/files?limit=1&page={(string)page["next_page"]!}")).Json;
        Assert.Equal((first, false), ((string)page["data"]![0]!["id"]!, (bool)page["has_more"]!));
        Assert.Null(page["next_page"]);
    }

    [Fact]
    public async Task Without_files_the_answer_says_what_is_missing()
    {
        await using var gateway = await ShelfGateway.StartAsync(config => config with { Upstreams = [config.Upstreams[0] with { HasFiles = false }] });
        var answer = await gateway.Anna.CallAsync(HttpMethod.Get, "/v1/files");
        Assert.Equal((HttpStatusCode.NotFound, "files_not_supported"), (answer.Status, answer.Code()));
        Assert.Contains("'files'", (string)answer.Json["error"]!["message"]!);
    }

    [Fact]
    public async Task An_upload_that_is_none_or_too_large_is_refused_before_it_is_read()
    {
        await using var gateway = await ShelfGateway.StartAsync();
        Assert.Equal("not_multipart", (await gateway.Anna.CallAsync(HttpMethod.Post, "/v1/files", "{}")).Code());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/files");
        request.Headers.ExpectContinue = true;
        request.Content = new ByteArrayContent([]);
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");
        request.Content.Headers.ContentLength = 501L << 20;
        using var response = await gateway.Anna.SendAsync(request, Ended);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("request_too_large", (string)JsonNode.Parse(await response.Content.ReadAsStringAsync(Ended))!["error"]!["type"]!);
        Assert.Equal(0, gateway.Gateway.Host.Development!.Requests);
    }

    static string Message(string file) =>
        $$"""{"model":"claude-test","max_tokens":9,"messages":[{"role":"user","content":[{"type":"document","source":{"type":"file","file_id":"{{file}}"} },{"type":"text","text":"hi"}]}]}""";

    static async Task<string> UploadAsync(HttpClient client, byte[] bytes)
    {
        using var form = new MultipartFormDataContent();
        form.Add(new ByteArrayContent(bytes), "file", "a.bin");
        using var response = await client.PostAsync("/v1/files", form, Ended);
        var json = Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(Ended));
        Assert.True(response.IsSuccessStatusCode, json);
        return (string)JsonNode.Parse(json)!["id"]!;
    }
}
