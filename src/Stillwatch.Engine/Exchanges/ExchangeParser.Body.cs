using System.Text.Json;
using System.Text.Unicode;

namespace Stillwatch.Engine.Exchanges;

public static partial class ExchangeParser
{
    /// <summary>Reads a live request body, in one forward pass, for the sketch and for routing.</summary>
    /// <remarks>
    /// Refuses a member that appears twice in any object, whoever it may matter to: what we read and what the upstream reads must be the same.
    /// Beyond that it is lenient: roles, blocks and members it does not know pass, numbers of any size too; the upstream decides about them.
    /// Never throws, whatever the bytes; allocates nothing once warm.
    /// </remarks>
    /// <param name="into">Receives model, texts and shape; the caller fills in who, when and from where.</param>
    public static bool TryParseRequest(ReadOnlySpan<byte> body, ExchangeApi api, ParsedExchange into, RequestOutline outline, out RequestFault fault)
    {
        ArgumentNullException.ThrowIfNull(into);
        ArgumentNullException.ThrowIfNull(outline);
        while (true)
        {
            into.Clear();
            outline.Clear();
            into.Api = api;
            into.Scratch.Outline = outline;
            var reason = ReadBody(body, into, outline);
            if (reason == RejectReason.None)
            {
                Compose(body, into);
                outline.MaxTokens = into.MaxTokens;
                outline.Stream = into.Stream;
                fault = default;
                return true;
            }

            if (reason != RejectReason.DuplicateKey || into.Scratch.Names.AreTwins(body))
            {
                fault = RequestFaults.Of(reason, body, into, outline);
                return false;
            }

            into.Scratch.Names.Reseed(); // two names of one hash: once in 2^64 pairs, so this ends
        }
    }

    static RejectReason ReadBody(ReadOnlySpan<byte> body, ParsedExchange into, RequestOutline outline)
    {
        if (!Utf8.IsValid(body))
        {
            return RejectReason.InvalidUtf8;
        }

        if (!MayBeJson(body))
        {
            return RejectReason.BadJson; // a byte order mark, or nothing at all
        }

        var reader = new JsonTokens(body, MaxLiveDepth);
        try
        {
            return ReadBody(ref reader, into, outline);
        }
        catch (JsonException)
        {
            var reason = BrokenJson.ReasonOf(body, MaxLiveDepth, out var at);
            into.Scratch.FaultAt = at;
            return reason;
        }
    }

