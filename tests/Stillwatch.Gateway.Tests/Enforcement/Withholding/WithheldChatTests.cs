using System.Text;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Tests.Enforcement.Withholding;

public sealed class WithheldChatTests
{
    readonly WithheldRun _run = new();

    static string Chunk(string delta, string finish = "null", string rest = "") =>
        $$"""{"id":"c","model":"m","choices":[{"index":0,"delta":{{delta}},"finish_reason":{{finish}}{{rest}}}]}""";

    [Fact]
    public void Chunks_of_reasoning_go_the_one_with_the_role_stays_and_the_rest_is_as_it_was()
    {
        var answer = Chunk("""{"content":"so","reasoning_content":null}""", rest: ""","logprobs":{"content":[{"token":"so"}]}""");
        var got = _run.Stream(
            Dialect.OpenAi, Chunk("""{"role":"assistant","content":null,"reasoning_content":"the secret"}"""),
            Chunk("""{"content":null,"reasoning_content":"the secret"}""", rest: ""","logprobs":{"content":[{"token":"secret"}]}"""),
            Chunk("""{"role":"assistant","content":"","reasoning":"the secret","reasoning_details":[{"text":"the secret"}]}"""), answer,
            Chunk("{}", "\"stop\""), "[DONE]");
        Assert.Equal(
            WithheldRun.Events(Dialect.OpenAi, Chunk("""{"role":"assistant","content":null}"""), answer, Chunk("{}", "\"stop\"")) + "data: [DONE]\n\n", got);
    }

    [Theory]
    [InlineData("""{"content":"so","reasoning":"the secret"}""")]
    [InlineData("""{"content":"so","reasoning_details":[{"type":"reasoning.text","text":"the secret"}]}""")]
    [InlineData("""{"content":"so","thinking_blocks":[{"thinking":"the secret"}]}""")]
    [InlineData("""{"content":"so","provider_specific_fields":{"reasoning_content":"the secret"}}""")]
    [InlineData("""{"content":"so","reasoning\u005fcontent":"the secret"}""")]
    [InlineData("""{"content":[{"type":"thinking","thinking":[{"type":"text","text":"the secret"}]},{"type":"text","text":"so"}]}""")]
    [InlineData("""{"content":"<think>the secret</think>so"}""")]
    public void Every_carrier_is_emptied_with_the_probabilities_beside_it(string delta)
    {
        foreach (var part in (string[])["delta", "message"])
        {
            var chunk = Chunk(delta, "\"stop\"", ""","token_ids":[5,6],"logprobs":{"content":[{"token":"the secret"}]}""").Replace("\"delta\"", $"\"{part}\"", StringComparison.Ordinal);
            var got = part == "delta" ? _run.Stream(Dialect.OpenAi, chunk) : _run.Body(Dialect.OpenAi, chunk);
            Assert.DoesNotContain("secret", got);
            Assert.DoesNotContain("[5,6]", got);
            Assert.Contains("\"logprobs\":null", got);
            Assert.Contains("so\"", got);
            if (part == "message")
            {
                _ = Spoken.Body(Dialect.OpenAi, Encoding.UTF8.GetBytes(got));
            }
        }
    }

    [Fact]
    public void Probabilities_of_an_answer_stay_and_those_of_a_token_a_parser_took_go()
    {
        var got = _run.Stream(
            Dialect.OpenAi, Chunk("""{"role":"assistant","reasoning":"the secret"}"""), Chunk("{}", rest: ""","logprobs":{"content":[{"token":"</think>"}]}"""),
            Chunk("""{"content":"so"}""", rest: ""","logprobs":{"content":[{"token":"so"}]},"token_ids":[7]"""), Chunk("{}", "\"stop\""));
        Assert.DoesNotContain("</think>", got);
        Assert.Contains("""{"token":"so"}]},"token_ids":[7]""", got);
    }

    [Fact]
    public void Tagged_reasoning_goes_wherever_it_is_cut_and_what_was_no_tag_comes_in_a_chunk_of_its_own()
    {
        const string Text = "<think>the secret</think>so <";
        for (var cut = 0; cut <= Text.Length; cut++)
        {
            var got = _run.Stream(Dialect.OpenAi, Chunk($$"""{"content":"{{Text[..cut]}}"}"""), Chunk($$"""{"content":"{{Text[cut..]}}"}"""), Chunk("{}", "\"stop\""));
            Assert.Equal("so <", Spoken.Stream(Dialect.OpenAi, Encoding.UTF8.GetBytes(got)).Answer);
            Assert.DoesNotContain("secret", got);
        }

        var alone = _run.Stream(Dialect.OpenAi, Chunk("""{"content":"<thi"}"""), Chunk("{}", "\"stop\""), "[DONE]");
        Assert.Equal("<thi", Spoken.Stream(Dialect.OpenAi, Encoding.UTF8.GetBytes(alone)).Answer);
        Assert.True(alone.IndexOf("<thi", StringComparison.Ordinal) < alone.IndexOf("stop", StringComparison.Ordinal));
        Assert.Equal("<thi", Spoken.Stream(Dialect.OpenAi, Encoding.UTF8.GetBytes(_run.Stream(Dialect.OpenAi, Chunk("""{"content":"<thi"}""", "\"stop\"")))).Answer);
    }

