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
    static RejectReason ReadContent(ref Utf8JsonReader reader, Speaker speaker, ParsedExchange into)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            Note(PieceAt(ref reader), speaker, into);
            return RejectReason.None;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return AbsentOrWrong(ref reader);
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return RejectReason.WrongType;
            }

            var reason = ReadBlock(ref reader, speaker, into);
            if (reason != RejectReason.None)
            {
                return reason;
            }
        }

        return RejectReason.None;
    }

    static RejectReason ReadBlock(ref Utf8JsonReader reader, Speaker speaker, ParsedExchange into)
    {
        var seen = 0UL;
        var kind = BlockKind.Text; // a block without a type but with a text is a text
        Utf8JsonReader text = default, id = default;
        bool hasText = false, hasId = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = Members.Of(ref reader);
            if (!Members.FirstTime(member, ref seen))
            {
                return RejectReason.DuplicateKey;
            }

            reader.Read();
            switch (member)
            {
                case Member.Type:
                    if (reader.TokenType != JsonTokenType.String)
                    {
                        return RejectReason.WrongType;
                    }

                    kind = KindOf(ref reader, into);
                    break;
                case Member.Text:
                    text = reader;
                    hasText = true;
                    reader.Skip();
                    break;
                case Member.Id or Member.ToolUseId:
                    id = reader;
                    hasId = true;
                    reader.Skip();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        switch (kind)
        {
            case BlockKind.Text when hasText:
                if (text.TokenType != JsonTokenType.String)
                {
                    return AbsentOrWrong(ref text);
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

    static BlockKind KindOf(ref Utf8JsonReader reader, ParsedExchange into)
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
    static RejectReason ReadToolCalls(ref Utf8JsonReader reader, Speaker speaker, ParsedExchange into)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return AbsentOrWrong(ref reader);
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return RejectReason.WrongType;
            }

            into.ResponseToolUses += speaker == Speaker.Response ? 1 : 0;
            var seen = 0UL;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var member = Members.Of(ref reader);
                if (!Members.FirstTime(member, ref seen))
                {
                    return RejectReason.DuplicateKey;
                }

                reader.Read();
                if (member != Member.Id)
                {
                    reader.Skip();
                    continue;
                }

                var reason = speaker == Speaker.Response ? ReadIssuedId(ref reader, into) : ReadPresentedId(ref reader, into);
                if (reason != RejectReason.None)
                {
                    return reason;
                }
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

    static TextPiece PieceAt(ref Utf8JsonReader reader) =>
        new((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length, reader.ValueIsEscaped);

    static RejectReason ReadIssuedId(ref Utf8JsonReader reader, ParsedExchange into)
    {
        var reason = ReadText(ref reader, into, out var id);
        if (!id.IsEmpty && into.IssuedIds.Count < ParsedExchange.MaxIds)
        {
            into.IssuedIds.Add(id);
        }

        return reason;
    }

    // A call's id stands twice in a conversation, with the call and with its result: it counts once, and the last ones stay.
    static RejectReason ReadPresentedId(ref Utf8JsonReader reader, ParsedExchange into)
    {
        var reason = ReadText(ref reader, into, out var id);
        if (id.IsEmpty)
        {
            return reason;
        }

        foreach (var known in into.PresentedIds)
        {
            if (into[known].SequenceEqual(into[id]))
            {
                into.Advance(-id.Length);
                return reason;
            }
        }

        if (into.PresentedIds.Count == ParsedExchange.MaxIds)
        {
            into.PresentedIds.RemoveAt(0);
        }

        into.PresentedIds.Add(id);
        return reason;
    }
}
