using System.Text.Json;

namespace Stillwatch.Engine.Exchanges;

public static partial class ExchangeParser
{
    const int FirstSaneYear = 2000; // before that no API spoke of models; digests count seconds in 32 bits
    const int LastSaneYear = 2100;

    static RejectReason ReadText(ref JsonTokens reader, ParsedExchange into, out TextSlice text)
    {
        text = default;
        if (reader.TokenType == JsonTokenType.String)
        {
            text = Keep(reader.ValueSpan, reader.ValueIsEscaped, into);
            return RejectReason.None;
        }

        return AbsentOrWrong(ref reader, into);
    }

    static TextSlice Keep(ReadOnlySpan<byte> raw, bool escaped, ParsedExchange into)
    {
        if (!escaped)
        {
            return into.Append(raw);
        }

        // Unescaped is never longer than escaped; the spare bytes are what Unescape wants free before a code point.
        var start = into.UsedBytes;
        into.Advance(JsonText.Unescape(raw, into.Reserve(raw.Length + 4), out _));
        return new TextSlice(start, into.UsedBytes - start);
    }

    static RejectReason ReadFlag(ref JsonTokens reader, ParsedExchange into, out bool flag)
    {
        flag = reader.TokenType == JsonTokenType.True;
        return flag || reader.TokenType == JsonTokenType.False ? RejectReason.None : AbsentOrWrong(ref reader, into);
    }

    static RejectReason ReadNumber(ref JsonTokens reader, ParsedExchange into, out long number)
    {
        number = 0;
        return reader.TokenType == JsonTokenType.Number
            ? reader.TryGetInt64(out number) ? RejectReason.None : RejectReason.WrongType
            : AbsentOrWrong(ref reader, into);
    }

    static int ToInt(long number) => (int)Math.Clamp(number, int.MinValue, int.MaxValue);

    static RejectReason ReadTemperature(ref JsonTokens reader, ParsedExchange into)
    {
        if (reader.TokenType != JsonTokenType.Number)
        {
            return AbsentOrWrong(ref reader, into);
        }

        if (!reader.TryGetDouble(out var temperature) || !double.IsFinite(temperature))
        {
            return RejectReason.WrongType;
        }

        into.Temperature = temperature;
        return RejectReason.None;
    }

    static RejectReason ReadTime(ref JsonTokens reader, ParsedExchange into)
    {
        var reason = ReadText(ref reader, into, out var text);
        if (reason != RejectReason.None || reader.TokenType == JsonTokenType.Null)
        {
            return reason;
        }

        if (!Rfc3339.TryParse(into[text], out var timeMs))
        {
            return RejectReason.BadTime;
        }

        into.TimeMs = timeMs;
        into.Scratch.HasTime = true;
        return timeMs >= LastSaneMs ? RejectReason.FutureTime : timeMs < FirstSaneMs ? RejectReason.BadTime : RejectReason.None;
    }

    static readonly long FirstSaneMs = new DateTimeOffset(FirstSaneYear, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    static readonly long LastSaneMs = new DateTimeOffset(LastSaneYear + 1, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    static RejectReason ReadApi(ref JsonTokens reader, ParsedExchange into)
    {
        var reason = ReadText(ref reader, into, out var text);
        if (reason != RejectReason.None || reader.TokenType == JsonTokenType.Null)
        {
            return reason;
        }

        into.Scratch.HasApi = true;
        if (into[text].SequenceEqual("anthropic.messages"u8))
        {
            into.Api = ExchangeApi.AnthropicMessages;
            return RejectReason.None;
        }

        into.Api = ExchangeApi.OpenAiChat;
        return into[text].SequenceEqual("openai.chat"u8) ? RejectReason.None : RejectReason.UnknownApi;
    }

    static RejectReason ReadClient(ref JsonTokens reader, ParsedExchange into)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return AbsentOrWrong(ref reader, into);
        }

        var seen = 0UL;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = Members.Of(ref reader);
            if (!Members.FirstTime(member, ref seen))
            {
                return RejectReason.DuplicateKey;
            }

            reader.Read();
            var reason = ReadClientMember(member, ref reader, into);
            if (reason != RejectReason.None)
            {
                return reason;
            }
        }

        return RejectReason.None;
    }

    static RejectReason ReadClientMember(Member member, ref JsonTokens reader, ParsedExchange into)
    {
        if (member == Member.Asn)
        {
            var read = ReadNumber(ref reader, into, out var asn);
            into.Asn = asn;
            return read;
        }

        if (member is not (Member.Ip or Member.UserAgent or Member.Ja4 or Member.EndUser or Member.Session))
        {
            reader.Skip();
            return RejectReason.None;
        }

        var reason = ReadText(ref reader, into, out var text);
        switch (member)
        {
            case Member.Ip: into.Ip = text; break;
            case Member.UserAgent: into.UserAgent = text; break;
            case Member.Ja4: into.Ja4 = text; break;
            case Member.EndUser: into.EndUser = text; break;
            default: into.Session = text; break;
        }

        return reason;
    }

    static RejectReason AbsentOrWrong(ref JsonTokens reader, ParsedExchange into) =>
        reader.TokenType == JsonTokenType.Null ? RejectReason.None : Wrong(ref reader, into);

    static RejectReason Wrong(ref JsonTokens reader, ParsedExchange into)
    {
        into.Scratch.FaultAt = reader.TokenStartIndex;
        return RejectReason.WrongType;
    }
}
