namespace Stillwatch.Engine.Exchanges;

/// <summary>One request to a model and its response, as a line of the exchange log (contract 5.1) says it.</summary>
/// <remarks>
/// The writable face of the log: simulators, tests and gateways build these and <see cref="ExchangeWriter"/> makes the line.
/// Detection never holds one: <see cref="ExchangeParser"/> reads a line straight into spans for the sketcher.
/// </remarks>
public sealed record Exchange
{
    /// <summary>The log's own id of the exchange; unique within a log.</summary>
    public required string Id { get; init; }

    /// <summary>When the request arrived.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Who pays and is responsible.</summary>
    public required string Account { get; init; }

    public string? Organization { get; init; }

    public string? Key { get; init; }

    public string? App { get; init; }

    public string? RequestId { get; init; }

    public bool Batch { get; init; }

    public ExchangeClient? Client { get; init; }

    /// <summary>The wire format of the request body.</summary>
    public required ExchangeApi Api { get; init; }

    /// <summary>HTTP status; null when the log does not say.</summary>
    public int? Status { get; init; }

    public int? LatencyMs { get; init; }

    public required ExchangeRequest Request { get; init; }

    public ExchangeResponse? Response { get; init; }
}

/// <summary>The wire format an exchange speaks.</summary>
public enum ExchangeApi
{
    AnthropicMessages,
    OpenAiChat,
}

/// <summary>What the provider's edge saw of the caller. Every member is a claim or an observation, none is proof.</summary>
public sealed record ExchangeClient
{
    public string? Ip { get; init; }

    public long? Asn { get; init; }

    /// <summary>ISO 3166 code. Access policy may use it; detection never does.</summary>
    public string? Country { get; init; }

    public string? UserAgent { get; init; }

    public string? Ja4 { get; init; }

    /// <summary>The caller's own (hashed) id of its end user.</summary>
    public string? EndUser { get; init; }

    public string? Session { get; init; }
}

/// <summary>The request body, in the terms both APIs share.</summary>
public sealed record ExchangeRequest
{
    public required string Model { get; init; }

    public string? System { get; init; }

    public required IReadOnlyList<Message> Messages { get; init; }

    public IReadOnlyList<Tool> Tools { get; init; } = [];

    public int? MaxTokens { get; init; }

    /// <summary>Sampling temperature, 0 to 2.</summary>
    public double? Temperature { get; init; }

    public bool Stream { get; init; }
}

/// <summary>One turn of a conversation.</summary>
public sealed record Message(MessageRole Role, IReadOnlyList<MessagePart> Parts)
{
    public static Message User(string text) => new(MessageRole.User, [new TextPart(text)]);

    public static Message Assistant(string text) => new(MessageRole.Assistant, [new TextPart(text)]);
}

public enum MessageRole
{
    User,
    Assistant,
}

public abstract record MessagePart;

public sealed record TextPart(string Text) : MessagePart;

/// <summary>The model asks for a tool. <paramref name="Id"/> is issued by us, so it names the account it was issued to.</summary>
/// <param name="InputJson">The tool's arguments, as a JSON object.</param>
public sealed record ToolUsePart(string Id, string Name, string InputJson) : MessagePart;

public sealed record ToolResultPart(string ToolUseId, string Text) : MessagePart;

/// <param name="SchemaJson">JSON Schema of the tool's input, as a JSON object.</param>
public sealed record Tool(string Name, string Description, string SchemaJson);

/// <summary>The response body; any subset may be known.</summary>
public sealed record ExchangeResponse
{
    public string? Id { get; init; }

    public string? Model { get; init; }

    /// <summary>In the API's own words: <c>end_turn</c>, <c>max_tokens</c>, <c>tool_use</c>; <c>stop</c>, <c>length</c>, <c>tool_calls</c>.</summary>
    public string? StopReason { get; init; }

    public TokenUsage? Usage { get; init; }

    /// <summary>What the model said; null when the log keeps no content.</summary>
    public IReadOnlyList<MessagePart>? Content { get; init; }
}

/// <summary>The four token counts of an exchange.</summary>
public readonly record struct TokenUsage(int InputTokens, int CacheReadTokens, int CacheWriteTokens, int OutputTokens);
