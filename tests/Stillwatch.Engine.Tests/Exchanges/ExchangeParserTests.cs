using System.Text;
using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Engine.Tests.Exchanges;

public sealed class ExchangeParserTests
{
    readonly ParsedExchange _into = new();

    [Fact]
    public void An_anthropic_line_fills_every_member()
    {
        Accept("""
            {"id":"ex_1","time":"2026-02-01T00:00:00.123Z","account":"acct_1","organization":"org_1","key":"key_1","app":"app_1",
            "request_id":"req_1","batch":true,"client":{"ip":"203.0.113.7","asn":64500,"country":"US","user_agent":"UA/1","ja4":"t13d",
            "end_user":"u1","session":"s1"},"headers":{"x":"y"},"api":"anthropic.messages","status":200,"latency_ms":2310,
            "request":{"model":"m-1","max_tokens":512,"temperature":0.5,"stream":true,"system":[{"type":"text","text":"be"},
            {"type":"text","text":"brief"}],"tools":[ {"name":"t"} ],"messages":[{"role":"user","content":"first"},
            {"role":"assistant","content":[{"type":"text","text":"answer"},{"type":"tool_use","id":"toolu_1","name":"t","input":{}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"42"},{"type":"text","text":"and now"}]}]},
            "response":{"id":"msg_1","model":"m-1","stop_reason":"tool_use","usage":{"input_tokens":10,"cache_read_input_tokens":3,
            "cache_creation_input_tokens":null,"output_tokens":7},"content":[{"type":"thinking","thinking":"hm"},
            {"type":"text","text":"done"},{"type":"tool_use","id":"toolu_2","name":"t","input":{}}]}}
            """);

        Assert.Equal(DateTimeOffset.Parse("2026-02-01T00:00:00.123Z").ToUnixTimeMilliseconds(), _into.TimeMs);
        Assert.Equal(
            ("ex_1", "acct_1", "org_1", "key_1", "app_1"),
            (Text(_into.Id), Text(_into.Account), Text(_into.Organization), Text(_into.Key), Text(_into.App)));
        Assert.Equal(
            ("203.0.113.7", 64500L, "UA/1", "t13d", "u1", "s1"),
            (Text(_into.Ip), _into.Asn, Text(_into.UserAgent), Text(_into.Ja4), Text(_into.EndUser), Text(_into.Session)));
        Assert.Equal(
            (true, 200, "m-1", 512, 0.5, true), (_into.Batch, _into.Status, Text(_into.Model), _into.MaxTokens, _into.Temperature, _into.Stream));
        Assert.Equal(("be\nbrief", "[ {\"name\":\"t\"} ]"), (Text(_into.System), Text(_into.Tools)));
        Assert.Equal(
            ("answer", "and now", "first", "done"),
            (Text(_into.PriorOutput), Text(_into.NewUserText), Text(_into.FirstUserText), Text(_into.ResponseText)));
        Assert.Equal((1, 1, 1), (_into.AssistantTurns, _into.ToolResults, _into.ResponseToolUses));
        Assert.Equal(new TokenUsage(10, 3, 0, 7), _into.Usage);
        Assert.Equal(["msg_1", "toolu_2"], _into.IssuedIds.All.ToArray().Select(Text));
        Assert.Equal(["toolu_1"], _into.PresentedIds.All.ToArray().Select(Text));
    }

