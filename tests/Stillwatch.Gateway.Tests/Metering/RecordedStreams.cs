using System.Text;
using System.Text.Json;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Metering;

namespace Stillwatch.Gateway.Tests.Metering;

/// <summary>A whole response of an upstream, as its bytes came.</summary>
sealed record RecordedResponse(string Name, Dialect Dialect, bool IsStream, byte[] Bytes)
{
    public override string ToString() => Name;
}

/// <summary>Response streams and bodies to read: the recorded ones beside the corpus, and a few of our own for those who have none.</summary>
static class RecordedStreams
{
    public static bool IsFull => Environment.GetEnvironmentVariable("STILLWATCH_FULL") == "1";

    public static string? Folder
        => Environment.GetEnvironmentVariable("STILLWATCH_CORPUS") is { Length: > 0 } corpus && Directory.Exists(Path.Combine(corpus, "..", "streams"))
            ? Path.Combine(corpus, "..", "streams")
            : null;

    public static IReadOnlyList<RecordedResponse> Recorded() => Folder is null ? [] :
    [
        .. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(Load).OfType<RecordedResponse>(),
    ];

    public static IReadOnlyList<RecordedResponse> BuiltIn { get; } =
    [
        Stream("messages", Dialect.Anthropic,
            """{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":21,"cache_creation_input_tokens":300,"cache_read_input_tokens":4000,"output_tokens":1}}}""",
            """{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}""",
            """{"type": "ping"}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Let me see, \"really\"."}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2lnbmF0dXJl"}}""",
            """{"type":"content_block_stop","index":0}""",
            """{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}""",
            """{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Gr\u00fc\u00dfe \ud83d"}}      """,
            """{"delta":{"text":"\ude00 und mehr","type":"text_delta"},"index":1,"type":"content_block_delta"}""",
            """{"type":"content_block_stop","index":1}""",
            """{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_1","name":"look","input":{}}}""",
            """{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"path\":"}}""",
            """{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":" \"a/b\"}"}}""",
            """{"type":"content_block_stop","index":2}""",
            """{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":25,"cache_read_input_tokens":null,"output_tokens":47,"service_tier":"standard"}}""",
            """{"type":"message_stop"}"""),
        Stream("chat", Dialect.OpenAi,
            """{"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":"","reasoning_content":"Hm"},"finish_reason":null}],"usage":null,"obfuscation":"Qup1"}""",
            """{"id":"chatcmpl-1","choices":[{"delta":{"content":"Hello, \u4f60\u597d"},"finish_reason":null,"index":0}],"usage":null}""",
            """{"id":"chatcmpl-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"look","arguments":""}}]},"finish_reason":null}]}""",
            """{"id":"chatcmpl-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":1}"}}]},"finish_reason":null}]}""",
            """{"id":"chatcmpl-1","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}],"usage":null}""",
            """{"id":"chatcmpl-1","choices":[],"usage":{"prompt_tokens":1000,"completion_tokens":33,"total_tokens":1033,"prompt_tokens_details":{"cached_tokens":640,"cache_write_tokens":128}}}""",
            "[DONE]"),
        Stream("two choices, running usage", Dialect.OpenAi,
            """{"id":"c","choices":[{"index":0,"delta":{"content":"one "},"finish_reason":null}],"usage":{"prompt_tokens":9,"completion_tokens":1,"total_tokens":10}}""",
            """{"id":"c","choices":[{"index":1,"delta":{"content":"uno "},"finish_reason":null}],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}""",
            """{"id":"c","choices":[{"index":0,"delta":{"content":"two"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":3,"total_tokens":12}}""",
            """{"id":"c","choices":[{"index":1,"delta":{"content":"due"},"finish_reason":"length"}],"usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13}}"""),
        Stream("deepseek", Dialect.OpenAi,
            """{"id":"d","choices":[{"index":0,"delta":{"role":"assistant","content":null,"reasoning_content":"because"},"finish_reason":null}],"usage":null}""",
            """{"id":"d","choices":[{"index":0,"delta":{"content":"so"},"finish_reason":"stop"}],"usage":{"prompt_tokens":339,"completion_tokens":83,"total_tokens":422,"prompt_cache_hit_tokens":320,"prompt_cache_miss_tokens":19}}""",
            "[DONE]"),
        new("message body", Dialect.Anthropic, false, Encoding.UTF8.GetBytes(
            """{"id":"msg_2","type":"message","role":"assistant","content":[{"type":"text","text":"A \ud83d text"},{"type":"tool_use","id":"toolu_2","name":"n","input":{"a":[1]}}],"stop_reason":"tool_use","usage":{"input_tokens":5,"cache_creation_input_tokens":null,"cache_read_input_tokens":7,"output_tokens":11}}""")),
        new("completion body", Dialect.OpenAi, false, Encoding.UTF8.GetBytes(
            "\n\n" + """{"id":"chatcmpl-3","choices":[{"index":0,"message":{"role":"assistant","content":"Hi","tool_calls":[{"id":"call_3","type":"function","function":{"name":"n","arguments":"{}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":50,"completion_tokens":12,"total_tokens":62,"prompt_tokens_details":{"cached_tokens":20}}}""")),
    ];

