using System.Text;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Enforcement.Withholding;
using Stillwatch.Gateway.Forwarding;

namespace Stillwatch.Gateway.Tests.Enforcement.Withholding;

public sealed class WithheldMessageTests
{
    const string Start = """{"type":"message_start","message":{"id":"m","content":[],"model":"up","usage":{"input_tokens":1,"output_tokens":1}}}""";
    const string Thinking = """{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}""";
    const string Thought = """{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"the secret reasoning","estimated_tokens":4}}""";
    const string Signature = """{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}""";
    const string Stop = """{"type":"content_block_stop","index":0}""";
    const string End = """{"type":"message_delta","delta":{"stop_reason":"max_tokens"},"usage":{"output_tokens":9}}""";
    const string MessageStop = """{"type":"message_stop"}""";

    readonly WithheldRun _run = new();

    [Fact]
    public void Thinking_is_omitted_in_the_official_shape_and_comes_back_whole()
    {
        var got = _run.Stream(Dialect.Anthropic, Start, Thinking, Thought, Signature, Stop, End, MessageStop);
        var spoken = Spoken.Stream(Dialect.Anthropic, Encoding.UTF8.GetBytes(got));
        MessageRules.Assert(spoken.Events, "omitted");
        Assert.DoesNotContain("secret", got);
        Assert.DoesNotContain("c2ln\"", got);
        Assert.DoesNotContain("estimated", got);
        var request = $$"""{"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"","signature":"{{spoken.Signatures.Single()}}"}]}]}""";
        Assert.Equal(
            """{"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"the secret reasoning","signature":"c2ln"}]}]}""",
            _run.Restored(Dialect.Anthropic, request));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Thinking_cut_by_the_limit_still_gets_its_seal(bool isStopped)
    {
        string[] events = isStopped ? [Start, Thinking, Thought, Stop, End, MessageStop] : [Start, Thinking, Thought, End, MessageStop];
        var spoken = Spoken.Stream(Dialect.Anthropic, Encoding.UTF8.GetBytes(_run.Stream(Dialect.Anthropic, events)));
        MessageRules.Assert(spoken.Events, "cut");
        Assert.Single(spoken.Signatures);
    }

    [Fact]
    public void A_stop_that_comes_after_ours_is_dropped()
    {
        var got = _run.Stream(Dialect.Anthropic, Start, Thinking, Thought, End, Stop, MessageStop);
        Assert.Equal(2, got.Split("content_block_stop").Length - 1); // of one event: its name and its type
    }

    [Fact]
    public void A_redacted_block_is_sealed_to_its_account_and_comes_back()
    {
        const string Redacted = """{"type":"content_block_start","index":0,"content_block":{"type":"redacted_thinking","data":"T3BhcXVl"}}""";
        var spoken = Spoken.Stream(Dialect.Anthropic, Encoding.UTF8.GetBytes(_run.Stream(Dialect.Anthropic, Start, Redacted, Stop, End, MessageStop)));
        var token = spoken.Signatures.Single();
        Assert.DoesNotContain("T3BhcXVl", token);
        var request = $$"""{"messages":[{"role":"assistant","content":[{"type":"redacted_thinking","data":"{{token}}"},{"type":"text","text":"x"}]}]}""";
        Assert.Contains("\"data\":\"T3BhcXVl\"", _run.Restored(Dialect.Anthropic, request));
        Assert.Equal("""{"messages":[{"role":"assistant","content":[{"type":"text","text":"x"}]}]}""", _run.Restored(Dialect.Anthropic, request, "acct_two"));
    }

    [Theory]
    [InlineData("""{"type":"content_block_delta","index":0,"delta":{"type":"new_delta","words":"the secret reasoning"}}""")]
    [InlineData("""{"type":"content_block_delta","index":7,"delta":{"type":"thinking_delta","thinking":"the secret reasoning"}}""")]
    [InlineData("""{"type":"content_block_delta","index":0,"delta":{"type":"thinking\u005fdelta","thinking":"the secret reasoning"}}""")]
    [InlineData("""{"type":"thinking_update","text":"the secret reasoning"}""")]
    [InlineData("""{"type":"progress","parts":[{"reasoning":"the secret reasoning"}]}""")]
    public void What_is_not_known_is_withheld_where_it_may_be_reasoning(string unknown)
    {
        var got = _run.Stream(Dialect.Anthropic, Start, Thinking, unknown, Signature, Stop, End, MessageStop);
        Assert.DoesNotContain("secret", got);
        Assert.EndsWith("message_stop\"}\n\n", got);
    }

    [Theory]
    [InlineData("""{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"the secret reasoning","signature":"c2ln"}}""")]
    [InlineData("""{"type":"content_block_start","index":0,"content_block":{"type":"reasoning_summary","summary":"the secret reasoning"}}""")]
    public void A_block_that_begins_with_reasoning_is_emptied(string start)
    {
        var got = _run.Stream(Dialect.Anthropic, Start, start, Stop, End, MessageStop);
        Assert.DoesNotContain("secret", got);
        MessageRules.Assert(Spoken.Stream(Dialect.Anthropic, Encoding.UTF8.GetBytes(got)).Events, "begins");
    }

    [Theory]
    [InlineData("""{"type":"progress","percent":40}""")]
    [InlineData("""{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"t","name":"n","input":{"thinking":"mine","reasoning":"mine"}}}""")]
    [InlineData("""{"type":"ping"}        """)]
    [InlineData("""{"type":"content_block_delta","index":1,"delta":{"type":"new_delta","words":"the answer"}}""")]
    public void What_is_no_reasoning_passes_byte_for_byte(string payload) =>
        Assert.Contains($"data: {payload}\n\n", _run.Stream(Dialect.Anthropic, Start, payload, End, MessageStop));

    [Theory]
    [InlineData("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"thinking\":\"the secr\n\n")]
    [InlineData("event: ping\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"text\":\"the secret\"}}\n\n")]
    [InlineData("data: the secret\n\n")]
    [InlineData("data: [\"the secret\"]\n\n")]
    [InlineData("the secret\n\n")]
    public void What_cannot_be_read_ends_the_stream_as_failed(string broken)
    {
        var bytes = Encoding.UTF8.GetBytes(WithheldRun.Events(Dialect.Anthropic, Start, Thinking) + broken + WithheldRun.Events(Dialect.Anthropic, Stop, End, MessageStop));
        var (got, hasFailed) = _run.Stream(Dialect.Anthropic, bytes);
        Assert.True(hasFailed);
        var text = Encoding.UTF8.GetString(got);
        Assert.DoesNotContain("secr", text);
        Assert.Contains("event: error\n", text);
        Assert.DoesNotContain("message_stop", text);
    }

    [Fact]
    public void An_event_too_long_to_be_read_ends_the_stream_as_failed()
    {
        var payload = Thought.Replace("the secret reasoning", string.Concat(Enumerable.Repeat("secret ", 200_000)), StringComparison.Ordinal);
        var (got, hasFailed) = _run.Stream(Dialect.Anthropic, Encoding.UTF8.GetBytes(WithheldRun.Events(Dialect.Anthropic, Start, Thinking, payload, MessageStop)), null, 5000);
        Assert.True(hasFailed);
        Assert.DoesNotContain("secret", Encoding.UTF8.GetString(got));
    }

    [Fact]
    public void A_stream_that_withholds_is_not_silent_and_pings_once_a_second_at_most()
    {
        var thoughts = Enumerable.Repeat(Thought, 100).ToArray();
        var slow = new WithheldRun { Pause = TimeSpan.FromMilliseconds(100) };
        var got = slow.Stream(Dialect.Anthropic, [Start, Thinking, .. thoughts, Signature, Stop, End, MessageStop]);
        Assert.Equal(10, got.Split("event: ping\ndata: {\"type\": \"ping\"}\n\n").Length - 1);
        Assert.DoesNotContain("ping", _run.Stream(Dialect.Anthropic, [Start, Thinking, .. thoughts, Signature, Stop, End, MessageStop]));
    }

    [Fact]
    public void The_number_of_thinking_tokens_goes_unless_policy_states_it()
    {
        const string Usage = """{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9,"output_tokens_details":{"thinking_tokens":7},"iterations":[{"output_tokens":9,"output_tokens_details":{"thinking_tokens":7,"other":1}}]}}""";
        Assert.Contains(
            """{"stop_reason":"end_turn"},"usage":{"output_tokens":9,"output_tokens_details":{},"iterations":[{"output_tokens":9,"output_tokens_details":{"other":1}}]}}""",
            _run.Stream(Dialect.Anthropic, Start, Usage, MessageStop));
        Assert.Contains(Usage, new WithheldRun { StatesThinkingTokens = true }.Stream(Dialect.Anthropic, Start, Usage, MessageStop));
    }

    [Fact]
    public void Tagged_reasoning_in_text_goes_wherever_its_deltas_are_cut()
    {
        const string Text = "<think>the secret reasoning</think>The answer, < than that.";
        for (var first = 0; first <= Text.Length; first++)
        {
            for (var second = first; second <= Text.Length; second++)
            {
                string[] parts = [Text[..first], Text[first..second], Text[second..]];
                var deltas = parts.Select(part => $$$$"""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"{{{{part}}}}"}}""");
                var got = _run.Stream(
                    Dialect.Anthropic,
                    [Start, """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""", .. deltas, Stop, End, MessageStop]);
                var spoken = Spoken.Stream(Dialect.Anthropic, Encoding.UTF8.GetBytes(got));
                Assert.Equal("\n0:The answer, < than that.", spoken.Answer);
                Assert.DoesNotContain("secret", got);
            }
        }
    }

    [Fact]
    public void A_text_that_only_looked_like_a_tag_is_given_back()
    {
        var got = _run.Stream(
            Dialect.Anthropic, Start, """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"<thin"}}""", Stop, End, MessageStop);
        Assert.Equal("\n0:<thin", Spoken.Stream(Dialect.Anthropic, Encoding.UTF8.GetBytes(got)).Answer);
    }

    [Fact]
    public void Where_the_template_opens_the_tag_text_begins_withheld()
    {
        var got = new WithheldRun { TextBeginsInside = true }.Stream(
            Dialect.Anthropic, Start, """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"the secret</thi"}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"nk>The answer"}}""", Stop, End, MessageStop);
        Assert.Equal("\n0:The answer", Spoken.Stream(Dialect.Anthropic, Encoding.UTF8.GetBytes(got)).Answer);
        Assert.DoesNotContain("secret", got);
    }

    [Fact]
    public void The_models_name_is_still_replaced()
    {
        var bytes = Encoding.UTF8.GetBytes(WithheldRun.Events(Dialect.Anthropic, Start, Thinking, Thought, Signature, Stop, End, MessageStop));
        var (got, _) = _run.Stream(Dialect.Anthropic, bytes, new Rewriting(Dialect.Anthropic, "\"asked\""u8.ToArray(), dropsUsageChunk: false));
        Assert.Contains("\"model\":\"asked\"", Encoding.UTF8.GetString(got));
        Assert.DoesNotContain("secret", Encoding.UTF8.GetString(got));
    }

    [Fact]
    public void A_whole_message_keeps_every_block_in_its_place()
    {
        var got = _run.Body(
            Dialect.Anthropic,
            """{"id":"m", "content":[{"signature":"c2ln","thinking":"the secret","type":"thinking","new":"the secret"},{"type":"text","text":"<think>the secret</think>"},  {"type":"text","text":"\n\nHi <b>"},{"type":"tool_use","input":{"thinking":1}}],"usage":{"output_tokens_details":{"thinking_tokens":3},"x":1e400}}""");
        var token = Spoken.Body(Dialect.Anthropic, Encoding.UTF8.GetBytes(got)).Signatures.Single();
        Assert.Equal(
            $$$$"""{"id":"m", "content":[{"type":"thinking","thinking":"","signature":"{{{{token}}}}"},  {"type":"text","text":"\n\nHi <b>"},{"type":"tool_use","input":{"thinking":1}}],"usage":{"output_tokens_details":{},"x":1e400}}""",
            got);
        Assert.Null(_run.Body(Dialect.Anthropic, "{\"content\":\"the secret\"}"u8));
        Assert.Null(_run.Body(Dialect.Anthropic, "no json"u8));
    }

    [Fact]
    public void A_line_of_results_loses_its_reasoning_and_keeps_the_rest()
    {
        const string Line = """ {"custom_id":"a","result":{"type":"succeeded","message":{"content":[{"type":"thinking","thinking":"the secret","signature":"s"}]}}}""" + "\r\n";
        var got = Pass(Line);
        Assert.DoesNotContain("secret", got);
        Assert.StartsWith(""" {"custom_id":"a","result":{"type":"succeeded","message":{"content":[{"type":"thinking","thinking":"","signature":"c3ct""", got);
        Assert.EndsWith("\"}]}}}\r\n", got);
        const string Errored = """{"custom_id":"b","result":{"type":"errored","error":{"type":"error"}}}""" + "\n";
        Assert.Equal(Errored, Pass(Errored));
        Assert.Equal("\n", Pass("\n"));
        Assert.Null(Pass("""{"custom_id":"b","result":{"type":"succ"""));
        Assert.Null(Pass("""{"custom_id":"b","result":{"type":"succeeded","output":{"reasoning":"the secret"}}}"""));

        string? Pass(string line)
        {
            var output = new System.Buffers.ArrayBufferWriter<byte>();
            return _run.Terms(Dialect.Anthropic).TryResultLine(Encoding.UTF8.GetBytes(line), output) ? Encoding.UTF8.GetString(output.WrittenSpan) : null;
        }
    }
}
