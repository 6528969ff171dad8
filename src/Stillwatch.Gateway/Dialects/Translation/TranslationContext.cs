namespace Stillwatch.Gateway.Dialects.Translation;

/// <summary>What a translation must know of the exchange beside the bodies.</summary>
sealed record TranslationContext
{
    /// <summary>The name the upstream knows the model by.</summary>
    public required string UpstreamModel { get; init; }

    /// <summary>The name stated in the caller's response.</summary>
    public required string ResponseModel { get; init; }

    /// <summary>The account's keyed name, the user id the upstream sees; null sends none.</summary>
    public string? UpstreamUserId { get; init; }

    /// <summary>When the response was begun, for OpenAI's <c>created</c>.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Input tokens by our own count, for <c>message_start</c> before the upstream has said.</summary>
    public int InputTokens { get; init; }

    /// <summary>The caller of an OpenAI stream asked for the usage chunk.</summary>
    public bool IncludeUsage { get; init; }

    /// <summary>The gateway's name of this exchange, put into an error inside a running stream.</summary>
    public string RequestId { get; init; } = "";

    /// <summary>
    /// What an Anthropic upstream is asked for at most when an OpenAI caller names no limit, since there a limit is required.
    /// 8192 fits every model served today and an end by it is stated as <c>length</c>.
    /// </summary>
    public int DefaultMaxTokens { get; init; } = 8192;

    /// <summary>
    /// The limit goes to an OpenAI upstream as <c>max_completion_tokens</c>: OpenAI's own reasoning models take nothing else. Off by
    /// default, because <c>max_tokens</c> is what vLLM, llama.cpp, Ollama and DeepSeek all know.
    /// </summary>
    public bool LimitAsMaxCompletionTokens { get; init; }
}
