using System.Text;
using System.Text.Json;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Tests.Metering;

/// <summary>The same readings made naively: lines, whole documents, every usage object in order.</summary>
static class UsageOracle
{
    public sealed class Answer
    {
        public int? Input, CacheRead, CacheWrite, Output;
        public long GeneratedBytes;
    }

    public static Answer Of(RecordedResponse recording)
    {
        var answer = new Answer();
        var text = Encoding.UTF8.GetString(recording.Bytes);
        var payloads = recording.IsStream ? text.Split('\n').Where(l => l.StartsWith("data:", StringComparison.Ordinal)).Select(l => l["data:".Length..].Trim()) : [text];
        foreach (var payload in payloads.Where(p => p is not ("" or "[DONE]")))
        {
            using var json = JsonDocument.Parse(payload);
            var root = json.RootElement;
            if (root.TryGetProperty("message", out var message))
            {
                Usage(message, recording.Dialect, answer);
                Generated(message, recording.Dialect, answer);
            }

            Usage(root, recording.Dialect, answer);
            Generated(root, recording.Dialect, answer);
        }

        return answer;
    }

    static void Usage(JsonElement holder, Dialect dialect, Answer answer)
    {
        if (!holder.TryGetProperty("usage", out var usage) || usage.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (dialect == Dialect.Anthropic)
        {
            answer.Input = Int(usage, "input_tokens") ?? answer.Input;
            answer.CacheRead = Int(usage, "cache_read_input_tokens") ?? answer.CacheRead;
            answer.CacheWrite = Int(usage, "cache_creation_input_tokens") ?? answer.CacheWrite;
            answer.Output = Int(usage, "output_tokens") ?? answer.Output;
            return;
        }

        var details = usage.TryGetProperty("prompt_tokens_details", out var d) && d.ValueKind == JsonValueKind.Object ? d : default(JsonElement?);
        answer.CacheRead = (details is { } a ? Int(a, "cached_tokens") : null) ?? Int(usage, "prompt_cache_hit_tokens") ?? answer.CacheRead;
        answer.CacheWrite = (details is { } b ? Int(b, "cache_write_tokens") : null) ?? answer.CacheWrite;
        answer.Input = Int(usage, "prompt_tokens") - (answer.CacheRead ?? 0) - (answer.CacheWrite ?? 0);
        answer.Output = Int(usage, "completion_tokens") ?? answer.Output;
    }

    static void Generated(JsonElement root, Dialect dialect, Answer answer)
    {
        if (dialect == Dialect.Anthropic)
        {
            if (root.TryGetProperty("delta", out var delta))
            {
                answer.GeneratedBytes += Length(delta, "text") + Length(delta, "thinking") + Length(delta, "partial_json") + Length(delta, "content");
            }

            foreach (var block in root.TryGetProperty("content_block", out var one) ? [one] : root.TryGetProperty("content", out var all) ? all.EnumerateArray().ToArray() : [])
            {
                var type = block.GetProperty("type").GetString()!;
                var isCall = type.EndsWith("tool_use", StringComparison.Ordinal);
                var input = isCall && block.TryGetProperty("input", out var i) ? i.GetRawText() : "";
                answer.GeneratedBytes += isCall ? input.Length > 2 ? Encoding.UTF8.GetByteCount(input) : 0
                    : type is "text" or "thinking" or "compaction" ? Length(block, "text") + Length(block, "thinking") + Length(block, "content") : 0;
            }

            return;
        }

        foreach (var choice in root.TryGetProperty("choices", out var choices) ? choices.EnumerateArray().ToArray() : [])
        {
            var message = choice.TryGetProperty("delta", out var delta) ? delta : choice.GetProperty("message");
            answer.GeneratedBytes += Length(message, "content") + Length(message, "reasoning_content") + Length(message, "refusal");
            foreach (var call in message.TryGetProperty("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array ? calls.EnumerateArray().ToArray() : [])
            {
                answer.GeneratedBytes += Length(call.GetProperty("function"), "arguments");
            }
        }
    }

    // Raw text, unescaped by hand: GetString throws on half an emoji.
    static long Length(JsonElement holder, string name)
    {
        if (!holder.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String)
        {
            return 0;
        }

        var raw = value.GetRawText()[1..^1];
        var bytes = 0L;
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] == '\\' && raw[i + 1] == 'u')
            {
                var c = (char)Convert.ToInt32(raw.Substring(i + 2, 4), 16);
                bytes += char.IsSurrogate(c) ? 2 : Encoding.UTF8.GetByteCount([c]);
                i += 5;
            }
            else if (raw[i] == '\\')
            {
                bytes++;
                i++;
            }
            else
            {
                bytes += char.IsSurrogate(raw[i]) ? 2 : Encoding.UTF8.GetByteCount([raw[i]]);
            }
        }

        return bytes;
    }

    static int? Int(JsonElement holder, string name) => holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : null;
}
