using System.Buffers;
using System.Text;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Tests;

public sealed class ErrorBodyTests
{
    [Fact]
    public void An_error_speaks_the_callers_dialect()
    {
        var error = new GatewayError(404, "unknown_model", "no such model");
        Assert.Equal(
            """{"type":"error","error":{"type":"not_found_error","message":"no such model","details":{"error_code":"unknown_model"}},"request_id":"req_1"}""",
            Written(output => ErrorBody.Write(output, Dialect.Anthropic, error, "req_1")));
        Assert.Equal(
            """{"error":{"type":"invalid_request_error","message":"no such model","param":null,"code":"unknown_model"}}""",
            Written(output => ErrorBody.Write(output, Dialect.OpenAi, error, "req_1")));
    }

    [Fact]
    public void Inside_a_stream_an_error_is_a_whole_event()
        => Assert.Equal(
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"x\",\"details\":{\"error_code\":\"c\"}},\"request_id\":\"r\"}\n\n",
            Written(output => ErrorBody.WriteEvent(output, Dialect.Anthropic, new GatewayError(502, "c", "x"), "r")));

    static string Written(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
