using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Dialects.Translation;
using Stillwatch.Gateway.Metering;

namespace Stillwatch.Gateway.Tests.Dialects.Translation;

public sealed class StreamTests
{
    const string End = """{"id":"chatcmpl-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""";

    [Fact]
    public void Text_in_the_role_chunk_reasoning_and_calls_with_arguments_beside_the_id_all_arrive()
    {
        var message = Anthropic(
            Delta("""{"role":"assistant","content":"","reasoning":"why"}"""), Delta("""{"content":"Hi "}"""), Delta("""{"content":"\ud83d\ude00"}"""),
            Delta("""{"tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]}"""), Delta("""{"content":""}"""),
            End, """{"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":4}}}""", "[DONE]");
        Assert.Equal("msg_1", (string?)message["id"]);
        Assert.Equal("asked-model", (string?)message["model"]);
        Assert.Equal(["thinking", "text", "tool_use"], message["content"]!.AsArray().Select(b => (string?)b!["type"]));
        Assert.Equal("Hi 😀", (string?)message["content"]![1]!["text"]);
        Assert.Equal("call_a", (string?)message["content"]![2]!["id"]);
        Assert.Equal("tool_use", (string?)message["stop_reason"]);
        Assert.Equal("""{"input_tokens":6,"cache_creation_input_tokens":0,"cache_read_input_tokens":4,"output_tokens":5}""", message["usage"]!.ToJsonString());
    }

    [Fact]
    public void A_surrogate_pair_cut_in_two_stays_as_it_was_spelled()
    {
        var (text, _, _) = Translated.Stream(Dialect.Anthropic, [Delta("""{"content":"\ud83d"}"""), Delta("""{"content":"\ude00"}""")]);
        Assert.Contains("""
            "text":"\ud83d"
            """.Trim(), text);
        Assert.Contains("""
            "text":"\ude00"
            """.Trim(), text);
    }

    [Fact]
    public void Interleaved_calls_and_a_name_that_comes_late_are_put_in_order()
    {
        var content = Anthropic(
            Call(0, "a", "f", "{\\\"p\\\":"), Call(1, "b", null, "{\\\"q\\\":\\\"}"), Call(0, null, null, "1}"), Call(1, null, "g", "\\\"}"), Call(2, null, "h", ""), End)["content"]!;
        Assert.Equal("""{"p":1}""", content[0]!["input"]!.ToJsonString());
        Assert.Equal("""{"q":"}"}""", content[1]!["input"]!.ToJsonString());
        Assert.Equal("{}", content[2]!["input"]!.ToJsonString());
        Assert.Equal("toolu_msg_1_2", (string?)content[2]!["id"]);
    }

    [Fact]
    public void Calls_that_all_say_index_0_are_told_apart_by_their_ids()
        => Assert.Equal(2, Anthropic(Call(0, "a", "f", "{}"), Call(0, "b", "f", "{}"), End)["content"]!.AsArray().Count);

    [Theory]
    [InlineData("""{"id":"x","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}""", false, false)]
    [InlineData("""{"error":{"message":"out of memory at http://10.0.0.1:8000","code":503}}""", true, true)]
    [InlineData("""{"object":"error","message":"bad","code":400}""", true, true)]
    [InlineData("{broken", true, true)]
    [InlineData("""{"choices":[{"index":0,"delta":{},"finish_reason":"abort"}]}""", true, true)]
    public void A_stream_that_breaks_off_never_gets_a_false_end(string last, bool ended, bool failed)
    {
        var (text, end, hasFailed) = Translated.Stream(Dialect.Anthropic, [Delta("""{"content":"a"}"""), last, "[DONE]"]);
        if (failed)
        {
            Assert.Contains("event: error\n", text);
        }

        Assert.Equal((ended, failed), (end, hasFailed));
        Assert.DoesNotContain("message_stop", text);
        Assert.DoesNotContain("10.0.0.1", text);
    }

    [Fact]
    public void The_stop_sequence_vllm_names_is_named()
        => Assert.Equal("##", (string?)Anthropic("""{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop","stop_reason":"##"}]}""")["stop_sequence"]);

    [Fact]
    public void Without_any_usage_the_counts_are_ours_and_not_zero()
    {
        var usage = Anthropic(Delta("""{"content":"twelve bytes"}"""), End)["usage"]!;
        Assert.Equal((7, 3), ((int)usage["input_tokens"]!, (int)usage["output_tokens"]!));
    }

    [Fact]
    public void An_error_event_and_a_cut_stream_reach_an_OpenAI_caller_as_such()
    {
        string[] start = ["""{"type":"message_start","message":{"id":"msg_1","usage":{"input_tokens":1}}}"""];
        var (text, ended, failed) = Translated.Stream(Dialect.OpenAi, [.. start, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", """{"type":"message_stop"}"""]);
        Assert.True(ended && failed);
        Assert.EndsWith("\"code\":\"upstream_overloaded\"}}\n\n", text);
        Assert.False(Translated.Stream(Dialect.OpenAi, start).Ended);
    }

    [Fact]
    public void Without_being_asked_no_usage_is_sent()
    {
        var (text, _, _) = Translated.Stream(
            Dialect.OpenAi,
            ["""{"type":"message_start","message":{"id":"msg_1"}}""", """{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}""",
                """{"type":"content_block_stop","index":0}""", """{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":3}}""", """{"type":"message_stop"}"""],
            Translated.Context with { IncludeUsage = false });
        var completion = OpenAiCompletions.Assemble(text, usageAsked: false);
        Assert.Equal("{}", (string?)completion["choices"]![0]!["message"]!["tool_calls"]![0]!["function"]!["arguments"]);
        Assert.Equal("chatcmpl-1", (string?)completion["id"]);
    }

    [Fact]
    public void An_event_allocates_nothing()
    {
        Assert.Equal(0, AllocatedBytes(Dialect.Anthropic, Delta("""{"content":"Hello \"you\""}""")));
        Assert.Equal(0, AllocatedBytes(Dialect.Anthropic, Call(0, "a", "f", "{\\\"p\\\":")));
        Assert.Equal(0, AllocatedBytes(Dialect.OpenAi, """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}"""));
    }

    static long AllocatedBytes(Dialect face, string payload)
    {
        var output = new ArrayBufferWriter<byte>(1024 * 1024);
        var translator = Translate.Stream(face, Translated.Context);
        var frame = Encoding.UTF8.GetBytes(payload);
        long before = 0;
        for (var round = 0; round < 3000; round++)
        {
            if (round == 1000)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            output.ResetWrittenCount();
            translator.Write(new SseFrame(default, default, frame), output);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    static JsonObject Anthropic(params string[] payloads)
    {
        var (text, ended, failed) = Translated.Stream(Dialect.Anthropic, payloads);
        Assert.True(ended && !failed);
        return AnthropicMessages.Assemble(text);
    }

    static string Delta(string delta) => $$"""{"id":"chatcmpl-1","choices":[{"index":0,"delta":{{delta}},"finish_reason":null}]}""";

    static string Call(int index, string? id, string? name, string arguments) => Delta(
        $$$"""{"tool_calls":[{"index":{{{index}}},"id":{{{Quoted(id)}}},"function":{"name":{{{Quoted(name)}}},"arguments":"{{{arguments}}}"}}]}""");

    static string Quoted(string? text) => text is null ? "null" : $"\"{text}\"";
}
