using System.Buffers;
using System.Text;
using System.Text.Json;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Dialects.Translation.RawJson;

namespace Stillwatch.Gateway.Tests.Enforcement.Withholding;

/// <summary>What a response says, read by a reader that shares nothing with the code under test but the unescaping.</summary>
sealed class Spoken
{
    static readonly string[] Carriers = ["reasoning_content", "reasoning"];

    readonly StringBuilder _answer = new();
    readonly StringBuilder _reasoning = new();

    /// <summary>Text and calls, in order, with what they belong to.</summary>
    public string Answer => _answer.ToString();

    /// <summary>All reasoning, one after another.</summary>
    public string Reasoning => _reasoning.ToString();

    public List<JsonElement> Events { get; } = [];

    /// <summary>Tokens of thinking blocks, in order.</summary>
    public List<string> Signatures { get; } = [];

    public static Spoken Stream(Dialect dialect, ReadOnlySpan<byte> bytes)
    {
        var spoken = new Spoken();
        foreach (var line in Encoding.Latin1.GetString(bytes).Split('\n').Where(line => line.StartsWith("data:", StringComparison.Ordinal)))
        {
            var data = line[5..].Trim();
            if (data is "[DONE]" or "")
            {
                continue;
            }

            using var json = JsonDocument.Parse(Encoding.Latin1.GetBytes(data), new JsonDocumentOptions { MaxDepth = 256 });
            spoken.Events.Add(json.RootElement.Clone());
        }

        foreach (var each in spoken.Events)
        {
            if (dialect == Dialect.Anthropic)
            {
                spoken.ReadEvent(each);
            }
            else
            {
                spoken.ReadChoices(each, "delta");
            }
        }

        return spoken;
    }

    public static Spoken Body(Dialect dialect, ReadOnlySpan<byte> bytes)
    {
        using var json = JsonDocument.Parse(bytes.ToArray(), new JsonDocumentOptions { MaxDepth = 256 });
        var spoken = new Spoken();
        var root = json.RootElement.Clone();
        if (dialect == Dialect.OpenAi)
        {
            spoken.ReadChoices(root, "message");
        }
        else if (root.TryGetProperty("content", out var content))
        {
            foreach (var block in content.EnumerateArray())
            {
                spoken.ReadBlock(block);
            }
        }

        return spoken;
    }

    /// <summary>The text of a JSON string; half a surrogate pair stays an escape.</summary>
    public static string Text(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return "";
        }

        var raw = Encoding.UTF8.GetBytes(value.GetRawText());
        var output = new ArrayBufferWriter<byte>();
        RawText.Unescape(raw.AsSpan(1, raw.Length - 2), output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    void ReadEvent(JsonElement each)
    {
        switch (each.GetProperty("type").GetString())
        {
            case "content_block_start":
                _answer.Append($"\n{each.GetProperty("index").GetInt32()}:");
                ReadBlock(each.GetProperty("content_block"));
                break;
            case "content_block_delta":
                ReadBlock(each.GetProperty("delta"));
                break;
            default: break;
        }
    }

    void ReadBlock(JsonElement block)
    {
        switch (block.GetProperty("type").GetString())
        {
            case "text" or "text_delta": _answer.Append(Text(block.GetProperty("text"))); break;
            case "input_json_delta": _answer.Append(Text(block.GetProperty("partial_json"))); break;
            case "thinking" or "thinking_delta":
                _reasoning.Append(Text(block.GetProperty("thinking")));
                Sign(block);
                break;
            case "signature_delta": Sign(block); break;
            case "redacted_thinking": Signatures.Add(Text(block.GetProperty("data"))); break;
            default: _answer.Append(block.GetRawText()); break;
        }
    }

    void Sign(JsonElement block)
    {
        if (block.TryGetProperty("signature", out var signature) && signature.GetRawText() != "\"\"")
        {
            Signatures.Add(Text(signature));
        }
    }

    void ReadChoices(JsonElement chunk, string part)
    {
        if (!chunk.TryGetProperty("choices", out var choices))
        {
            return;
        }

        foreach (var choice in choices.EnumerateArray().Where(choice => choice.TryGetProperty(part, out _)))
        {
            var message = choice.GetProperty(part);
            foreach (var carrier in Carriers)
            {
                _reasoning.Append(message.TryGetProperty(carrier, out var reasoning) ? Text(reasoning) : "");
            }

            _answer.Append(message.TryGetProperty("content", out var content) ? Text(content) : "");
            _answer.Append(message.TryGetProperty("tool_calls", out var calls) ? calls.GetRawText() : "");
        }
    }
}