    static RejectReason ReadBody(ref JsonTokens reader, ParsedExchange into, RequestOutline outline)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return RejectReason.NotAnObject;
        }

        outline.BodyStart = reader.BytesConsumed;
        var seen = OpenObject(into);
        RejectReason reason;
        while (NextMember(ref reader, into, ref seen, out var member, out reason))
        {
            outline.HasMembers = true;
            reason = ReadLiveMember(member, ref reader, into, outline);
            if (reason != RejectReason.None)
            {
                return reason;
            }
        }

        if (reason != RejectReason.None)
        {
            return reason;
        }

        into.Scratch.IsClosed = true;
        reader.Read(); // throws when something follows the object
        return into.Model.IsEmpty || !into.Scratch.HasMessages ? RejectReason.MissingMember : RejectReason.None;
    }

    static RejectReason ReadLiveMember(Member member, ref JsonTokens reader, ParsedExchange into, RequestOutline outline)
    {
        var isAnthropic = into.Api == ExchangeApi.AnthropicMessages;
        var reason = RejectReason.None;
        switch (member)
        {
            case Member.Model:
                reason = ReadRequestMember(member, ref reader, into);
                outline.ModelToken = TokenAt(ref reader);
                return reason;
            case Member.Temperature or Member.TopP or Member.TopK:
                outline.HasSampling |= isAnthropic && reader.TokenType != JsonTokenType.Null;
                return member == Member.Temperature && !IsBeyondDouble(ref reader)
                    ? ReadRequestMember(member, ref reader, into)
                    : Pass(ref reader, into);
            case Member.MaxTokens or Member.MaxCompletionTokens when reader.TokenType == JsonTokenType.Number && !reader.TryGetInt64(out _):
                ReadOddMaxTokens(member, ref reader, into);
                return reason;
            case Member.Metadata when isAnthropic:
                return ReadMetadata(ref reader, into, outline);
            case Member.StreamOptions when !isAnthropic:
                return ReadStreamOptions(ref reader, into, outline);
            case Member.User when !isAnthropic:
                reason = PassToken(ref reader, into, out var user);
                outline.UserIdToken = user;
                return reason;
            case Member.SafetyIdentifier when !isAnthropic:
                reason = PassToken(ref reader, into, out var safety);
                outline.SafetyIdentifierToken = safety;
                return reason;
            case Member.PromptCacheKey when !isAnthropic:
                reason = PassToken(ref reader, into, out var cacheKey);
                outline.PromptCacheKeyToken = cacheKey;
                return reason;
            default:
                return ReadRequestMember(member, ref reader, into);
        }
    }

    // 1e400 is a number, if no temperature; what it means is the upstream's to say.
    static bool IsBeyondDouble(ref JsonTokens reader) =>
        reader.TokenType == JsonTokenType.Number && !(reader.TryGetDouble(out var value) && double.IsFinite(value));

    // 1024.0 or 1e30: a log line with it is refused, a request is the upstream's to judge.
    static void ReadOddMaxTokens(Member member, ref JsonTokens reader, ParsedExchange into)
    {
        if (!into.Scratch.HasMaxCompletionTokens && reader.TryGetDouble(out var tokens))
        {
            into.MaxTokens = (int)Math.Clamp(tokens, int.MinValue, int.MaxValue);
        }

        into.Scratch.HasMaxCompletionTokens |= member == Member.MaxCompletionTokens;
    }

    static RejectReason ReadMetadata(ref JsonTokens reader, ParsedExchange into, RequestOutline outline)
    {
        var start = reader.TokenStartIndex;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            outline.NullMetadata = TokenAt(ref reader);
            return AbsentOrWrong(ref reader, into);
        }

        var seen = OpenObject(into);
        RejectReason reason;
        while (NextMember(ref reader, into, ref seen, out var member, out reason))
        {
            reason = PassToken(ref reader, into, out var value);
            outline.UserIdToken = member == Member.UserId ? value : outline.UserIdToken;
            if (reason != RejectReason.None)
            {
                return reason;
            }
        }

        outline.Metadata = new TextSlice(start, reader.BytesConsumed - start);
        return reason;
    }

    static RejectReason ReadStreamOptions(ref JsonTokens reader, ParsedExchange into, RequestOutline outline)
    {
        var start = reader.TokenStartIndex;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            outline.NullStreamOptions = TokenAt(ref reader);
            return AbsentOrWrong(ref reader, into);
        }

        var seen = OpenObject(into);
        RejectReason reason;
        while (NextMember(ref reader, into, ref seen, out var member, out reason))
        {
            if (member == Member.IncludeUsage)
            {
                outline.IncludeUsageToken = TokenAt(ref reader);
                reason = ReadFlag(ref reader, into, out var include);
                outline.IncludeUsage = include;
            }
            else
            {
                reason = Pass(ref reader, into);
            }

            if (reason != RejectReason.None)
            {
                return reason;
            }
        }

        outline.StreamOptions = new TextSlice(start, reader.BytesConsumed - start);
        return reason;
    }

    static RejectReason PassToken(ref JsonTokens reader, ParsedExchange into, out TextSlice token)
    {
        var start = reader.TokenStartIndex;
        var reason = Pass(ref reader, into);
        token = new TextSlice(start, reader.BytesConsumed - start);
        return reason;
    }

    static TextSlice TokenAt(ref JsonTokens reader) =>
        new(reader.TokenStartIndex, reader.BytesConsumed - reader.TokenStartIndex);
}
