namespace Stillwatch.Engine.Exchanges;

/// <summary>What a gateway must know of a request body beyond its sketch, found in the same pass: routing fields, and where the bytes lie that it may replace.</summary>
/// <remarks>Reused; filled by <see cref="ExchangeParser.TryParseRequest"/>. Offsets are into the body.</remarks>
public sealed class RequestOutline
{
    /// <summary>The value of <c>model</c> with its quotes.</summary>
    public TextSlice ModelToken { get; set; }

    /// <summary>Just behind the opening brace, where a member can be put in.</summary>
    public int BodyStart { get; set; }

    /// <summary>Whether the object has any member (so an inserted one needs a comma).</summary>
    public bool HasMembers { get; set; }

    public bool Stream { get; set; }

    /// <summary>OpenAI: <c>stream_options.include_usage</c> is true.</summary>
    public bool IncludeUsage { get; set; }

    /// <summary>OpenAI: the value of <c>stream_options</c> when it is an object, braces included.</summary>
    public TextSlice StreamOptions { get; set; }

    /// <summary>OpenAI: the value of <c>stream_options.include_usage</c>.</summary>
    public TextSlice IncludeUsageToken { get; set; }

    /// <summary>Anthropic: the value of <c>metadata</c> when it is an object, braces included.</summary>
    public TextSlice Metadata { get; set; }

    /// <summary>Anthropic: <c>metadata</c> where it stands as <c>null</c>; it can only be replaced whole.</summary>
    public TextSlice NullMetadata { get; set; }

    /// <summary>OpenAI: <c>stream_options</c> where it stands as <c>null</c>.</summary>
    public TextSlice NullStreamOptions { get; set; }

    /// <summary>Anthropic: the value of <c>metadata.user_id</c>; OpenAI: of <c>user</c>. Quotes included; may be <c>null</c>.</summary>
    public TextSlice UserIdToken { get; set; }

    /// <summary>OpenAI: the value of <c>safety_identifier</c>.</summary>
    public TextSlice SafetyIdentifierToken { get; set; }

    /// <summary>OpenAI: the value of <c>prompt_cache_key</c>.</summary>
    public TextSlice PromptCacheKeyToken { get; set; }

    /// <summary>0 when absent.</summary>
    public int MaxTokens { get; set; }

    /// <summary>
    /// Values of every <c>file_id</c> in the body, without quotes; at most <see cref="MaxFileIds"/>, more is a fault. Left out: those
    /// inside <c>tools</c> and inside a block's <c>input</c>, which are the caller's own schemas and arguments.
    /// </summary>
    public List<TextSlice> FileIds { get; } = [];

    public const int MaxFileIds = 1000;

    /// <summary>Anthropic: <c>temperature</c>, <c>top_p</c> or <c>top_k</c> is present and not null.</summary>
    public bool HasSampling { get; set; }

    public void Clear()
    {
        ModelToken = StreamOptions = IncludeUsageToken = Metadata = UserIdToken = SafetyIdentifierToken = PromptCacheKeyToken = default;
        NullMetadata = NullStreamOptions = default;
        BodyStart = MaxTokens = 0;
        HasMembers = Stream = IncludeUsage = HasSampling = false;
        FileIds.Clear();
    }
}

/// <summary>Why a request body was refused, in terms a person can act on. Holds names of members, never values.</summary>
/// <param name="Reason">The class of fault.</param>
/// <param name="Path">Where, as <c>messages[3].content</c>; empty for the body as a whole.</param>
/// <param name="Detail">What was expected, or what is wrong: <c>must be a boolean</c>, <c>appears twice</c>.</param>
public readonly record struct RequestFault(RejectReason Reason, string Path, string Detail);
