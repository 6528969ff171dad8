using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Tests.Support;

namespace Stillwatch.Gateway.Tests.Forwarding;

/// <summary>The configuration's <c>body_limits</c> hold, each on its own paths and nowhere else.</summary>
public sealed class BodyLimitTests
{
    const int KiB = 1024;

    [Theory]
    [InlineData("/v1/messages")]
    [InlineData("/v1/messages/count_tokens")]
    [InlineData("/v1/messages/batches")]
    [InlineData("/v1/files")]
    public async Task A_body_beyond_the_configured_limit_is_413_and_the_limit_is_named(string path)
    {
        await using var gateway = await TestGateway.StartAsync(
            config => config with { MessageBodyBytes = 2 * KiB, BatchBodyBytes = 3 * KiB, FileBodyBytes = 4 * KiB }, Dialect.Anthropic);
        using var response = await gateway.Client.PostAsync(path, BodyFor(path, 5 * KiB));
        Assert.Equal(413, (int)response.StatusCode);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!;
        Assert.Equal("request_too_large", (string)error["details"]!["error_code"]!);
        var limit = path switch { "/v1/files" => "4KiB", "/v1/messages/batches" => "3KiB", _ => "2KiB" };
        Assert.Contains($"larger than {limit},", (string)error["message"]!);
    }

    [Fact]
    public async Task A_limit_on_messages_does_not_bind_batches_and_files()
    {
        await using var gateway = await TestGateway.StartAsync(config => config with { MessageBodyBytes = KiB }, Dialect.Anthropic);
        foreach (var path in (string[])["/v1/messages/batches", "/v1/files"])
        {
            using var response = await gateway.Client.PostAsync(path, BodyFor(path, 5 * KiB));
            Assert.True(response.IsSuccessStatusCode, $"{path}: {await response.Content.ReadAsStringAsync()}");
        }
    }

    static HttpContent BodyFor(string path, int bytes)
    {
        if (path == "/v1/files")
        {
            var file = new ByteArrayContent(new byte[bytes]) { Headers = { ContentType = new MediaTypeHeaderValue("text/plain") } };
            return new MultipartFormDataContent { { file, "file", "a.txt" } };
        }

        var message = $$"""{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"{{new string('a', bytes)}}"}]}""";
        var body = path.EndsWith("batches", StringComparison.Ordinal) ? $$"""{"requests":[{"custom_id":"one","params":{{message}}}]}""" : message;
        return new StringContent(body, Encoding.UTF8, "application/json");
    }
}
