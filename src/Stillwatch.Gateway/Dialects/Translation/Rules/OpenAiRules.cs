using static Stillwatch.Gateway.Dialects.Translation.Rules.Treatment;

namespace Stillwatch.Gateway.Dialects.Translation.Rules;

/// <summary>What an OpenAI Chat Completions request may say and what an Anthropic upstream is told of it.</summary>
static class OpenAiRules
{
    public static MemberTable Request { get; } = new(
        "OpenAI request members",
        new("model", Mapped, "the upstream's name of the model"),
        new("messages", Mapped, "see the content parts; leading `system` and `developer` messages → `system`, later ones stay in place as role `system`; "
            + "`tool` messages → `tool_result` blocks; an assistant's `reasoning_content` is left out, since nothing signs it"),
        new("max_completion_tokens", Mapped, "`max_tokens`; before `max_tokens` when both are there; 8192 when neither is"),
        new("max_tokens", Mapped, "`max_tokens`"),
        new("stream", Kept, "same meaning"),
        new("stream_options", Mapped, "`include_usage` decides about the usage chunk; the rest is advisory"),
        new("stop", Mapped, "`stop_sequences`, a single string as a list of one"),
        new("temperature", Kept, "same name; an upstream that ends at 1 refuses more itself"),
        new("top_p", Kept, "same meaning"),
        new("tools", Mapped, "functions → `name`, `description`, `input_schema`, `strict`; a tool of another type is refused by name"),
        new("tool_choice", Mapped, "auto, none, required → any, a function → tool; any other is refused"),
        new("parallel_tool_calls", Mapped, "false → `tool_choice.disable_parallel_tool_use`"),
        new("response_format", Mapped, "`json_schema` → `output_config.format`; text says nothing; `json_object` is refused"),
        new("reasoning_effort", Mapped, "none → `thinking` disabled, minimal → low, else `output_config.effort` as it is"),
        new("user", Mapped, "`metadata.user_id`: the account's keyed name, never the client's value"),
        new("safety_identifier", Dropped, "the account's keyed name is sent instead"),
        new("seed", Dropped, "advisory by its own definition"),
        new("presence_penalty", Dropped, "advisory; no counterpart"),
        new("frequency_penalty", Dropped, "advisory; no counterpart"),
        new("top_k", Dropped, "not of this API; some clients send it all the same"),
        new("top_logprobs", Dropped, "only `logprobs` asks for them"),
        new("verbosity", Dropped, "advisory"),
        new("prompt_cache_key", Dropped, "advisory"),
        new("prompt_cache_retention", Dropped, "advisory"),
        new("service_tier", Dropped, "advisory"),
        new("store", Dropped, "nothing is stored here"),
        new("metadata", Dropped, "only for stored completions"),
        new("n", Refused, "ask n times", "1"),
        new("logprobs", Refused, "there are none to be had, leave it out"),
        new("logit_bias", Refused, "leave it out"),
        new("audio", Refused, "leave it out"),
        new("modalities", Refused, "only text is answered", "[\"text\"]"),
        new("prediction", Refused, "leave it out"),
        new("moderation", Refused, "leave it out"),
        new("web_search_options", Refused, "search on the client's side and pass a tool"),
        new("functions", Refused, "use tools"),
        new("function_call", Refused, "use tool_choice"));

    public static MemberTable Parts { get; } = new(
        "OpenAI content parts",
        new("text", Mapped, "text block; an empty one is left out, the other side refuses it"),
        new("refusal", Mapped, "text block"),
        new("image_url", Mapped, "image block: a data URI as base64, else the url; `detail` is advisory"),
        new("input_audio", Refused, "send a transcript as text"),
        new("file", Refused, "send its text"));
}
