using System.Text.Json;

namespace Stillwatch.Engine.Exchanges;

public static partial class ExchangeParser
{
    static RejectReason ReadResponse(ref JsonTokens reader, ParsedExchange into)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return AbsentOrWrong(ref reader, into);
        }

        into.HasResponse = true;
        var seen = 0UL;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = Members.Of(ref reader);
            if (!Members.FirstTime(member, ref seen))
            {
                return RejectReason.DuplicateKey;
            }

            reader.Read();
            var reason = RejectReason.None;
            switch (member)
            {
                case Member.Id: reason = ReadIssuedId(ref reader, into); break;
                case Member.Content: reason = ReadContent(ref reader, Speaker.Response, into); break;
                case Member.Choices: reason = ReadChoices(ref reader, into); break;
                case Member.Usage: reason = ReadUsage(ref reader, into); break;
                default: reader.Skip(); break;
            }

            if (reason != RejectReason.None)
            {
                return reason;
            }
        }

        return RejectReason.None;
    }

    static RejectReason ReadChoices(ref JsonTokens reader, ParsedExchange into)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return AbsentOrWrong(ref reader, into);
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return RejectReason.WrongType;
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
                if (member != Member.Message)
                {
                    reader.Skip();
                    continue;
                }

                var reason = ReadChoiceMessage(ref reader, into);
                if (reason != RejectReason.None)
                {
                    return reason;
                }
            }
        }

        return RejectReason.None;
    }

    static RejectReason ReadChoiceMessage(ref JsonTokens reader, ParsedExchange into)
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
            var reason = RejectReason.None;
            switch (member)
            {
                case Member.Content: reason = ReadContent(ref reader, Speaker.Response, into); break;
                case Member.ToolCalls: reason = ReadToolCalls(ref reader, Speaker.Response, into); break;
                default: reader.Skip(); break;
            }

            if (reason != RejectReason.None)
            {
                return reason;
            }
        }

        return RejectReason.None;
    }

    // The two APIs count differently: Anthropic's input excludes what the cache served, OpenAI's prompt includes it.
    static RejectReason ReadUsage(ref JsonTokens reader, ParsedExchange into)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return AbsentOrWrong(ref reader, into);
        }

        long input = 0, output = 0, cacheRead = 0, cacheWrite = 0, prompt = -1;
        var seen = 0UL;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = Members.Of(ref reader);
            if (!Members.FirstTime(member, ref seen))
            {
                return RejectReason.DuplicateKey;
            }

            reader.Read();
            var reason = RejectReason.None;
            switch (member)
            {
                case Member.InputTokens: reason = ReadNumber(ref reader, into, out input); break;
                case Member.OutputTokens or Member.CompletionTokens: reason = ReadNumber(ref reader, into, out output); break;
                case Member.CacheReadTokens or Member.PromptCacheHitTokens: reason = ReadNumber(ref reader, into, out cacheRead); break;
                case Member.CacheCreationTokens: reason = ReadNumber(ref reader, into, out cacheWrite); break;
                case Member.PromptTokens: reason = ReadNumber(ref reader, into, out prompt); break;
                case Member.PromptTokensDetails: reason = ReadPromptDetails(ref reader, into, ref cacheRead, ref cacheWrite); break;
                default: reader.Skip(); break;
            }

            if (reason != RejectReason.None)
            {
                return reason;
            }
        }

        input = prompt >= 0 ? prompt - cacheRead - cacheWrite : input;
        into.HasUsage = true;
        into.Usage = new TokenUsage(Tokens(input), Tokens(cacheRead), Tokens(cacheWrite), Tokens(output));
        return RejectReason.None;
    }

    static RejectReason ReadPromptDetails(ref JsonTokens reader, ParsedExchange into, ref long cacheRead, ref long cacheWrite)
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
            var reason = RejectReason.None;
            switch (member)
            {
                case Member.CachedTokens: reason = ReadNumber(ref reader, into, out cacheRead); break;
                case Member.CacheWriteTokens: reason = ReadNumber(ref reader, into, out cacheWrite); break;
                default: reader.Skip(); break;
            }

            if (reason != RejectReason.None)
            {
                return reason;
            }
        }

        return RejectReason.None;
    }

    static int Tokens(long count) => (int)Math.Clamp(count, 0, int.MaxValue);
}
