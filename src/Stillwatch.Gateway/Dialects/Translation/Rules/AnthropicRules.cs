using static Stillwatch.Gateway.Dialects.Translation.Rules.Treatment;

namespace Stillwatch.Gateway.Dialects.Translation.Rules;

/// <summary>What an Anthropic Messages request may say and what an OpenAI upstream is told of it.</summary>
static class AnthropicRules
{
    public static MemberTable Request { get; } = new(
        "Anthropic request members",
        new("model", Mapped, "the upstream's name of the model"),
        new("max_tokens", Mapped, "`max_tokens`, or `max_completion_tokens` where the upstream is set so; 0 (cache warming) is refused"),
        new("messages", Mapped, "see the content blocks"),
        new("system", Mapped, "first message of role `system`; a leading `x-anthropic-billing-header` block is left out"),
        new("stream", Kept, "with `stream_options.include_usage`, since the usage is needed"),
        new("stop_sequences", Mapped, "`stop`, all of them: an upstream with a limit refuses itself"),
        new("temperature", Kept, "same meaning"),
        new("top_p", Kept, "same meaning"),
        new("tools", Mapped, "see the tool members"),
        new("tool_choice", Mapped, "auto, any → required, tool → function, none; `disable_parallel_tool_use` → `parallel_tool_calls:false`"),
        new("thinking", Mapped, "disabled → `reasoning_effort:none`; a budget → minimal below 1024, low below 2048, medium below 4096, else high; "
            + "adaptive and `display` say nothing an OpenAI upstream knows"),
        new("output_config", Mapped, "`effort` → `reasoning_effort`, before any budget; `format` → `response_format` named `structured_output`"),
        new("output_format", Mapped, "older name of `output_config.format`"),
        new("metadata", Mapped, "`user`: the account's keyed name, never the client's value"),
        new("top_k", Dropped, "advisory; no counterpart"),
        new("cache_control", Dropped, "advisory; such upstreams cache by prefix on their own"),
        new("context_management", Dropped, "advisory; saves context on the server, changes no answer's form"),
        new("compaction", Dropped, "advisory; the conversation simply is not compacted"),
        new("diagnostics", Dropped, "advisory"),
        new("service_tier", Dropped, "advisory"),
        new("speed", Dropped, "advisory"),
        new("fallbacks", Dropped, "the operator's routing decides"),
        new("fallback_credit_token", Dropped, "billing between others"),
        new("billing_policy", Dropped, "billing between others"),
        new("inference_geo", Refused, "where it runs cannot be promised here, leave it out"),
        new("container", Refused, "leave it out: there is no container and no skills"),
        new("mcp_servers", Refused, "connect the MCP server on the client's side and pass its tools"),
        new("thread", Refused, "send the whole conversation in messages"));

    public static MemberTable Blocks { get; } = new(
        "Anthropic content blocks",
        new("text", Mapped, "text; several blocks of a message become one string, a blank line between them (nothing between an assistant's)"),
        new("image", Mapped, "`image_url`: base64 as a data URI, or the url; a source of type file is refused"),
        new("tool_use", Mapped, "`tool_calls`, the id as it is, the input's own bytes as `arguments`"),
        new("tool_result", Mapped, "a message of role `tool`, before all else of its turn; `is_error` → text begins `[tool error]`; "
            + "images move into the user message that follows"),
        new("thinking", Mapped, "`reasoning_content` on turns with tool calls, where DeepSeek requires it and vLLM's templates use it; else left out. "
            + "The signature is never sent"),
        new("redacted_thinking", Dropped, "only its maker can read it"),
        new("document", Refused, "send its text in a text block"),
        new("search_result", Refused, "send its text in a text block"),
        new("server_tool_use", Refused, "start a conversation without server tools"),
        new("container_upload", Refused, "send the file's text in a text block"));

    public static MemberTable Tool { get; } = new(
        "Anthropic tool members",
        new("type", Mapped, "absent, null or `custom`; a dated server or built-in tool is refused by name"),
        new("name", Mapped, "`function.name`; refused beyond 64 characters or outside `a-z A-Z 0-9 _ -`"),
        new("description", Mapped, "`function.description`"),
        new("input_schema", Mapped, "`function.parameters`, byte for byte"),
        new("strict", Mapped, "`function.strict`: an upstream that wants the schema otherwise refuses itself"),
        new("cache_control", Dropped, "advisory"),
        new("defer_loading", Dropped, "the tool is simply there from the start"),
        new("eager_input_streaming", Dropped, "advisory"),
        new("input_examples", Dropped, "advisory"),
        new("allowed_callers", Dropped, "there is no other caller than the model"));
}
