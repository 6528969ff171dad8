using System.Text.Json;

namespace Stillwatch.Engine.Exchanges;

public static partial class ExchangeParser
{
    /// <summary>An object that requests hold opens; the result is what <see cref="NextMember"/> notes its known members in.</summary>
    static ulong OpenObject(ParsedExchange into)
    {
        if (into.Scratch.Outline is not null)
        {
            into.Scratch.Names.Open();
        }

        return 0;
    }

    /// <summary>Goes on to the value of the object's next member. False at the object's end, or when the member must not be, for a reason.</summary>
    static bool NextMember(ref JsonTokens reader, ParsedExchange into, ref ulong seen, out Member member, out RejectReason reason)
    {
        member = Member.Unknown;
        reason = RejectReason.None;
        var outline = into.Scratch.Outline;
        if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
        {
            if (outline is not null)
            {
                into.Scratch.Names.Close();
            }

            return false;
        }

        member = Members.Of(ref reader);
        if (outline is null)
        {
            reason = Members.FirstTime(member, ref seen) ? RejectReason.None : RejectReason.DuplicateKey;
        }
        else
        {
            reason = TakeName(ref reader, into);
        }

        if (reason != RejectReason.None)
        {
            return false;
        }

        reader.Read();
        return outline is null || member != Member.FileId || (reason = NoteFileId(ref reader, outline)) == RejectReason.None;
    }

    /// <summary>Passes over a value, however deep. In a live request the names inside are looked at.</summary>
    static RejectReason Pass(ref JsonTokens reader, ParsedExchange into, bool withFileIds = true)
    {
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return RejectReason.None;
        }

        if (into.Scratch.Outline is not { } outline)
        {
            reader.Skip();
            return RejectReason.None;
        }

        var names = into.Scratch.Names;
        var depth = reader.CurrentDepth;
        var isFileId = false;
        do
        {
            var reason = RejectReason.None;
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    names.Open();
                    break;
                case JsonTokenType.EndObject:
                    names.Close();
                    break;
                case JsonTokenType.PropertyName:
                    isFileId = withFileIds && Members.Of(ref reader) == Member.FileId;
                    reason = TakeName(ref reader, into);
                    break;
                case JsonTokenType.String when isFileId:
                    reason = NoteFileId(ref reader, outline);
                    break;
            }

            isFileId &= reader.TokenType == JsonTokenType.PropertyName;
            if (reason != RejectReason.None)
            {
                return reason;
            }
        }
        while ((reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray) || reader.CurrentDepth > depth) && reader.Read());
        return RejectReason.None;
    }

    static RejectReason TakeName(ref JsonTokens reader, ParsedExchange into) => into.Scratch.Names.Add(ref reader) switch
    {
        NameCheck.First => RejectReason.None,
        NameCheck.Twin => RejectReason.DuplicateKey,
        _ => RejectReason.TooMany,
    };

    static RejectReason NoteFileId(ref JsonTokens reader, RequestOutline outline)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            return RejectReason.None;
        }

        if (outline.FileIds.Count == RequestOutline.MaxFileIds)
        {
            return RejectReason.TooMany;
        }

        outline.FileIds.Add(new TextSlice(reader.TokenStartIndex + 1, reader.ValueSpan.Length));
        return RejectReason.None;
    }
}
