using System.Text.Json.Nodes;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Dialects.Translation;

namespace Stillwatch.Gateway.Tests.Dialects.Translation;

public sealed class RequestTests
{
    [Fact]
    public void A_round_of_tools_becomes_calls_and_results_in_the_order_an_upstream_wants()
    {
        var (json, _, text) = Translated.Request(Dialect.Anthropic, """
            {"model":"m","max_tokens":9,"messages":[
             {"role":"user","content":"q"},
             {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"redacted_thinking","data":"x"},{"type":"text","text":"ok"},
              {"type":"tool_use","id":"toolu_1","name":"f","input":{"a": 1e400, "s":"\ud83d"}},{"type":"tool_use","id":"toolu_2","name":"g","input":{}}]},
             {"role":"user","content":[{"type":"text","text":"and"},{"type":"tool_result","tool_use_id":"toolu_1","is_error":true,"content":"bad"}]},
             {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_2","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"QQ=="}}]}]}]}
            """);
        var messages = json!["messages"]!.AsArray();
        Assert.Equal(["user", "assistant", "tool", "tool", "user", "user"], messages.Select(m => (string?)m!["role"]));
        Assert.Equal("hm", (string?)messages[1]!["reasoning_content"]);
        Assert.Contains("""
            "arguments":"{\"a\": 1e400, \"s\":\"\\ud83d\"}"
            """.Trim(), text);
        Assert.Equal("[tool error] bad", (string?)messages[2]!["content"]);
        Assert.Equal("toolu_2", (string?)messages[3]!["tool_call_id"]);
        Assert.Equal("data:image/png;base64,QQ==", (string?)messages[5]!["content"]![1]!["image_url"]!["url"]);
    }

    [Fact]
    public void The_attribution_line_of_a_client_is_not_sent_to_another_model()
    {
        var (json, _, _) = Translated.Request(Dialect.Anthropic, """
            {"model":"m","max_tokens":9,"system":[{"type":"text","text":"x-anthropic-billing-header: cc_version=1"},{"type":"text","text":"a"},{"type":"text","text":"b"}],
             "messages":[{"role":"user","content":"q"},{"role":"system","content":"later"}]}
            """);
        Assert.Equal("a\n\nb", (string?)json!["messages"]![0]!["content"]);
        Assert.Equal("system", (string?)json["messages"]![2]!["role"]);
    }

    [Theory]
    [InlineData("""{"type":"web_search_20250305","name":"web_search"}""", "web_search")]
    [InlineData("""{"type":"bash_20250124","name":"bash"}""", "bash_20250124")]
    [InlineData("""{"name":"has space","input_schema":{}}""", "has space")]
    [InlineData("""{"name":"aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbaaaaa","input_schema":{}}""", "64")]
    public void A_tool_that_cannot_be_offered_is_refused_by_name(string tool, string named)
    {
        var (_, error, _) = Translated.Request(Dialect.Anthropic, $$"""{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"q"}],"tools":[{{tool}}]}""");
        Assert.Equal(400, error!.Status);
        Assert.Contains(named, error.Message);
    }

    [Theory]
    [InlineData("""{"type":"document","source":{}}""")]
    [InlineData("""{"type":"image","source":{"type":"file","file_id":"f"}}""")]
    [InlineData("""{"type":"tool_use","id":"a","name":"b","input":{}}""")]
    [InlineData("""{"type":"future_block"}""")]
    [InlineData("3")]
    public void A_block_that_cannot_be_said_is_refused(string block)
    {
        var (_, error, _) = Translated.Request(Dialect.Anthropic, $$"""{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{{block}}]}]}""");
        Assert.Contains("messages[0]", error!.Message);
    }

    [Theory]
    [InlineData("\"thinking\":{\"type\":\"disabled\"},\"output_config\":{\"effort\":\"high\"}", "none")]
    [InlineData("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}", "low")]
    [InlineData("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":32000}", "high")]
    [InlineData("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":32000},\"output_config\":{\"effort\":\"max\"}", "max")]
    [InlineData("\"thinking\":{\"type\":\"adaptive\"}", null)]
    public void Thinking_becomes_an_effort(string members, string? effort)
        => Assert.Equal(effort, (string?)Translated.Request(Dialect.Anthropic, $$"""{"model":"m","max_tokens":9,"messages":[],{{members}}}""").Json!["reasoning_effort"]);