    [Fact]
    public void The_number_of_reasoning_tokens_goes_unless_policy_states_it()
    {
        const string Usage = """{"id":"c","choices":[],"usage":{"completion_tokens":9,"completion_tokens_details":{"reasoning_tokens":7,"audio_tokens":0}}}""";
        Assert.Equal($"data: {Usage.Replace("\"reasoning_tokens\":7,", "", StringComparison.Ordinal)}\n\n", _run.Stream(Dialect.OpenAi, Usage));
        Assert.Equal($"data: {Usage}\n\n", new WithheldRun { StatesThinkingTokens = true }.Stream(Dialect.OpenAi, Usage));
    }

    [Fact]
    public void Signs_of_life_are_comments()
    {
        var slow = new WithheldRun { Pause = TimeSpan.FromSeconds(2) };
        var got = slow.Stream(Dialect.OpenAi, [Chunk("""{"role":"assistant"}"""), .. Enumerable.Repeat(Chunk("""{"reasoning":"the secret"}"""), 5)]);
        Assert.Equal(5, got.Split(": keep-alive\n\n").Length - 1);
    }

    [Theory]
    [InlineData("data: {\"choices\":[{\"delta\":{\"reasoning\":\"the secr\n\n")]
    [InlineData("data: the secret\n\n")]
    public void What_cannot_be_read_ends_the_stream_as_failed(string broken)
    {
        var (got, hasFailed) = _run.Stream(Dialect.OpenAi, Encoding.UTF8.GetBytes(broken + WithheldRun.Events(Dialect.OpenAi, Chunk("{}", "\"stop\""))));
        Assert.True(hasFailed);
        Assert.DoesNotContain("secr", Encoding.UTF8.GetString(got));
        Assert.StartsWith("data: {\"error\":", Encoding.UTF8.GetString(got));
        Assert.DoesNotContain("stop", Encoding.UTF8.GetString(got));
    }

    [Theory]
    [InlineData("reasoning_content", true)]
    [InlineData("reasoning", true)]
    [InlineData("reasoning", false)]
    public void Reasoning_that_led_to_calls_comes_back_with_them(string carrier, bool isStream)
    {
        const string Calls = """[{"index":0,"id":"call_1","type":"function","function":{"name":"n","arguments":"{}"}},{"index":1,"id":"call_2"}]""";
        if (isStream)
        {
            _run.Stream(
                Dialect.OpenAi, Chunk($$"""{"role":"assistant","{{carrier}}":"the "}"""), Chunk($$"""{"{{carrier}}":"secret \u00fc"}"""),
                Chunk($$"""{"tool_calls":{{Calls}}}"""), Chunk("{}", "\"tool_calls\""));
        }
        else
        {
            _run.Body(Dialect.OpenAi, $$"""{"choices":[{"index":0,"message":{"{{carrier}}":"the secret \u00fc","tool_calls":{{Calls}}},"finish_reason":"tool_calls"}]}""");
        }

        foreach (var call in (string[])["call_1", "call_2"])
        {
            var request = $$"""{"messages":[{"role":"user"},{ "role":"assistant","content":null,"tool_calls":[{"id":"{{call}}"}]}]}""";
            var restored = $$"""{"messages":[{"role":"user"},{"{{carrier}}":"the secret \u00fc", "role":"assistant","content":null,"tool_calls":[{"id":"{{call}}"}]}]}""";
            Assert.Equal(restored, _run.Restored(Dialect.OpenAi, request));
            Assert.Equal(request, _run.Restored(Dialect.OpenAi, request, "acct_two"));
        }

        var stated = $$"""{"messages":[{"role":"assistant","{{carrier}}":null,"tool_calls":[{"id":"call_1"}]}]}""";
        Assert.Equal(stated.Replace("null", "\"the secret \\u00fc\"", StringComparison.Ordinal), _run.Restored(Dialect.OpenAi, stated));
        var own = stated.Replace("null", "\"my own\"", StringComparison.Ordinal);
        Assert.Equal(own, _run.Restored(Dialect.OpenAi, own));
    }
}
