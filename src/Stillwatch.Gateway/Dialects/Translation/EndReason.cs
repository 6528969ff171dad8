using Stillwatch.Gateway.Dialects.Translation.RawJson;

namespace Stillwatch.Gateway.Dialects.Translation;

/// <summary>Why a response ended, in the words both dialects share.</summary>
enum EndReason
{
    /// <summary>Not said: in a stream, it broke off.</summary>
    None,
    Stop,
    StopSequence,
    Length,
    ToolCalls,
    Refusal,

    /// <summary>The upstream gave up half-way and says so: a failure, not an end.</summary>
    Failed,
}

/// <summary>The reasons as each dialect spells them.</summary>
static class EndReasons
{
    /// <remarks>abort and error: vLLM; insufficient_system_resource: DeepSeek. What is not known is an ordinary end.</remarks>
    public static EndReason OfOpenAi(RawValue finish) =>
        finish.Text.IsEmpty ? EndReason.None
        : finish.Is("length"u8) ? EndReason.Length
        : finish.Is("tool_calls"u8) || finish.Is("function_call"u8) ? EndReason.ToolCalls
        : finish.Is("content_filter"u8) ? EndReason.Refusal
        : finish.Is("abort"u8) || finish.Is("error"u8) || finish.Is("insufficient_system_resource"u8) ? EndReason.Failed
        : EndReason.Stop;

    /// <remarks>pause_turn has no counterpart; it comes from server tools only, which no caller of the other dialect can ask for.</remarks>
    public static EndReason OfAnthropic(RawValue stop) =>
        stop.Text.IsEmpty ? EndReason.None
        : stop.Is("max_tokens"u8) || stop.Is("model_context_window_exceeded"u8) ? EndReason.Length
        : stop.Is("tool_use"u8) ? EndReason.ToolCalls
        : stop.Is("refusal"u8) ? EndReason.Refusal
        : EndReason.Stop;

    /// <summary>Whoever emitted calls ended for them, whatever it says; unless it was cut, since then the last call is not whole.</summary>
    public static EndReason WithCalls(this EndReason reason, bool hasCalls) =>
        hasCalls && reason is (EndReason.Stop or EndReason.None) ? EndReason.ToolCalls : reason;

    public static ReadOnlySpan<byte> Anthropic(this EndReason reason) => reason switch
    {
        EndReason.Length => "max_tokens"u8,
        EndReason.ToolCalls => "tool_use"u8,
        EndReason.Refusal => "refusal"u8,
        EndReason.StopSequence => "stop_sequence"u8,
        _ => "end_turn"u8,
    };

    public static ReadOnlySpan<byte> OpenAi(this EndReason reason) => reason switch
    {
        EndReason.Length => "length"u8,
        EndReason.ToolCalls => "tool_calls"u8,
        EndReason.Refusal => "content_filter"u8,
        _ => "stop"u8,
    };
}
