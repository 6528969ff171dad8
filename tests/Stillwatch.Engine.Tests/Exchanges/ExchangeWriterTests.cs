using System.Buffers;
using System.Text;
using System.Text.Json;
using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Engine.Tests.Exchanges;

public sealed class ExchangeWriterTests
{
    [Fact]
    public void An_exchange_is_one_line_of_the_contract()
    {
        var line = Write(Sample(ExchangeApi.AnthropicMessages));
        Assert.EndsWith("}\n", line);
        Assert.Equal(1, line.Count(letter => letter == '\n'));
        var root = JsonDocument.Parse(line).RootElement;
        Assert.Equal("2026-02-01T00:00:00.123Z", root.GetProperty("time").GetString());
        Assert.Equal("anthropic.messages", root.GetProperty("api").GetString());
        Assert.Equal("203.0.113.7", root.GetProperty("client").GetProperty("ip").GetString());
        Assert.Equal(64500, root.GetProperty("client").GetProperty("asn").GetInt64());
        Assert.True(root.GetProperty("batch").GetBoolean());
        Assert.False(root.TryGetProperty("app", out _));
    }

    [Fact]
    public void Anthropic_bodies_hold_a_system_string_blocks_and_both_cache_counts()
    {
        var root = JsonDocument.Parse(Write(Sample(ExchangeApi.AnthropicMessages))).RootElement;
        var request = root.GetProperty("request");
        Assert.Equal("Be brief.", request.GetProperty("system").GetString());
        Assert.Equal("object", request.GetProperty("tools")[0].GetProperty("input_schema").GetProperty("type").GetString());
        var messages = request.GetProperty("messages");
        Assert.Equal("grüße \"sie\"\n😀", messages[0].GetProperty("content").GetString());
        Assert.Equal("tool_use", messages[1].GetProperty("content")[1].GetProperty("type").GetString());
        Assert.Equal(7, messages[1].GetProperty("content")[1].GetProperty("input").GetProperty("n").GetInt32());
        Assert.Equal("toolu_1", messages[2].GetProperty("content")[0].GetProperty("tool_use_id").GetString());
        var response = root.GetProperty("response");
        Assert.Equal("tool_use", response.GetProperty("stop_reason").GetString());
        Assert.Equal(30, response.GetProperty("usage").GetProperty("cache_read_input_tokens").GetInt32());
        Assert.Equal(20, response.GetProperty("usage").GetProperty("cache_creation_input_tokens").GetInt32());
        Assert.Equal("toolu_2", response.GetProperty("content")[1].GetProperty("id").GetString());
    }

    [Fact]
    public void OpenAi_bodies_hold_the_system_as_a_message_and_tool_results_as_messages()
    {
        var root = JsonDocument.Parse(Write(Sample(ExchangeApi.OpenAiChat))).RootElement;
        var messages = root.GetProperty("request").GetProperty("messages");
        Assert.Equal(["system", "user", "assistant", "tool", "user"], messages.EnumerateArray().Select(message => message.GetProperty("role").GetString()));
        Assert.Equal("{\"n\":7}", messages[2].GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString());
        Assert.Equal("toolu_1", messages[3].GetProperty("tool_call_id").GetString());
        Assert.Equal("object", root.GetProperty("request").GetProperty("tools")[0].GetProperty("function").GetProperty("parameters").GetProperty("type").GetString());
        var response = root.GetProperty("response");
        Assert.Equal("look here", response.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("tool_use", response.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        var usage = response.GetProperty("usage");
        Assert.Equal((60, 5, 65, 30), (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32(),
            usage.GetProperty("total_tokens").GetInt32(), usage.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32()));
    }

    [Fact]
    public void What_is_unknown_is_left_out_and_a_lone_surrogate_stays_valid_utf8()
    {
        var exchange = new Exchange
        {
            Id = "e", Time = DateTimeOffset.UnixEpoch, Account = "a", Api = ExchangeApi.OpenAiChat,
            Request = new ExchangeRequest { Model = "m", Messages = [Message.User("half \ud83d of a face")] },
            Response = new ExchangeResponse { Usage = new TokenUsage(1, 0, 0, 2) },
        };
        var root = JsonDocument.Parse(Write(exchange)).RootElement;
        Assert.Equal(["id", "time", "account", "api", "request", "response"], root.EnumerateObject().Select(member => member.Name));
        Assert.False(root.GetProperty("response").TryGetProperty("choices", out _));
        Assert.Contains("\ufffd", root.GetProperty("request").GetProperty("messages")[0].GetProperty("content").GetString());
    }

    static string Write(Exchange exchange)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new ExchangeWriter();
        writer.Write(exchange, buffer);
        return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(buffer.WrittenSpan);
    }

    static Exchange Sample(ExchangeApi api) => new()
    {
        Id = "ex_1",
        Time = new DateTimeOffset(2026, 2, 1, 2, 0, 0, 123, TimeSpan.FromHours(2)),
        Account = "acct_1",
        Batch = true,
        Api = api,
        Status = 200,
        Client = new ExchangeClient { Ip = "203.0.113.7", Asn = 64500 },
        Request = new ExchangeRequest
        {
            Model = "m",
            System = "Be brief.",
            Tools = [new Tool("look", "Looks.", "{\"type\":\"object\"}")],
            Messages =
            [
                Message.User("grüße \"sie\"\n😀"),
                new Message(MessageRole.Assistant, [new TextPart("let me see"), new ToolUsePart("toolu_1", "look", "{\"n\":7}")]),
                new Message(MessageRole.User, [new ToolResultPart("toolu_1", "seen"), new TextPart("go on")]),
            ],
        },
        Response = new ExchangeResponse
        {
            Id = "msg_1", Model = "m", StopReason = "tool_use", Usage = new TokenUsage(10, 30, 20, 5),
            Content = [new TextPart("look here"), new ToolUsePart("toolu_2", "look", "{}")],
        },
    };
}
