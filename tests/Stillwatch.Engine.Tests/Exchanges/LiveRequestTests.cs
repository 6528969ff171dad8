using System.Text;
using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Engine.Tests.Exchanges;

public sealed class LiveRequestTests
{
    readonly ParsedExchange _live = new();
    readonly ParsedExchange _logged = new();
    readonly RequestOutline _outline = new();

    [Fact]
    public void A_live_request_gives_what_the_same_request_in_a_log_line_gives()
    {
        var bodies = new Bodies(7);
        for (var i = 0; i < 2_000; i++)
        {
            var (api, json) = bodies.Next();
            AssertSame(api, json);
        }
    }

    [Theory]
    [InlineData("""{"model":"m","messages":[]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"system","content":"s"},{"role":"user"}]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"robot","content":[{"type":"hologram","x":{}}]}],"new_member":[[]]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"n"}]}],"stream":null,"tools":null}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"\ud83d"}],"\ud83d":1}""")]
    [InlineData("""{"model":"m","messages":[],"temperature":1e400,"max_tokens":1e400,"x":-0,"y":123456789012345678901234567890}""")]
    [InlineData(""" {"model":"m","messages":[],"max_tokens":1024.0,"stream_options":null,"metadata":null} """)]
    public void What_real_clients_send_is_accepted(string body)
    {
        Accept(body);
        Accept(body, ExchangeApi.OpenAiChat);
    }

    [Fact]
    public void Everything_routing_needs_lies_where_the_outline_says_in_an_Anthropic_body()
    {
        const string Body = """
            { "stream":true,"metadata": {"user_id":"u\u0031","x":[1]},"top_k":5,"model" : "m\u002d1","max_tokens":77,"messages":[{"role":"user","content":
            [{"type":"image","source":{"type":"file","file_id":"file_1"}},{"type":"container_upload","file_id":"file_2"},
            {"type":"tool_result","tool_use_id":"t","content":[{"type":"document","source":{"file_id":"file_3"}}]},
            {"type":"tool_use","id":"t","input":{"file_id":"argument"}}]}],"tools":[{"input_examples":[{"file_id":"example"}]}],"user":"not ours"}
            """;
        Accept(Body);

        Assert.Equal(("\"m\\u002d1\"", "\"u\\u0031\"", """{"user_id":"u\u0031","x":[1]}"""), (At(Body, _outline.ModelToken), At(Body, _outline.UserIdToken), At(Body, _outline.Metadata)));
        Assert.Equal(["file_1", "file_2", "file_3"], _outline.FileIds.Select(id => At(Body, id)));
        Assert.Equal((1, true, true, true, 77), (_outline.BodyStart, _outline.HasMembers, _outline.Stream, _outline.HasSampling, _outline.MaxTokens));
        Assert.Equal("m-1", Encoding.UTF8.GetString(_live[_live.Model]));
    }

    [Fact]
    public void Everything_routing_needs_lies_where_the_outline_says_in_an_OpenAI_body()
    {
        const string Body = """
            {"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"file_1"}}]}],"stream":true,"user":null,"temperature":1,
            "stream_options":{"include_usage":true},"safety_identifier":"s","prompt_cache_key":"k","max_tokens":5,"max_completion_tokens":9,"metadata":"free"}
            """;
        Accept(Body, ExchangeApi.OpenAiChat);

        Assert.Equal(("null", "\"s\"", "\"k\""), (At(Body, _outline.UserIdToken), At(Body, _outline.SafetyIdentifierToken), At(Body, _outline.PromptCacheKeyToken)));
        Assert.Equal(("""{"include_usage":true}""", "true", true), (At(Body, _outline.StreamOptions), At(Body, _outline.IncludeUsageToken), _outline.IncludeUsage));
        Assert.Equal((9, false, "file_1"), (_outline.MaxTokens, _outline.HasSampling, At(Body, _outline.FileIds[0])));
    }

