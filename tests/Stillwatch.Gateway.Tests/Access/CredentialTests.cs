using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Stillwatch.Gateway.Access;

namespace Stillwatch.Gateway.Tests.Access;

public sealed class CredentialTests
{
    [Theory]
    [InlineData("k1", null)]
    [InlineData(null, "Bearer k1")]
    [InlineData(null, "bearer  k1")]
    [InlineData("k1", "Bearer k1")]
    [InlineData("", "Bearer k1")]
    public void Either_header_or_both_with_the_same_key_will_do(string? apiKey, string? authorization)
        => Assert.Equal("k1", Credential.Of(Headers(apiKey, authorization), out _));

    [Theory]
    [InlineData("k1", "Bearer k2", "ambiguous_credentials")]
    [InlineData(null, "Basic azE=", "unsupported_authorization")]
    [InlineData("k1", "Basic azE=", "unsupported_authorization")]
    [InlineData(null, null, "missing_credentials")]
    [InlineData(null, "Bearer ", "missing_credentials")]
    public void Anything_else_is_refused_with_401(string? apiKey, string? authorization, string code)
    {
        Assert.Null(Credential.Of(Headers(apiKey, authorization), out var error));
        Assert.Equal((401, code), (error!.Status, error.Code));
    }

    [Fact]
    public void A_credential_header_sent_twice_is_refused_even_when_both_agree()
    {
        Assert.Null(Credential.Of(new HeaderDictionary { ["x-api-key"] = new StringValues(["k1", "k1"]) }, out var error));
        Assert.Equal("ambiguous_credentials", error!.Code);
    }

    static HeaderDictionary Headers(string? apiKey, string? authorization)
    {
        var headers = new HeaderDictionary();
        if (apiKey is not null)
        {
            headers["x-api-key"] = apiKey;
        }

        if (authorization is not null)
        {
            headers["authorization"] = authorization;
        }

        return headers;
    }
}
