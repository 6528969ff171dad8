using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace Stillwatch.Engine.Exchanges;

/// <summary>Reads one line of an accounts, organizations or apps file (contract 5.2).</summary>
/// <remarks>The same reasons as for exchanges, so that a report counts all bad input in one list. These files are small beside a log.</remarks>
public static class RecordLine
{
    public static bool TryParse(ReadOnlySpan<byte> line, out AccountRecord? record, out RejectReason reason) =>
        TryParse(line, RecordsJson.Default.AccountRecord, "account", static r => r.Account, out record, out reason);

    public static bool TryParse(ReadOnlySpan<byte> line, out OrganizationRecord? record, out RejectReason reason) =>
        TryParse(line, RecordsJson.Default.OrganizationRecord, "organization", static r => r.Organization, out record, out reason);

    public static bool TryParse(ReadOnlySpan<byte> line, out AppRecord? record, out RejectReason reason) =>
        TryParse(line, RecordsJson.Default.AppRecord, "app", static r => r.App, out record, out reason);

    static bool TryParse<T>(
        ReadOnlySpan<byte> line, JsonTypeInfo<T> type, string idMember, Func<T, string> id, out T? record, out RejectReason reason)
        where T : class
    {
        record = null;
        reason = Check(line, idMember);
        if (reason != RejectReason.None)
        {
            return false;
        }

        try
        {
            record = JsonSerializer.Deserialize(line, type);
        }
        catch (JsonException)
        {
            reason = RejectReason.WrongType; // its syntax and names were checked above
            return false;
        }

        reason = record is null || string.IsNullOrEmpty(id(record)) ? RejectReason.MissingMember : RejectReason.None;
        return reason == RejectReason.None;
    }

    // The serializer says only that something is wrong; this says what, and refuses times without a zone, which it would read as local.
    static RejectReason Check(ReadOnlySpan<byte> line, string idMember)
    {
        if (!Utf8.IsValid(line))
        {
            return RejectReason.InvalidUtf8;
        }

        var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = ExchangeParser.MaxDepth });
        try
        {
            return CheckObject(ref reader, idMember);
        }
        catch (JsonException)
        {
            return RejectReason.BadJson;
        }
        catch (InvalidOperationException)
        {
            return RejectReason.BadJson; // a lone surrogate: an identifier that cannot be told apart from another
        }
    }

    static RejectReason CheckObject(ref Utf8JsonReader reader, string idMember)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            reader.Read();
            return RejectReason.NotAnObject;
        }

        var reason = RejectReason.None;
        var names = new HashSet<string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reason = names.Add(name) ? reason : RejectReason.DuplicateKey;
            reader.Read();
            if (name == "created" && reader.TokenType == JsonTokenType.String && !Rfc3339.TryParse(reader.ValueSpan, out _))
            {
                reason = RejectReason.BadTime;
            }

            if (name == idMember && reader.TokenType == JsonTokenType.Null)
            {
                reason = RejectReason.MissingMember;
            }

            reader.Skip();
        }

        reader.Read();
        return reason != RejectReason.None || names.Contains(idMember) ? reason : RejectReason.MissingMember;
    }
}