    [Fact]
    public void A_member_that_is_null_where_an_object_belongs_is_told_apart_from_an_absent_one()
    {
        Accept("""{"model":"m","messages":[],"metadata":null}""");
        Assert.Equal((4, 0), (_outline.NullMetadata.Length, _outline.Metadata.Length));

        Accept("""{"model":"m","messages":[],"stream_options":null}""", ExchangeApi.OpenAiChat);
        Assert.Equal((4, 0, 0), (_outline.NullStreamOptions.Length, _outline.StreamOptions.Length, _outline.NullMetadata.Length));
    }

    [Fact]
    public void A_hundred_thousand_messages_are_accepted()
    {
        var messages = string.Join(',', Enumerable.Range(0, 50_000).Select(i => $$"""{"role":"user","content":"q{{i}}"},{"role":"assistant","content":"a"}"""));
        Accept($$"""{"model":"m","messages":[{{messages}},{"role":"user","content":"end"}]}""");

        Assert.Equal((50_000, "end"), (_live.AssistantTurns, Encoding.UTF8.GetString(_live[_live.NewUserText])));
    }

    [Fact]
    public void A_request_allocates_nothing_once_warm_and_a_large_image_is_not_copied()
    {
        var image = new string('A', 4 << 20);
        var body = Encoding.UTF8.GetBytes(
            $$$"""{"model":"m","messages":[{"content":[{"type":"image","source":{"data":"{{{image}}}"}},{"text":"\u0041 look","type":"text"}],"role":"user"}],"n\u0061me":{"a":1}}""");
        for (var i = 0; i < 20; i++)
        {
            ExchangeParser.TryParseRequest(body, ExchangeApi.AnthropicMessages, _live, _outline, out _);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var accepted = ExchangeParser.TryParseRequest(body, ExchangeApi.AnthropicMessages, _live, _outline, out _);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(accepted);
        Assert.InRange(_live.UsedBytes, 1, 4_000);
    }

    [Fact]
    public void A_log_line_may_still_hold_unknown_members_twice()
    {
        var line = Bodies.Line(ExchangeApi.AnthropicMessages, """{"model":"m","messages":[],"user":1,"user":2,"metadata":{},"metadata":{},"x":1,"x":2}""");
        Assert.True(ExchangeParser.TryParse(line, _logged, out var reason), reason.ToString());
    }

    [Fact]
    public void Requests_of_the_corpus_read_live_as_they_read_in_a_log()
    {
        var read = 0;
        foreach (var (text, system) in CorpusTexts.Take(400))
        {
            AssertSame(ExchangeApi.AnthropicMessages, $$"""{"model":"m","system":{{system}},"messages":[{"role":"user","content":{{text}}}],"max_tokens":9}""");
            AssertSame(ExchangeApi.OpenAiChat, $$"""{"messages":[{"content":[{"text":{{text}},"type":"text"}],"role":"user"}],"model":"m"}""");
            read++;
        }

        Assert.InRange(read, 100, int.MaxValue);
    }

    void AssertSame(ExchangeApi api, string json)
    {
        Assert.True(ExchangeParser.TryParse(Bodies.Line(api, json), _logged, out var reason), reason + " " + json[..Math.Min(400, json.Length)]);
        Accept(json, api);

        Assert.Equal(Shape(_logged), Shape(_live));
    }

    static (string, string, string, string, string, string, string, string) Shape(ParsedExchange p)
    {
        string Text(TextSlice slice) => Encoding.UTF8.GetString(p[slice]);
        return (Text(p.Model), Text(p.System), Text(p.Tools), Text(p.PriorOutput), Text(p.NewUserText), Text(p.FirstUserText),
            string.Join(',', p.PresentedIds.All.ToArray().Select(Text)),
            $"{p.Api} {p.Stream} {p.MaxTokens} {p.Temperature} {p.AssistantTurns} {p.ToolResults} {p.UnsketchedBytes} {p.HasResponse} {p.IssuedIds.Count}");
    }

    void Accept(string body, ExchangeApi api = ExchangeApi.AnthropicMessages) =>
        Assert.True(ExchangeParser.TryParseRequest(Encoding.UTF8.GetBytes(body), api, _live, _outline, out var fault), fault.ToString());

    static string At(string body, TextSlice slice) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(body).AsSpan(slice.Start, slice.Length));
}
