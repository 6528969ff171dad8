using System.Text.Json;

namespace Stillwatch.Engine.Exchanges;

public static partial class ExchangeParser
{
    static RejectReason ReadRequest(ref JsonTokens reader, ParsedExchange into)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return AbsentOrWrong(ref reader, into);
        }

        var seen = OpenObject(into);
        RejectReason reason;
        while (NextMember(ref reader, into, ref seen, out var member, out reason))
        {
            reason = ReadRequestMember(member, ref reader, into);
            if (reason != RejectReason.None)
            {
                break;
            }
        }

        return reason;
    }

    static RejectReason ReadRequestMember(Member member, ref JsonTokens reader, ParsedExchange into)
    {
        RejectReason reason;
        switch (member)
        {
            case Member.Model:
                reason = ReadText(ref reader, into, out var model);
                into.Model = model;
                return reason;
            case Member.System:
                return ReadContent(ref reader, Speaker.SystemMember, into);
            case Member.Messages:
                return ReadMessages(ref reader, into);
            case Member.Tools:
                return NoteTools(ref reader, into);
            case Member.Stream:
                reason = ReadFlag(ref reader, into, out var stream);
                into.Stream = stream;
                return reason;
            case Member.Temperature:
                return ReadTemperature(ref reader, into);
            case Member.MaxTokens or Member.MaxCompletionTokens:
                reason = ReadNumber(ref reader, into, out var tokens);
                if (!into.Scratch.HasMaxCompletionTokens)
                {
                    into.MaxTokens = ToInt(tokens);
                }

                into.Scratch.HasMaxCompletionTokens |= member == Member.MaxCompletionTokens;
                return reason;
            default:
                return Pass(ref reader, into);
        }
    }

    static RejectReason NoteTools(ref JsonTokens reader, ParsedExchange into)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return AbsentOrWrong(ref reader, into);
        }

        var start = reader.TokenStartIndex;
        reader.Read();
        var isEmpty = reader.TokenType == JsonTokenType.EndArray;
        while (reader.TokenType != JsonTokenType.EndArray)
        {
            var reason = Pass(ref reader, into, withFileIds: false);
            if (reason != RejectReason.None)
            {
                return reason;
            }

            reader.Read();
        }

        into.Scratch.ToolsArray = isEmpty ? default : new TextPiece(start, reader.BytesConsumed - start, Escaped: false);
        return RejectReason.None;
    }

    static RejectReason ReadMessages(ref JsonTokens reader, ParsedExchange into)
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

            var reason = ReadMessage(ref reader, into);
            if (reason != RejectReason.None)
            {
                return reason;
            }
        }

        if (into.Scratch.EndsWithAssistant)
        {
            into.Scratch.SetPrefillAside();
            into.AssistantTurns--;
        }

        into.Scratch.HasMessages = true;
        return RejectReason.None;
    }

    // Members come in any order, and what a content means depends on the role: one that comes first is gone back to.
    static RejectReason ReadMessage(ref JsonTokens reader, ParsedExchange into)
    {
        var seen = OpenObject(into);
        var speaker = Speaker.Nobody;
        RejectReason reason;
        JsonTokens earlyContent = default, earlyCalls = default, callId = default;
        bool hasContent = false, hasCalls = false, hasCallId = false;
        while (NextMember(ref reader, into, ref seen, out var member, out reason))
        {
            switch (member)
            {
                case Member.Role:
                    reason = ReadRole(ref reader, into, out speaker);
                    break;
                case Member.Content when speaker != Speaker.Nobody:
                    reason = ReadContent(ref reader, speaker, into);
                    break;
                case Member.ToolCalls when speaker != Speaker.Nobody:
                    reason = ReadToolCalls(ref reader, speaker, into);
                    break;
                case Member.Content:
                    hasContent = true;
                    earlyContent = reader;
                    reader.Skip();
                    break;
                case Member.ToolCalls:
                    hasCalls = true;
                    earlyCalls = reader;
                    reader.Skip();
                    break;
                case Member.ToolCallId:
                    hasCallId = true;
                    callId = reader;
                    reason = Pass(ref reader, into);
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

        if (speaker == Speaker.Nobody)
        {
            into.Scratch.FaultAt = reader.TokenStartIndex;
            return RejectReason.MissingMember;
        }

        var late = hasContent ? ReadContent(ref earlyContent, speaker, into) : RejectReason.None;
        late = late == RejectReason.None && hasCalls ? ReadToolCalls(ref earlyCalls, speaker, into) : late;
        return late == RejectReason.None && hasCallId && speaker == Speaker.Tool ? ReadPresentedId(ref callId, into) : late;
    }

    static RejectReason ReadRole(ref JsonTokens reader, ParsedExchange into, out Speaker speaker)
    {
        speaker = Speaker.Nobody;
        var mark = into.UsedBytes;
        var reason = ReadText(ref reader, into, out var text);
        if (reason != RejectReason.None || text.IsEmpty)
        {
            return reason;
        }

        var role = into[text];
        speaker = role.SequenceEqual("user"u8) ? Speaker.User
            : role.SequenceEqual("assistant"u8) ? Speaker.Assistant
            : role.SequenceEqual("system"u8) || role.SequenceEqual("developer"u8) ? Speaker.SystemMessage
            : role.SequenceEqual("tool"u8) || role.SequenceEqual("function"u8) ? Speaker.Tool
            : Speaker.User; // servers map odd roles to the user; a made-up one must not hide text from the sketch
        into.Advance(mark - into.UsedBytes);
        switch (speaker)
        {
            case Speaker.Assistant when into.Scratch.BeginAssistant():
                into.AssistantTurns++;
                break;
            case Speaker.Tool:
                into.ToolResults++;
                into.Scratch.BeginUser();
                break;
            case Speaker.User:
                into.Scratch.BeginUser();
                break;
        }

        return RejectReason.None;
    }
}
