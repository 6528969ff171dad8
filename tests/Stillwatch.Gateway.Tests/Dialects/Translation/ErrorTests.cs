using System.Text;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Dialects.Translation;

namespace Stillwatch.Gateway.Tests.Dialects.Translation;

public sealed class ErrorTests
{
    [Theory]
    [InlineData(400, """{"error":{"message":"Too many tokens.","type":"x","code":"context_length_exceeded"}}""", 400, "context_length_exceeded", "Too many tokens.")]
    [InlineData(400, """{"object":"error","message":"This model's maximum context length is 10 tokens.","code":400}""", 400, "context_length_exceeded", "maximum context")]
    [InlineData(529, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", 529, "upstream_overloaded", "Overloaded")]
    [InlineData(422, """{"detail":"Field required"}""", 422, "upstream_refused", "Field required")]
    [InlineData(400, """{"error":"messages.0.content: bad"}""", 400, "upstream_refused", "messages.0.content: bad")]
    [InlineData(401, """{"error":{"message":"Incorrect API key sk-abc"}}""", 502, "upstream_credential_refused", "credential")]
    [InlineData(429, """{"error":{"message":"quota","code":"insufficient_quota"}}""", 429, "insufficient_quota", "quota")]
    [InlineData(502, "<html>nginx at gpu7.example.com</html>", 502, "upstream_failed", "status 502")]
    [InlineData(302, "", 502, "upstream_failed", "302")]
    public void An_upstreams_error_is_mapped_by_its_status(int status, string body, int expected, string code, string says)
    {
        var error = Translate.Error(status, Encoding.UTF8.GetBytes(body));
        Assert.Equal((expected, code), (error.Status, error.Code));
        Assert.Contains(says, error.Message);
    }

    [Theory]
    [InlineData("connection to gpu7.example.com refused")]
    [InlineData("see https://x/y")]
    [InlineData("dial 10.1.2.3 failed")]
    [InlineData("vllm:8000 is down")]
    [InlineData("organization org-123 is over its limit")]
    [InlineData("no such file /opt/models/x")]
    [InlineData("line one\\nline two")]
    public void A_message_that_tells_where_the_upstream_is_is_not_shown(string message)
        => Assert.Equal("The upstream failed with status 500; try again.", Translate.Error(500, Encoding.UTF8.GetBytes("{\"error\":{\"message\":\"" + message + "\"}}")).Message);

    [Theory]
    [InlineData("model gpt-4.1 does not support images")]
    [InlineData("messages.0.content.text: must not be empty")]
    [InlineData("ratio 1:2, e.g. a thing")]
    public void An_ordinary_message_is_shown(string message)
        => Assert.Equal(message, Translate.Error(400, Encoding.UTF8.GetBytes("{\"error\":{\"message\":\"" + message + "\"}}")).Message);

    [Fact]
    public void A_whole_response_that_is_none_is_the_upstreams_fault()
    {
        foreach (var body in (string[])["", "<html>", "[]", "{}", """{"choices":[]}""", """{"error":{"message":"x"}}"""])
        {
            Assert.True(Translated.Response(Dialect.Anthropic, body).Error!.Status >= 500);
            Assert.True(Translated.Response(Dialect.OpenAi, body).Error!.Status >= 500);
        }
    }
}
