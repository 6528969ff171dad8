using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text.Json;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Development;

/// <summary>What the development upstream reads of a request body. Slices point into the body, which must outlive it.</summary>
sealed class DevelopmentRequest
{
    /// <summary>As in the body, quotes included.</summary>
    public required byte[] Model { get; init; }

    public bool Stream { get; init; }

    /// <summary>OpenAI: one more chunk with the usage.</summary>
    public bool IncludeUsage { get; init; }

    public bool Thinking { get; private set; }

    /// <summary>Thinking blocks keep their signature and lose their text.</summary>
    public bool ThinkingIsOmitted { get; private set; }

    public int MaxTokens { get; init; } = int.MaxValue;

    /// <summary>A quarter of the bytes of system prompt, tools and messages: what does not change when a gateway maps the model or names the user.</summary>
    public required int InputTokens { get; init; }

    public bool HasCacheControl { get; init; }

    public Wish Wish { get; private set; }

    /// <summary>The last text of the last user message that has any; undefined when there is none.</summary>
    public JsonElement LastUserText { get; private set; }

    /// <summary>Bytes of the tool results the request ends with; -1 when it does not end with one.</summary>
    public int ToolResultBytes { get; private set; } = -1;

    /// <summary>The tool to call: name as in the body, quotes included, and its schema; both undefined for none.</summary>
    public JsonElement ToolName { get; private set; }

    public JsonElement ToolSchema { get; private set; }

    /// <summary>The answer must be JSON of this schema; undefined for none.</summary>
    public JsonElement FormatSchema { get; private set; }

    public int LastUserTextBytes => Inner(LastUserText).Length;

    public ulong TextHash => XxHash3.HashToUInt64(Inner(LastUserText));

    /// <returns>Null, with a reason, when the body lacks what a real API would refuse it for.</returns>
    public static DevelopmentRequest? Read(JsonElement body, Dialect dialect, out string? fault)
    {
        fault = null;
        if (Member(body, "model"u8) is not { ValueKind: JsonValueKind.String } model)
        {
            fault = "model: Field required";
            return null;
        }

        if (Member(body, "messages"u8) is not { ValueKind: JsonValueKind.Array } messages)
        {
            fault = "messages: Field required";
            return null;
        }

        var limit = Member(body, dialect == Dialect.Anthropic ? "max_tokens"u8 : "max_completion_tokens"u8);
        var request = new DevelopmentRequest
        {
            Model = Raw(model).ToArray(),
            Stream = Member(body, "stream"u8).ValueKind == JsonValueKind.True,
            IncludeUsage = Member(Member(body, "stream_options"u8), "include_usage"u8).ValueKind == JsonValueKind.True,
            MaxTokens = limit.ValueKind == JsonValueKind.Number && limit.TryGetInt32(out var most) ? Math.Max(0, most) : int.MaxValue,
            InputTokens = Math.Max(1, (Raw(messages).Length + Raw(Member(body, "system"u8)).Length + Raw(Member(body, "tools"u8)).Length) / 4),
            HasCacheControl = Raw(body).IndexOf("\"cache_control\""u8) >= 0,
        };
        request.ReadMessages(messages);
        request.ReadThinking(body);
        request.ReadTools(body, dialect);
        request.FormatSchema = dialect == Dialect.Anthropic
            ? Member(Member(Member(body, "output_config"u8), "format"u8), "schema"u8)
            : Member(Member(Member(body, "response_format"u8), "json_schema"u8), "schema"u8);
        return request;
    }

    public static JsonElement Member(JsonElement parent, ReadOnlySpan<byte> name)
        => parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? value : default;

    /// <summary>The element's own bytes in the body; empty when undefined.</summary>
    public static ReadOnlySpan<byte> Raw(JsonElement element)
        => element.ValueKind == JsonValueKind.Undefined ? default : JsonMarshal.GetRawUtf8Value(element);

    /// <summary>A string's raw bytes without its quotes, escapes kept; anything else whole.</summary>
    public static ReadOnlySpan<byte> Inner(JsonElement element)
        => element.ValueKind == JsonValueKind.String ? Raw(element)[1..^1] : Raw(element);

    static bool Is(JsonElement element, ReadOnlySpan<byte> value) => element.ValueKind == JsonValueKind.String && element.ValueEquals(value);

    void ReadMessages(JsonElement messages)
    {
        var isAnswered = false; // an assistant message follows: what stands before it is history
        for (var i = messages.GetArrayLength() - 1; i >= 0 && LastUserText.ValueKind == JsonValueKind.Undefined; i--)
        {
            var role = Member(messages[i], "role"u8);
            var content = Member(messages[i], "content"u8);
            isAnswered |= Is(role, "assistant"u8);
            if (Is(role, "tool"u8) && !isAnswered)
            {
                AddToolResult(content);
            }
            else if (Is(role, "user"u8))
            {
                ReadUser(content, isAnswered);
            }
        }
    }

    void ReadUser(JsonElement content, bool isAnswered)
    {
        if (content.ValueKind == JsonValueKind.Array)
        {
            foreach (var block in content.EnumerateArray())
            {
                var type = Member(block, "type"u8);
                if (Is(type, "text"u8))
                {
                    LastUserText = Member(block, "text"u8);
                }
                else if (Is(type, "tool_result"u8) && !isAnswered)
                {
                    AddToolResult(Member(block, "content"u8));
                }
            }
        }
        else if (content.ValueKind == JsonValueKind.String)
        {
            LastUserText = content;
        }

        if (LastUserText.ValueKind != JsonValueKind.Undefined)
        {
            Wish = Wish.Read(Raw(content));
        }
    }

    void AddToolResult(JsonElement content) => ToolResultBytes = Math.Max(0, ToolResultBytes) + Inner(content).Length;

    void ReadThinking(JsonElement body)
    {
        var thinking = Member(body, "thinking"u8);
        var type = Member(thinking, "type"u8);
        var effort = Member(body, "reasoning_effort"u8);
        Thinking = Wish.Thinking || Is(type, "enabled"u8) || Is(type, "adaptive"u8)
            || (effort.ValueKind == JsonValueKind.String && !effort.ValueEquals("none"u8));
        ThinkingIsOmitted = Is(Member(thinking, "display"u8), "omitted"u8);
    }

    void ReadTools(JsonElement body, Dialect dialect)
    {
        var choice = Member(body, "tool_choice"u8);
        var kind = choice.ValueKind == JsonValueKind.String ? choice : Member(choice, "type"u8);
        var isForced = Is(kind, "any"u8) || Is(kind, "tool"u8) || Is(kind, "required"u8) || Is(kind, "function"u8);
        var isWished = Wish.Tool && ToolResultBytes < 0 && !Is(kind, "none"u8);
        if ((!isForced && !isWished) || Member(body, "tools"u8) is not { ValueKind: JsonValueKind.Array } tools)
        {
            return;
        }

        var named = dialect == Dialect.Anthropic ? Member(choice, "name"u8) : Member(Member(choice, "function"u8), "name"u8);
        foreach (var entry in tools.EnumerateArray())
        {
            var tool = dialect == Dialect.Anthropic ? entry : Member(entry, "function"u8);
            var name = Member(tool, "name"u8);
            if (name.ValueKind == JsonValueKind.String
                && (named.ValueKind != JsonValueKind.String || Raw(named).SequenceEqual(Raw(name)))
                && (Wish.ToolName is not { Length: > 0 } wished || name.ValueEquals(wished)))
            {
                ToolName = name;
                ToolSchema = Member(tool, dialect == Dialect.Anthropic ? "input_schema"u8 : "parameters"u8);
                return;
            }
        }
    }
}
