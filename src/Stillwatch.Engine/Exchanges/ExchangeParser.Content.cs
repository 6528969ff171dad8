using System.Text.Json;

namespace Stillwatch.Engine.Exchanges;

public static partial class ExchangeParser
{
    /// <summary>Whose words a content holds.</summary>
    enum Speaker
    {
        Nobody,
        User,
        Assistant,
        SystemMember,
        SystemMessage,
        Tool,
        Response,
    }

    // A content is a string, a list of blocks, or null (an assistant turn of tool calls only).
    static RejectReason ReadContent(ref JsonTokens reader, Speaker speaker, ParsedExchange into)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            Note(PieceAt(ref reader), speaker, into);
            return RejectReason.None;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return AbsentOrWrong(ref reader, into);
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return Wrong(ref reader, into);
            }

            var reason = ReadBlock(ref reader, speaker, into);
            if (reason != RejectReason.None)
            {
                return reason;
            }
        }

        return RejectReason.None;
    }

    static RejectReason ReadBlock(ref JsonTokens reader, Speaker speaker, ParsedExchange into)
    {
        var seen = OpenObject(into);
        RejectReason reason;
        var kind = BlockKind.Text; // a block without a type but with a text is a text
        JsonTokens text = default, id = default;
        bool hasText = false, hasId = false;
        while (NextMember(ref reader, into, ref seen, out var member, out reason))
        {
            switch (member)
            {
                case Member.Type:
                    if (reader.TokenType != JsonTokenType.String)
                    {
                        return Wrong(ref reader, into);
                    }

                    kind = KindOf(ref reader, into);
                    break;
                case Member.Text:
                    text = reader;
                    hasText = true;
                    reason = Pass(ref reader, into);
                    break;
                case Member.Id or Member.ToolUseId:
                    id = reader;
                    hasId = true;
                    reason = Pass(ref reader, into);
                    break;
                case Member.Input: // a tool's arguments are the model's words: what is called file_id there is none of ours
                    reason = Pass(ref reader, into, withFileIds: false);
                    break;
                default:
                    reason = Pass(ref reader, into);
                    break;
            }

            if (reason != RejectReason.None)
            {
                return reason;
            }
        }

        if (reason != RejectReason.None)
        {
            return reason;
        }

        switch (kind)
        {
            case BlockKind.Text when hasText:
                if (text.TokenType != JsonTokenType.String)
                {
                    return AbsentOrWrong(ref text, into);
                }

                Note(PieceAt(ref text), speaker, into);
                return RejectReason.None;
            case BlockKind.ToolUse when speaker == Speaker.Response:
                into.ResponseToolUses++;
                return hasId ? ReadIssuedId(ref id, into) : RejectReason.None;
            case BlockKind.ToolResult:
                into.ToolResults++;
                return hasId ? ReadPresentedId(ref id, into) : RejectReason.None;
            case BlockKind.ToolUse when speaker == Speaker.Assistant && hasId:
                return ReadPresentedId(ref id, into);
            default:
                return RejectReason.None;
        }
    }

    enum BlockKind
    {
        Text,
        ToolUse,
        ToolResult,
        Other,
    }

    static BlockKind KindOf(ref JsonTokens reader, ParsedExchange into)
    {
        var type = reader.ValueSpan;
        if (reader.ValueIsEscaped)
        {
            var kept = Keep(type, escaped: true, into);
            type = into[kept];
        }

        return type.SequenceEqual("text"u8) ? BlockKind.Text
            : type.SequenceEqual("tool_use"u8) ? BlockKind.ToolUse
            : type.SequenceEqual("tool_result"u8) ? BlockKind.ToolResult
            : BlockKind.Other;
    }

    // OpenAI's shape of tool calls, beside the content: [{"id":…,"function":…}].
    static RejectReason ReadToolCalls(ref JsonTokens reader, Speaker speaker, ParsedExchange into)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return AbsentOrWrong(ref reader, into);
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return Wrong(ref reader, into);
            }

            into.ResponseToolUses += speaker == Speaker.Response ? 1 : 0;
            var seen = OpenObject(into);
            RejectReason reason;
            while (NextMember(ref reader, into, ref seen, out var member, out reason))
            {
                reason = member != Member.Id ? Pass(ref reader, into)
                    : speaker == Speaker.Response ? ReadIssuedId(ref reader, into)
                    : ReadPresentedId(ref reader, into);
                if (reason != RejectReason.None)
                {
                    return reason;
                }
            }

            if (reason != RejectReason.None)
            {
                return reason;
            }
        }

        return RejectReason.None;
    }

    static void Note(TextPiece piece, Speaker speaker, ParsedExchange into)
    {
        var scratch = into.Scratch;
        switch (speaker)
        {
            case Speaker.User:
                scratch.NewUser.Add(piece);
                if (into.AssistantTurns == 0)
                {
                    scratch.FirstUser.Add(piece);
                }

                break;
            case Speaker.Assistant: scratch.Prior.Add(piece); break;
            case Speaker.SystemMember: scratch.SystemMember.Add(piece); break;
            case Speaker.SystemMessage: scratch.SystemMessages.Add(piece); break;
            case Speaker.Response: scratch.Response.Add(piece); break;
        }
    }

    static TextPiece PieceAt(ref JsonTokens reader) =>
        new(reader.TokenStartIndex + 1, reader.ValueSpan.Length, reader.ValueIsEscaped);

    static RejectReason ReadIssuedId(ref JsonTokens reader, ParsedExchange into)
    {
        var reason = ReadText(ref reader, into, out var id);
        if (!id.IsEmpty && into.IssuedIds.Count < IdSlices.Capacity)
        {
            into.IssuedIds.Add(id);
        }

        return reason;
    }

    // A call's id stands twice in a conversation, with the call and with its result: it counts once, and the last ones stay.
    static RejectReason ReadPresentedId(ref JsonTokens reader, ParsedExchange into)
    {
        var reason = ReadText(ref reader, into, out var id);
        if (id.IsEmpty)
        {
            return reason;
        }

        foreach (var known in into.PresentedIds.All)
        {
            if (into[known].SequenceEqual(into[id]))
            {
                into.Advance(-id.Length);
                return reason;
            }
        }

        into.PresentedIds.MakeRoom();
        into.PresentedIds.Add(id);
        return reason;
    }
}