    [Fact]
    public void Only_the_accounts_keyed_name_reaches_an_upstream()
    {
        var context = Translated.Context with { UpstreamUserId = "keyed", LimitAsMaxCompletionTokens = true };
        var (openAi, _, text) = Translated.Request(Dialect.Anthropic, """{"model":"m","max_tokens":9,"messages":[],"metadata":{"user_id":"device"}}""", context);
        Assert.Equal("keyed", (string?)openAi!["user"]);
        Assert.Equal(9, (int)openAi["max_completion_tokens"]!);
        Assert.DoesNotContain("device", text);
        var (anthropic, _, other) = Translated.Request(Dialect.OpenAi, """{"model":"m","messages":[],"user":"device","safety_identifier":"device"}""", context);
        Assert.Equal("keyed", (string?)anthropic!["metadata"]!["user_id"]);
        Assert.DoesNotContain("device", other);
        Assert.Equal(context.DefaultMaxTokens, (int)anthropic["max_tokens"]!);
    }

    [Fact]
    public void A_chat_with_tools_becomes_blocks()
    {
        var (json, _, text) = Translated.Request(Dialect.OpenAi, """
            {"model":"m","max_completion_tokens":5,"stop":"X","parallel_tool_calls":false,"tools":[{"type":"function","function":{"name":"f"}}],
             "messages":[{"role":"system","content":"s"},{"role":"developer","content":"d"},
             {"role":"user","content":[{"type":"text","text":"see"},{"type":"image_url","image_url":{"url":"data:image\/png;base64,QQ==","detail":"low"}}]},
             {"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"n\":-0, \"u\":\"\\ud83d\"}"}},
              {"id":"call_2","type":"function","function":{"name":"f","arguments":""}}]},
             {"role":"tool","tool_call_id":"call_1","content":"one"},{"role":"tool","tool_call_id":"call_2","content":[{"type":"text","text":"two"}]},
             {"role":"system","content":"later"},{"role":"assistant","content":""},{"role":"user","content":"go"}]}
            """);
        Assert.Equal(["s", "d"], json!["system"]!.AsArray().Select(b => (string?)b!["text"]));
        var messages = json["messages"]!.AsArray();
        Assert.Equal(["user", "assistant", "user", "system", "user"], messages.Select(m => (string?)m!["role"]));
        Assert.Equal("image/png", (string?)messages[0]!["content"]![1]!["source"]!["media_type"]);
        Assert.Contains("""
            "input":{"n":-0, "u":"\ud83d"}
            """.Trim(), text);
        Assert.Equal("{}", messages[1]!["content"]![1]!["input"]!.ToJsonString());
        Assert.Equal(["call_1", "call_2"], messages[2]!["content"]!.AsArray().Select(b => (string?)b!["tool_use_id"]));
        Assert.True((bool)json["tool_choice"]!["disable_parallel_tool_use"]!);
        Assert.Equal("X", (string?)json["stop_sequences"]![0]);
    }

    [Theory]
    [InlineData("\"n\":2", "n:")]
    [InlineData("\"logprobs\":true", "logprobs")]
    [InlineData("\"modalities\":[\"text\",\"audio\"]", "modalities")]
    [InlineData("\"response_format\":{\"type\":\"json_object\"}", "response_format")]
    [InlineData("\"tool_choice\":{\"type\":\"allowed_tools\"}", "tool_choice")]
    [InlineData("\"tools\":[{\"type\":\"custom\",\"custom\":{}}]", "tools")]
    public void What_Anthropic_cannot_do_is_refused_by_name(string member, string named)
        => Assert.StartsWith(named, Translated.Request(Dialect.OpenAi, $$"""{"model":"m","messages":[],{{member}}}""").Error!.Message);

    [Fact]
    public void A_member_that_asks_for_nothing_passes()
        => Assert.NotNull(Translated.Request(
            Dialect.OpenAi, """{"model":"m","messages":[],"n":1,"logprobs":false,"logit_bias":{},"modalities":[ "text" ],"functions":[],"audio":null}""").Json);

    [Fact]
    public void What_an_assistant_called_survives_the_way_there_and_back()
    {
        const string Call = """[{"id":"functions.f:0","type":"function","function":{"name":"f","arguments":"{\"x\":[1e400,\"\\ud83d\",\"\\\"q\\\\\"]}"}}]""";
        var there = Translated.Request(Dialect.OpenAi, $$"""{"model":"m","messages":[{"role":"assistant","content":"t","tool_calls":{{Call}}}]}""").Text;
        var back = Translated.Request(Dialect.Anthropic, there).Json!;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Call), back["messages"]![0]!["tool_calls"]));
    }
}