    [Fact]
    public void An_openai_line_fills_the_same_members()
    {
        Accept("""
            {"time":"2026-02-01T01:00:00+01:00","account":"a","api":"openai.chat","request":{"model":"m","max_tokens":1,
            "max_completion_tokens":99,"messages":[{"role":"developer","content":"rules"},{"role":"user","content":[{"type":"text",
            "text":"look"},{"type":"image_url","image_url":{"url":"data:"}}]},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1",
            "type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_1","content":"result"}]},
            "response":{"id":"chatcmpl-1","choices":[{"index":0,"message":{"role":"assistant","content":"fine","tool_calls":[{"id":"call_2",
            "function":{}}]}}],"usage":{"prompt_tokens":100,"completion_tokens":9,"prompt_tokens_details":{"cached_tokens":60}}}}
            """);

        Assert.Equal(DateTimeOffset.Parse("2026-02-01T00:00:00Z").ToUnixTimeMilliseconds(), _into.TimeMs);
        Assert.Equal(ExchangeApi.OpenAiChat, _into.Api);
        Assert.Equal(("rules", "look", "", ""), (Text(_into.System), Text(_into.FirstUserText), Text(_into.NewUserText), Text(_into.PriorOutput)));
        Assert.Equal((1, 1, 1, 99), (_into.AssistantTurns, _into.ToolResults, _into.ResponseToolUses, _into.MaxTokens));
        Assert.Equal(new TokenUsage(40, 60, 0, 9), _into.Usage);
        Assert.Equal(["chatcmpl-1", "call_2"], _into.IssuedIds.All.ToArray().Select(Text));
        Assert.Equal(["call_1"], _into.PresentedIds.All.ToArray().Select(Text));
        Assert.Equal("fine", Text(_into.ResponseText));
    }

    [Fact]
    public void The_order_of_members_does_not_matter()
    {
        Accept("""
            {"request":{"messages":[{"content":[{"text":"old","type":"text"}],"role":"user"},{"content":"said","role":"assistant"},
            {"content":"new","role":"user"}],"model":"m","system":"s"},"api":"anthropic.messages","account":"a","time":"2026-02-01T00:00:00Z"}
            """);

        Assert.Equal(
            ("old", "said", "new", "s"), (Text(_into.FirstUserText), Text(_into.PriorOutput), Text(_into.NewUserText), Text(_into.System)));
    }

    [Fact]
    public void A_first_turn_is_its_own_first_text()
    {
        Accept(Line("""{"role":"user","content":"one"},{"role":"user","content":"two"}"""));

        Assert.Equal("one\ntwo", Text(_into.NewUserText));
        Assert.Equal(_into.NewUserText, _into.FirstUserText);
    }

    [Fact]
    public void A_prefill_does_not_hide_the_text_before_it()
    {
        Accept(Line("""{"role":"user","content":"ask"},{"role":"assistant","content":"Sure, step 1:"}"""));

        Assert.Equal(("ask", "ask", "", 0), (Text(_into.NewUserText), Text(_into.FirstUserText), Text(_into.PriorOutput), _into.AssistantTurns));
    }

    [Fact]
    public void An_unknown_role_does_not_hide_text()
    {
        Accept(Line("""{"role":"ctx","content":"ask"}"""));

        Assert.Equal("ask", Text(_into.NewUserText));
    }

    [Theory]
    [InlineData("""a\n\t\"\\\/\u0041\u00e9\u20ac\ud83d\ude00z""", "a\n\t\"\\/Aé€😀z")]
    [InlineData("""lone \ud83d end""", "lone \uFFFD end")]
    [InlineData("""lone \ude00\ud83d""", "lone \uFFFD\uFFFD")]
    [InlineData("""\ud83d\u0041""", "\uFFFDA")]
    public void Escapes_become_text_and_lone_surrogates_no_error(string json, string expected)
    {
        Accept(Line($$"""{"role":"user","content":"{{json}}"}"""));

        Assert.Equal(expected, Text(_into.NewUserText));
    }

