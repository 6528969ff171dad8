using Microsoft.AspNetCore.Http;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Tests.Dialects;

public sealed class ApiEndpointTests
{
    [Theory]
    [InlineData("POST", "/v1/messages", EndpointKind.Messages, "")]
    [InlineData("POST", "/v1/messages/", EndpointKind.Messages, "")]
    [InlineData("POST", "/v1/messages/count_tokens", EndpointKind.CountTokens, "")]
    [InlineData("POST", "/v1/chat/completions", EndpointKind.ChatCompletions, "")]
    [InlineData("GET", "/v1/models", EndpointKind.Models, "")]
    [InlineData("GET", "/v1/models/a/b", EndpointKind.Model, "/a/b")]
    [InlineData("POST", "/v1/messages/batches", EndpointKind.Batches, "")]
    [InlineData("GET", "/v1/messages/batches/msgbatch_1/results", EndpointKind.Batch, "/msgbatch_1/results")]
    [InlineData("DELETE", "/v1/files/file_1", EndpointKind.File, "/file_1")]
    public void A_known_path_is_matched(string method, string path, object kind, string rest)
    {
        Assert.True(ApiEndpoint.TryMatch(method, new PathString(path), out var endpoint, out _));
        Assert.Equal((kind, rest), (endpoint.Kind, endpoint.Rest));
    }

    [Theory]
    [InlineData("GET", "/", 404, "/")]
    [InlineData("GET", "/v1", 404, "/v1")]
    [InlineData("POST", "/v1/responses", 404, "chat/completions")]
    [InlineData("POST", "/v1/v1/messages", 404, "base URL")]
    [InlineData("POST", "/messages", 404, "/v1")]
    [InlineData("GET", "/_stainless_unknown_path", 404, "_stainless")]
    [InlineData("GET", "/v1/messages", 405, "POST")]
    [InlineData("OPTIONS", "/v1/chat/completions", 405, "POST")]
    [InlineData("OST", "/v1/messages", 405, "POST")]
    [InlineData("PUT", "/v1/files/file_1", 405, "DELETE")]
    public void Any_other_says_what_there_is(string method, string path, int status, string cure)
    {
        Assert.False(ApiEndpoint.TryMatch(method, new PathString(path), out _, out var error));
        Assert.Equal(status, error!.Status);
        Assert.Contains(cure, error.Message);
    }

    [Fact]
    public void A_path_that_both_dialects_share_is_answered_in_the_one_its_headers_speak()
    {
        Assert.Equal(Dialect.OpenAi, ApiEndpoint.FaceOf(new HeaderDictionary(), "/v1/models"));
        Assert.Equal(Dialect.Anthropic, ApiEndpoint.FaceOf(new HeaderDictionary { ["anthropic-version"] = "2023-06-01" }, "/v1/models"));
        Assert.Equal(Dialect.Anthropic, ApiEndpoint.FaceOf(new HeaderDictionary { ["x-api-key"] = "k" }, "/v1/models"));
        Assert.Equal(Dialect.Anthropic, ApiEndpoint.FaceOf(new HeaderDictionary(), "/v1/messages/nothing"));
    }
}