    public static RecordedResponse Stream(string name, Dialect dialect, params IEnumerable<string> payloads) => new(name, dialect, true, Encoding.UTF8.GetBytes(Wrap(dialect, payloads)));

    public static ResponseReading Read(RecordedResponse recording, params IEnumerable<int> cuts)
    {
        var reading = new ResponseReading(recording.Dialect);
        if (!recording.IsStream)
        {
            reading.ReadBody(recording.Bytes);
            return reading;
        }

        using var reader = new SseReader();
        var from = 0;
        foreach (var cut in cuts.Append(recording.Bytes.Length))
        {
            ReadOnlySpan<byte> chunk = recording.Bytes.AsSpan(from, cut - from);
            from = cut;
            while (reader.TryRead(ref chunk, out var frame))
            {
                reading.ReadEvent(frame);
            }
        }

        return reading;
    }

    /// <summary>Everything a reading says, in one line.</summary>
    public static string Line(ResponseReading r)
        => $"{r.InputTokens} {r.CacheReadTokens} {r.CacheWriteTokens} {r.OutputTokens} final {r.OutputIsFinal} complete {r.IsComplete} error {r.HasError} {r.Stop} "
            + $"generated {r.GeneratedBytes}/{r.GeneratedOtherBytes} tools {r.ToolUses} id {Convert.ToHexString(r.ResponseId)} usage {Convert.ToHexString(r.RawUsage)} "
            + $"sample {Convert.ToHexString(r.GeneratedSample)}";

    static string Wrap(Dialect dialect, IEnumerable<string> payloads)
    {
        var stream = new StringBuilder();
        foreach (var payload in payloads)
        {
            if (dialect == Dialect.Anthropic)
            {
                using var json = JsonDocument.Parse(payload);
                stream.Append("event: ").Append(json.RootElement.GetProperty("type").GetString()).Append('\n');
            }

            stream.Append("data: ").Append(payload).Append("\n\n");
        }

        return stream.ToString();
    }

    static RecordedResponse? Load(string path)
    {
        var name = Path.GetRelativePath(Folder!, path);
        var dialect = name.Contains("anthropic", StringComparison.Ordinal) || name.Contains("duplicate", StringComparison.Ordinal) ? Dialect.Anthropic : Dialect.OpenAi;
        var text = File.ReadAllText(path);
        if (name.EndsWith(".snap", StringComparison.Ordinal) || name.EndsWith(".md", StringComparison.Ordinal) || name.Contains("requests__", StringComparison.Ordinal))
        {
            return null;
        }

        return name.EndsWith(".chunks.txt", StringComparison.Ordinal)
            ? Stream(name, dialect, text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            : new(name, dialect, text.StartsWith("event:", StringComparison.Ordinal) || text.StartsWith("data:", StringComparison.Ordinal), File.ReadAllBytes(path));
    }
}
