using System.Text.Json;

namespace Stillwatch.Engine.Exchanges;

/// <summary>The members of a log line or a live request that are acted on, over all levels; everything else is <see cref="Unknown"/>.</summary>
enum Member
{
    Unknown,
    Id, Time, Account, Organization, Key, App, Batch, Client, Api, Status, Request, Response, RequestId, Headers, LatencyMs,
    Ip, Asn, Country, UserAgent, Ja4, EndUser, Session,
    Model, System, Messages, Tools, MaxTokens, MaxCompletionTokens, Temperature, Stream,
    Role, Content, ToolCalls, ToolCallId,
    Type, Text, ToolUseId,
    Usage, Choices, Message,
    InputTokens, OutputTokens, CacheCreationTokens, CacheReadTokens,
    PromptTokens, CompletionTokens, PromptTokensDetails, CachedTokens, CacheWriteTokens, PromptCacheHitTokens,

    // Read in live requests only; a log line may hold them twice.
    Metadata, UserId, User, SafetyIdentifier, PromptCacheKey, StreamOptions, IncludeUsage, FileId, Input, TopP, TopK,
}

static class Members
{
    const int LongestName = 27;

    /// <summary>Which member the reader's property name is, whether written plainly or with <c>\u</c> escapes.</summary>
    public static Member Of(ref JsonTokens reader)
    {
        var name = reader.ValueSpan;
        if (!reader.ValueIsEscaped)
        {
            return Of(name);
        }

        // The reader's own comparison throws on a lone surrogate, so the name is unescaped here.
        if (name.Length > LongestName * 6)
        {
            return Member.Unknown;
        }

        Span<byte> plain = stackalloc byte[LongestName * 6];
        return Of(plain[..JsonText.Unescape(name, plain, out _)]);
    }

    /// <summary>Marks <paramref name="member"/> as seen; false when it was already.</summary>
    public static bool FirstTime(Member member, ref ulong seen)
    {
        var bit = 1UL << (int)member;
        var first = member is Member.Unknown or >= Member.Metadata || (seen & bit) == 0;
        seen |= bit;
        return first;
    }

    static Member Of(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 => name.SequenceEqual("id"u8) ? Member.Id : name.SequenceEqual("ip"u8) ? Member.Ip : Member.Unknown,
        3 => OfThree(name),
        4 => OfFour(name),
        5 => OfFive(name),
        6 => OfSix(name),
        7 => OfSeven(name),
        8 => OfEight(name),
        10 => OfTen(name),
        11 => OfEleven(name),
        12 => OfTwelve(name),
        _ => OfLong(name),
    };

    static Member OfThree(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("key"u8) ? Member.Key
        : name.SequenceEqual("app"u8) ? Member.App
        : name.SequenceEqual("api"u8) ? Member.Api
        : name.SequenceEqual("asn"u8) ? Member.Asn
        : name.SequenceEqual("ja4"u8) ? Member.Ja4
        : Member.Unknown;

    static Member OfFour(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("time"u8) ? Member.Time
        : name.SequenceEqual("role"u8) ? Member.Role
        : name.SequenceEqual("type"u8) ? Member.Type
        : name.SequenceEqual("text"u8) ? Member.Text
        : name.SequenceEqual("user"u8) ? Member.User
        : Member.Unknown;

    static Member OfFive(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("model"u8) ? Member.Model
        : name.SequenceEqual("batch"u8) ? Member.Batch
        : name.SequenceEqual("tools"u8) ? Member.Tools
        : name.SequenceEqual("usage"u8) ? Member.Usage
        : name.SequenceEqual("input"u8) ? Member.Input
        : name.SequenceEqual("top_p"u8) ? Member.TopP
        : name.SequenceEqual("top_k"u8) ? Member.TopK
        : Member.Unknown;

    static Member OfSix(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("client"u8) ? Member.Client
        : name.SequenceEqual("status"u8) ? Member.Status
        : name.SequenceEqual("system"u8) ? Member.System
        : name.SequenceEqual("stream"u8) ? Member.Stream
        : Member.Unknown;

    static Member OfSeven(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("account"u8) ? Member.Account
        : name.SequenceEqual("request"u8) ? Member.Request
        : name.SequenceEqual("content"u8) ? Member.Content
        : name.SequenceEqual("session"u8) ? Member.Session
        : name.SequenceEqual("country"u8) ? Member.Country
        : name.SequenceEqual("headers"u8) ? Member.Headers
        : name.SequenceEqual("choices"u8) ? Member.Choices
        : name.SequenceEqual("message"u8) ? Member.Message
        : name.SequenceEqual("user_id"u8) ? Member.UserId
        : name.SequenceEqual("file_id"u8) ? Member.FileId
        : Member.Unknown;

    static Member OfEight(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("response"u8) ? Member.Response
        : name.SequenceEqual("messages"u8) ? Member.Messages
        : name.SequenceEqual("end_user"u8) ? Member.EndUser
        : name.SequenceEqual("metadata"u8) ? Member.Metadata
        : Member.Unknown;

    static Member OfTen(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("user_agent"u8) ? Member.UserAgent
        : name.SequenceEqual("request_id"u8) ? Member.RequestId
        : name.SequenceEqual("latency_ms"u8) ? Member.LatencyMs
        : name.SequenceEqual("max_tokens"u8) ? Member.MaxTokens
        : name.SequenceEqual("tool_calls"u8) ? Member.ToolCalls
        : Member.Unknown;

    static Member OfEleven(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("temperature"u8) ? Member.Temperature
        : name.SequenceEqual("tool_use_id"u8) ? Member.ToolUseId
        : Member.Unknown;

    static Member OfTwelve(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("organization"u8) ? Member.Organization
        : name.SequenceEqual("input_tokens"u8) ? Member.InputTokens
        : name.SequenceEqual("tool_call_id"u8) ? Member.ToolCallId
        : Member.Unknown;

    static Member OfLong(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("output_tokens"u8) ? Member.OutputTokens
        : name.SequenceEqual("prompt_tokens"u8) ? Member.PromptTokens
        : name.SequenceEqual("cached_tokens"u8) ? Member.CachedTokens
        : name.SequenceEqual("include_usage"u8) ? Member.IncludeUsage
        : name.SequenceEqual("stream_options"u8) ? Member.StreamOptions
        : name.SequenceEqual("prompt_cache_key"u8) ? Member.PromptCacheKey
        : name.SequenceEqual("safety_identifier"u8) ? Member.SafetyIdentifier
        : name.SequenceEqual("completion_tokens"u8) ? Member.CompletionTokens
        : name.SequenceEqual("cache_write_tokens"u8) ? Member.CacheWriteTokens
        : name.SequenceEqual("prompt_tokens_details"u8) ? Member.PromptTokensDetails
        : name.SequenceEqual("max_completion_tokens"u8) ? Member.MaxCompletionTokens
        : name.SequenceEqual("cache_read_input_tokens"u8) ? Member.CacheReadTokens
        : name.SequenceEqual("prompt_cache_hit_tokens"u8) ? Member.PromptCacheHitTokens
        : name.SequenceEqual("cache_creation_input_tokens"u8) ? Member.CacheCreationTokens
        : Member.Unknown;
}
