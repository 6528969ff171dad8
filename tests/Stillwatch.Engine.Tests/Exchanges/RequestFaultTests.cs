using System.Diagnostics;
using System.Text;
using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Engine.Tests.Exchanges;

public sealed class RequestFaultTests
{
    readonly ParsedExchange _parsed = new();
    readonly RequestOutline _outline = new();

    [Theory]
    [InlineData("""{"model":"m","messages":[],"stream":"true"}""", "stream", "must be a boolean, it is a string")]
    [InlineData("""{"model":"m"}""", "messages", "is missing")]
    [InlineData("""{"messages":[]}""", "model", "is missing")]
    [InlineData("""{"model":"","messages":[]}""", "model", "is empty")]
    [InlineData("""{"model":null,"messages":[]}""", "model", "must be a string, it is null")]
    [InlineData("""{"model":5,"messages":[]}""", "model", "must be a string, it is a number")]
    [InlineData("""{"model":"m","messages":{}}""", "messages", "must be an array, it is an object")]
    [InlineData("""{"model":"m","messages":["x"]}""", "messages[0]", "must be an object, it is a string")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"},{"content":"x"}]}""", "messages[1].role", "is missing")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":7}]}""", "messages[0].content", "must be a string or an array of blocks, it is a number")]
    [InlineData("""{"model":"m","messages":[{"content":[{"type":"text","text":[]}],"role":"user"}]}""", "messages[0].content[0].text", "must be a string, it is an array")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[[]]}]}""", "messages[0].content[0]", "must be an object, it is an array")]
    [InlineData("""{"model":"m","messages":[],"max_tokens":"9"}""", "max_tokens", "must be a number, it is a string")]
    [InlineData("""{"model":"m","messages":[],"metadata":"x"}""", "metadata", "must be an object, it is a string")]
    public void A_fault_names_the_member_what_it_must_be_and_what_it_is(string body, string path, string detail) =>
        Assert.Equal((path, detail), (Refuse(body).Path, Refuse(body).Detail));

    [Theory]
    [InlineData("", RejectReason.BadJson, "is empty")]
    [InlineData(" \n", RejectReason.BadJson, "is empty")]
    [InlineData("\uFEFF{}", RejectReason.BadJson, "byte order mark")]
    [InlineData("hello", RejectReason.BadJson, "not valid JSON")]
    [InlineData("{'a':1}", RejectReason.BadJson, "not valid JSON at byte 1")]
    [InlineData("""{"model":"m","messages":[]} x""", RejectReason.BadJson, "goes on after its closing brace")]
    [InlineData("""{"model":"m","messages":[]}{}""", RejectReason.BadJson, "goes on after its closing brace")]
    [InlineData("""{"model":"m","messages":[""", RejectReason.BadJson, "is cut off: it ends after 25 bytes")]
    [InlineData("[1]", RejectReason.NotAnObject, "must be a JSON object, it is an array")]
    [InlineData("12", RejectReason.NotAnObject, "must be a JSON object, it is a number")]
    public void A_fault_of_the_whole_body_says_what_is_wrong_with_it(string body, RejectReason reason, string detail)
    {
        var fault = Refuse(body);
        Assert.Equal((reason, ""), (fault.Reason, fault.Path));
        Assert.Contains(detail, fault.Detail);
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_are_pointed_at()
    {
        byte[] body = [.. """{"model":"m\u00e9é"""u8, 0xFF, .. "\"}"u8];
        Assert.False(ExchangeParser.TryParseRequest(body, ExchangeApi.OpenAiChat, _parsed, _outline, out var fault));
        Assert.Equal((RejectReason.InvalidUtf8, $"is not valid UTF-8: it breaks at byte {body.Length - 3}"), (fault.Reason, fault.Detail));
    }

    [Fact]
    public void Nesting_is_accepted_to_level_128_and_refused_beyond()
    {
        string Nested(int levels) => "{\"model\":\"m\",\"messages\":[],\"x\":" + new string('[', levels - 1) + new string(']', levels - 1) + "}";
        Assert.True(ExchangeParser.TryParseRequest(Encoding.UTF8.GetBytes(Nested(128)), ExchangeApi.OpenAiChat, _parsed, _outline, out _));
        Assert.Equal((RejectReason.TooDeep, "is nested deeper than 128 levels"), (Refuse(Nested(129)).Reason, Refuse(Nested(129)).Detail));

        var objects = "{\"model\":\"m\",\"messages\":[],\"x\":" + string.Concat(Enumerable.Repeat("{\"a\":", 127)) + "1" + new string('}', 128);
        Assert.True(ExchangeParser.TryParseRequest(Encoding.UTF8.GetBytes(objects), ExchangeApi.OpenAiChat, _parsed, _outline, out _));
    }

    [Theory]
    [InlineData("""{"model":"m","messages":[],"model":"n"}""", "model")]
    [InlineData("""{"model":"m","messages":[],"mod\u0065l":"n"}""", "model")]
    [InlineData("""{"model":"m","messages":[],"x":1,"x":1}""", "x")]
    [InlineData("""{"model":"m","messages":[],"":1,"":1}""", "")]
    [InlineData("""{"model":"m","messages":[],"tools":[{"a":{"k":1,"\u006b":2}}]}""", "tools[0].a.k")]
    [InlineData("""{"model":"m","messages":[{"role":"user","role":"user"}]}""", "messages[0].role")]
    [InlineData("""{"model":"m","messages":[{"content":[{"x":{"y":[{"z":1,"z":2}]}}],"role":"user"}]}""", "messages[0].content[0].x.y[0].z")]
    [InlineData("""{"model":"m","messages":[{"tool_calls":[{"id":"a","function":{"name":1,"name":2}}],"role":"assistant"}]}""", "messages[0].tool_calls[0].function.name")]
    [InlineData("""{"model":"m","messages":[{"tool_call_id":{"q":1,"q":2},"role":"user"}]}""", "messages[0].tool_call_id.q")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"image","text":{"q":1,"q":2}}]}]}""", "messages[0].content[0].text.q")]
    [InlineData("""{"model":"m","messages":[],"metadata":{"user_id":"a","user_id":"b"}}""", "metadata.user_id")]
    public void A_member_that_appears_twice_anywhere_is_refused(string body, string path)
    {
        foreach (var api in new[] { ExchangeApi.AnthropicMessages, ExchangeApi.OpenAiChat })
        {
            var fault = Refuse(body, api);
            Assert.Equal((RejectReason.DuplicateKey, path, "appears twice"), (fault.Reason, fault.Path, fault.Detail));
        }
    }

    [Fact]
    public void The_same_name_in_different_objects_is_no_fault()
    {
        Assert.True(ExchangeParser.TryParseRequest(
            """{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}],"x":{"model":1,"x":{"x":{}}}}"""u8,
            ExchangeApi.AnthropicMessages, _parsed, _outline, out var fault), fault.ToString());
    }

    [Fact]
    public void Twins_are_found_in_crowded_nested_objects_and_only_there()
    {
        var random = new Bodies(11);
        for (var round = 0; round < 300; round++)
        {
            var hasTwins = false;
            var body = "{\"model\":\"m\",\"messages\":[],\"x\":" + Crowd(random, 3, ref hasTwins) + "}";
            var accepted = ExchangeParser.TryParseRequest(Encoding.UTF8.GetBytes(body), ExchangeApi.OpenAiChat, _parsed, _outline, out var fault);
            Assert.Equal(hasTwins, !accepted);
            Assert.Equal(hasTwins ? RejectReason.DuplicateKey : RejectReason.None, fault.Reason);
        }
    }

    [Fact]
    public void A_million_members_take_no_longer_each_than_ten_thousand()
    {
        var small = Members(10_000);
        var large = Members(1_000_000);
        TimeOf(small);
        var perSmall = Enumerable.Range(0, 5).Min(_ => TimeOf(small)) / 10_000.0;
        var perLarge = TimeOf(large) / 1_000_000.0;

        Assert.True(perLarge < perSmall * 60, $"{perSmall:N0} ns a member, then {perLarge:N0}"); // quadratic would be hundreds; misses of the cache are some
    }

    [Fact]
    public void More_open_members_and_more_files_than_are_checked_are_refused()
    {
        Assert.Equal(RejectReason.TooMany, Refuse(Encoding.UTF8.GetString(Members(OpenNames.MaxNames + 1))).Reason);

        var files = string.Join(',', Enumerable.Range(0, 1001).Select(i => $$"""{"file_id":"f{{i}}"}"""));
        Assert.Equal("names more than 1000 files", Refuse($$"""{"model":"m","messages":[],"x":[{{files}}]}""").Detail);
    }

    [Fact]
    public void Every_truncation_and_every_changed_byte_is_taken_without_a_throw()
    {
        var body = Encoding.UTF8.GetBytes(new Bodies(5).Next().Json);
        body = body[..Math.Min(body.Length, 3_000)];
        for (var i = 0; i < body.Length; i++)
        {
            Assert.False(ExchangeParser.TryParseRequest(body.AsSpan(0, i), ExchangeApi.OpenAiChat, _parsed, _outline, out _));
            var kept = body[i];
            foreach (var changed in new byte[] { (byte)'"', (byte)'\\', (byte)'{', (byte)']', 0, 0xC3, (byte)'9' })
            {
                body[i] = changed;
                ExchangeParser.TryParseRequest(body, ExchangeApi.OpenAiChat, _parsed, _outline, out _);
            }

            body[i] = kept;
        }
    }

    [Fact]
    public void A_fault_holds_names_shortened_and_never_values()
    {
        var fault = Refuse($$"""{"model":"m","messages":[],"{{new string('n', 500)}}\n":{"a":"secret","a":"secret"} }""");
        Assert.DoesNotContain("secret", fault.ToString());
        Assert.InRange(fault.Path.Length, 1, 70);
    }

    static string Crowd(Bodies random, int levels, ref bool hasTwins)
    {
        var names = new HashSet<int>();
        var members = new List<string>();
        for (var i = random.Below(60); i >= 0; i--)
        {
            var name = random.Below(40_000);
            hasTwins |= !names.Add(name);
            var child = levels > 0 && random.Below(20) == 0 ? Crowd(random, levels - 1, ref hasTwins) : "0";
            members.Add($"\"{(random.Below(5) == 0 ? "\\u006e" : "n")}{name}\":{child}");
        }

        return "{" + string.Join(',', members) + "}";
    }

    static byte[] Members(int count) => Encoding.UTF8.GetBytes(
        "{\"model\":\"m\",\"messages\":[],\"x\":{" + string.Join(',', Enumerable.Range(0, count - 3).Select(i => $"\"{i}\":0")) + "}}");

    double TimeOf(byte[] body)
    {
        var clock = Stopwatch.StartNew();
        Assert.True(ExchangeParser.TryParseRequest(body, ExchangeApi.OpenAiChat, _parsed, _outline, out var fault), fault.ToString());
        return clock.Elapsed.TotalNanoseconds;
    }

    RequestFault Refuse(string body, ExchangeApi api = ExchangeApi.AnthropicMessages)
    {
        Assert.False(ExchangeParser.TryParseRequest(Encoding.UTF8.GetBytes(body), api, _parsed, _outline, out var fault));
        return fault;
    }
}