    [Fact]
    public void An_escaped_member_name_is_the_same_member()
    {
        Accept("""{"tim\u0065":"2026-02-01T00:00:00Z","account":"a","api":"openai.chat","request":{"model":"m","messages":[]}}""");
        Refuse(
            RejectReason.DuplicateKey,
            """{"time":"2026-02-01T00:00:00Z","account":"a","api":"openai.chat","request":{"model":"m","mod\u0065l":"n","messages":[]}}""");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_long_text_keeps_head_and_tail_between_code_points(int bytesPerLetter)
    {
        var letter = bytesPerLetter switch { 1 => "x", 2 => "é", 3 => "€", _ => "😀" };
        var text = "abc" + string.Concat(Enumerable.Repeat(letter, 200_000)) + "yz";
        Accept(Line($$"""{"role":"user","content":"{{text}}"}"""));

        var kept = Text(_into.NewUserText);
        var total = Encoding.UTF8.GetByteCount(text);
        Assert.StartsWith("abc" + letter, kept);
        Assert.EndsWith(letter + "yz", kept);
        Assert.DoesNotContain('\uFFFD', kept);
        Assert.Single(kept, '\n');
        Assert.Equal(total, _into.NewUserText.Length - 1 + _into.UnsketchedBytes);
        Assert.InRange(_into.NewUserText.Length, (2 * ParsedExchange.KeptBytesPerEnd) - 6, (2 * ParsedExchange.KeptBytesPerEnd) + 1);
    }

    [Fact]
    public void A_long_escaped_text_keeps_the_same_ends_as_a_plain_one()
    {
        var text = string.Concat(Enumerable.Range(0, 30_000).Select(i => $"w{i} "));
        Accept(Line($$"""{"role":"user","content":"{{text}}"}"""));
        var plain = Text(_into.NewUserText);
        var escaped = string.Concat(text.Select(c => $"\\u{(int)c:x4}"));
        Accept(Line($$"""{"role":"user","content":"{{escaped}}"}"""));

        Assert.Equal(plain, Text(_into.NewUserText));
    }

    [Fact]
    public void A_long_system_prompt_stays_whole_up_to_256_KiB()
    {
        var system = new string('s', 256 * 1024);
        Accept($$$"""{"time":"2026-02-01T00:00:00Z","account":"a","api":"openai.chat","request":{"system":"{{{system}}}","model":"m","messages":[]}}""");

        Assert.Equal(system, Text(_into.System));
        Assert.Equal(0, _into.UnsketchedBytes);
    }

    [Fact]
    public void Only_the_last_presented_and_the_first_issued_ids_are_kept()
    {
        var calls = string.Join(',', Enumerable.Range(0, 9).Select(i => $$$"""{"type":"tool_use","id":"t{{{i}}}","name":"f","input":{}}"""));
        Accept(Line(
            $$"""{"role":"assistant","content":[{{calls}}]},{"role":"user","content":"go"}""", $$"""{"id":"m","content":[{{calls}}]}"""));

        Assert.Equal(["t5", "t6", "t7", "t8"], _into.PresentedIds.All.ToArray().Select(Text));
        Assert.Equal(["m", "t0", "t1", "t2"], _into.IssuedIds.All.ToArray().Select(Text));
        Assert.Equal(9, _into.ResponseToolUses);
    }

    [Fact]
    public void A_second_line_leaves_nothing_of_the_first()
    {
        An_anthropic_line_fills_every_member();
        Accept(Line(""));

        Assert.True(_into.Ip.IsEmpty && _into.System.IsEmpty && _into.Tools.IsEmpty && _into.NewUserText.IsEmpty);
        Assert.False(_into.HasResponse || _into.HasUsage || _into.Batch);
        Assert.Equal(0, _into.IssuedIds.Count);
        Assert.Equal(-1, _into.Temperature);
    }

    [Fact]
    public void A_line_allocates_nothing_once_warm()
    {
        var line = Encoding.UTF8.GetBytes(Line("""{"role":"user","content":"\u0041 question of some length"}""", """{"id":"m","content":[]}"""));
        for (var i = 0; i < 100; i++)
        {
            ExchangeParser.TryParse(line, _into, out _);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            ExchangeParser.TryParse(line, _into, out _);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    void Accept(string line)
    {
        Assert.True(ExchangeParser.TryParse(Encoding.UTF8.GetBytes(line), _into, out var reason), reason.ToString());
        Assert.Equal(RejectReason.None, reason);
    }

    void Refuse(RejectReason expected, string line)
    {
        Assert.False(ExchangeParser.TryParse(Encoding.UTF8.GetBytes(line), _into, out var reason));
        Assert.Equal(expected, reason);
    }

    string Text(TextSlice slice) => Encoding.UTF8.GetString(_into[slice]);

    static string Line(string messages, string response = "null") =>
        $$$"""{"time":"2026-02-01T00:00:00Z","account":"a","api":"anthropic.messages","request":{"model":"m","messages":[{{{messages}}}]},"response":{{{response}}}}""";
}
