using System.Text.Json;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Tests.Support;

namespace Stillwatch.Gateway.Tests.Enforcement.Withholding;

/// <summary>Upstreams that call a tool twice and insist on the reasoning of every turn that did: 400 without it.</summary>
static class ReasoningUpstreams
{
    public const int Calls = 2;

    public const string Answer = "It is sunny in both.";

    /// <summary>The reasoning of a turn, as it is spelled on the wire.</summary>
    public static string Thought(int turn) => $"Ponder number {turn}: the user wants the weather, so caf\\u00e9 by caf\\u00e9 I must ask the tool \\\"weather\\\" first.";

    /// <summary>The same, as a person reads it.</summary>
    public static string Read(int turn) => JsonSerializer.Deserialize<string>($"\"{Thought(turn)}\"")!;

    public static string AllReasoning => string.Concat(Enumerable.Range(0, Calls + 1).Select(Read));

    public static ScriptedUpstream Of(Dialect dialect) => new((request, connection) => dialect == Dialect.Anthropic
        ? AnthropicAsync(request, connection)
        : OpenAiAsync(request, connection));

    static string Signature(int turn) => $"c2lnbmF0dXJlIG9mIHR1cm4g{turn}==";

    static async Task AnthropicAsync(ScriptedRequest request, ScriptedConnection connection)
    {
        using var json = JsonDocument.Parse(request.Body);
        var turns = json.RootElement.GetProperty("messages").EnumerateArray().Where(message => message.GetProperty("role").GetString() == "assistant").ToList();
        for (var turn = 0; turn < turns.Count; turn++)
        {
            var first = turns[turn].GetProperty("content")[0];
            if (first.GetProperty("type").GetString() != "thinking" || first.GetProperty("thinking").GetRawText() != $"\"{Thought(turn)}\""
                || first.GetProperty("signature").GetString() != Signature(turn))
            {
                await connection.ReplyAsync(400, "application/json", """{"type":"error","error":{"type":"invalid_request_error","message":"Invalid signature in thinking block"}}""");
                return;
            }
        }

        var at = turns.Count;
        var block = at < Calls
            ? $$$$"""{"type":"tool_use","id":"toolu_{{{{at}}}}","name":"weather","input":{"city":"town {{{{at}}}}"}}"""
            : $$"""{"type":"text","text":"{{Answer}}"}""";
        var stop = at < Calls ? "tool_use" : "end_turn";
        if (!json.RootElement.TryGetProperty("stream", out var stream) || !stream.GetBoolean())
        {
            await connection.ReplyAsync(200, "application/json",
                $$$$"""{"id":"msg_{{{{at}}}}","type":"message","role":"assistant","model":"m","content":[{"type":"thinking","thinking":"{{{{Thought(at)}}}}","signature":"{{{{Signature(at)}}}}"},{{{{block}}}}],"stop_reason":"{{{{stop}}}}","stop_sequence":null,"usage":{"input_tokens":5,"output_tokens":50,"output_tokens_details":{"thinking_tokens":33}}}""");
            return;
        }

        await StreamAsync(connection, WithheldRun.Events(Dialect.Anthropic,
            $$$$"""{"type":"message_start","message":{"id":"msg_{{{{at}}}}","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":5,"output_tokens":1}}}""",
            """{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}""",
            $$$$"""{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"{{{{Thought(at)[..30]}}}}"}}""",
            $$$$"""{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"{{{{Thought(at)[30..]}}}}"}}""",
            $$$$"""{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"{{{{Signature(at)}}}}"}}""",
            """{"type":"content_block_stop","index":0}""",
            at < Calls
                ? $$$$"""{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"toolu_{{{{at}}}}","name":"weather","input":{}}}"""
                : """{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}""",
            at < Calls
                ? $$$$"""{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"city\":\"town {{{{at}}}}\"}"}}"""
                : $$$$"""{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"{{{{Answer}}}}"}}""",
            """{"type":"content_block_stop","index":1}""",
            $$$$"""{"type":"message_delta","delta":{"stop_reason":"{{{{stop}}}}","stop_sequence":null},"usage":{"output_tokens":50,"output_tokens_details":{"thinking_tokens":33}}}""",
            """{"type":"message_stop"}"""));
    }

    static async Task OpenAiAsync(ScriptedRequest request, ScriptedConnection connection)
    {
        using var json = JsonDocument.Parse(request.Body);
        var turns = json.RootElement.GetProperty("messages").EnumerateArray().Where(message => message.GetProperty("role").GetString() == "assistant").ToList();
        for (var turn = 0; turn < turns.Count; turn++)
        {
            if (!turns[turn].TryGetProperty("reasoning_content", out var reasoning) || reasoning.GetRawText() != $"\"{Thought(turn)}\"")
            {
                await connection.ReplyAsync(400, "application/json", """{"error":{"message":"Missing reasoning_content field in the assistant message","type":"invalid_request_error"}}""");
                return;
            }
        }

        var at = turns.Count;
        var finish = at < Calls ? "tool_calls" : "stop";
        var said = at < Calls
            ? $$$$"""
                "content":null,"tool_calls":[{"index":0,"id":"call_{{{{at}}}}","type":"function","function":{"name":"weather","arguments":"{\"city\":\"town {{{{at}}}}\"}"}}]
                """.Trim()
            : $$"""
                "content":"{{Answer}}"
                """.Trim();
        const string Head = "\"id\":\"chatcmpl-1\",\"created\":1800000000,\"model\":\"m\"";
        const string Usage = """{"prompt_tokens":5,"completion_tokens":50,"total_tokens":55,"completion_tokens_details":{"reasoning_tokens":33}}""";
        if (!json.RootElement.TryGetProperty("stream", out var stream) || !stream.GetBoolean())
        {
            await connection.ReplyAsync(200, "application/json",
                $$"""{{{Head}},"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","reasoning_content":"{{Thought(at)}}",{{said}}},"logprobs":null,"finish_reason":"{{finish}}"}],"usage":{{Usage}}}""");
            return;
        }

        string Chunk(string delta, string end) =>
            $$"""{{{Head}},"object":"chat.completion.chunk","choices":[{"index":0,"delta":{{delta}},"logprobs":null,"finish_reason":{{end}}}],"usage":null}""";
        await StreamAsync(connection, WithheldRun.Events(Dialect.OpenAi,
            Chunk("""{"role":"assistant","content":null,"reasoning_content":""}""", "null"),
            Chunk($$"""{"content":null,"reasoning_content":"{{Thought(at)[..30]}}"}""", "null"),
            Chunk($$"""{"content":null,"reasoning_content":"{{Thought(at)[30..]}}"}""", "null"),
            Chunk($"{{{said}}}", "null"),
            Chunk("""{"content":""}""", $"\"{finish}\""),
            $$"""{{{Head}},"object":"chat.completion.chunk","choices":[],"usage":{{Usage}}}""",
            "[DONE]"));
    }

    static async Task StreamAsync(ScriptedConnection connection, string events)
    {
        await connection.SendHeadAsync(200, ("content-type", "text/event-stream"), ("transfer-encoding", "chunked"));
        for (var at = 0; at < events.Length; at += 61)
        {
            await connection.SendChunkAsync(events[at..Math.Min(events.Length, at + 61)]);
        }

        await connection.EndChunksAsync();
    }
}
