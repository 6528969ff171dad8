using System.Text.Json;
using System.Text.Unicode;

namespace Stillwatch.Engine.Exchanges;

/// <summary>Takes one line of an exchange log (contract 5.1) apart, in one forward pass and without allocating.</summary>
/// <remarks>
/// <para>Only what detection acts on is read; unknown members are skipped, <c>null</c> counts as absent. Where two readings of
/// one line are possible (a member twice), the line is refused rather than guessed at.</para>
/// <para>The pass notes where texts lie (<see cref="TextPiece"/>) and unescapes only those that are kept, so a coding client's
/// 19,000 resent tokens cost one scan and no copy. Thread-safe: all state is in the <see cref="ParsedExchange"/>.</para>
/// </remarks>
public static partial class ExchangeParser
{
    /// <summary>Deeper JSON is refused. Tool schemas seen in practice stay under 64 levels.</summary>
    public const int MaxDepth = 256;

    /// <summary>Deeper live requests are refused. Half of a log line's, so that every request that was served fits into a line.</summary>
    public const int MaxLiveDepth = 128;

    /// <summary>Reads <paramref name="line"/> (without its line end) into <paramref name="into"/>.</summary>
    /// <param name="reason">Why not, when the result is false; <paramref name="into"/> is then only partly filled.</param>
    /// <returns>Whether the line is a usable exchange. Never throws, whatever the bytes.</returns>
    public static bool TryParse(ReadOnlySpan<byte> line, ParsedExchange into, out RejectReason reason)
    {
        ArgumentNullException.ThrowIfNull(into);
        into.Clear();
        reason = RejectReason.None;
        if (!MayBeJson(line))
        {
            reason = Utf8.IsValid(line) ? RejectReason.BadJson : RejectReason.InvalidUtf8;
            return false;
        }

        if (!Utf8.IsValid(line))
        {
            reason = RejectReason.InvalidUtf8;
            return false;
        }

        var reader = new JsonTokens(line, MaxDepth);
        try
        {
            reason = ReadLine(ref reader, line, into);
        }
        catch (JsonException)
        {
            reason = BrokenJson.ReasonOf(line, MaxDepth, out _);
        }

        return reason == RejectReason.None;
    }

    // A wrong file is mostly lines like this; an exception for each would make reading it a hundred times slower.
    static bool MayBeJson(ReadOnlySpan<byte> line)
    {
        var start = line.IndexOfAnyExcept(" \t\r\n"u8);
        return start >= 0 && "{[\"-0123456789tfn"u8.Contains(line[start]);
    }

    static RejectReason ReadLine(ref JsonTokens reader, ReadOnlySpan<byte> line, ParsedExchange into)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            reader.Read(); // throws when something follows the value: then it is no JSON either
            return RejectReason.NotAnObject;
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
            var reason = ReadTopMember(member, ref reader, into);
            if (reason != RejectReason.None)
            {
                return reason;
            }
        }

        reader.Read(); // throws when something follows the object
        var scratch = into.Scratch;
        if (!scratch.HasTime || !scratch.HasApi || !scratch.HasMessages || into.Account.IsEmpty || into.Model.IsEmpty)
        {
            return RejectReason.MissingMember;
        }

        Compose(line, into);
        return RejectReason.None;
    }

    static RejectReason ReadTopMember(Member member, ref JsonTokens reader, ParsedExchange into)
    {
        RejectReason reason;
        TextSlice text;
        switch (member)
        {
            case Member.Time:
                return ReadTime(ref reader, into);
            case Member.Api:
                return ReadApi(ref reader, into);
            case Member.Client:
                return ReadClient(ref reader, into);
            case Member.Request:
                return ReadRequest(ref reader, into);
            case Member.Response:
                return ReadResponse(ref reader, into);
            case Member.Id:
                reason = ReadText(ref reader, into, out text);
                into.Id = text;
                return reason;
            case Member.Account:
                reason = ReadText(ref reader, into, out text);
                into.Account = text;
                return reason;
            case Member.Organization:
                reason = ReadText(ref reader, into, out text);
                into.Organization = text;
                return reason;
            case Member.Key:
                reason = ReadText(ref reader, into, out text);
                into.Key = text;
                return reason;
            case Member.App:
                reason = ReadText(ref reader, into, out text);
                into.App = text;
                return reason;
            case Member.Batch:
                reason = ReadFlag(ref reader, into, out var batch);
                into.Batch = batch;
                return reason;
            case Member.Status:
                reason = ReadNumber(ref reader, into, out var status);
                into.Status = ToInt(status);
                return reason;
            default:
                reader.Skip();
                return RejectReason.None;
        }
    }
}
