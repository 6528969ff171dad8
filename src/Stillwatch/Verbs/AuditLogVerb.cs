using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Stillwatch.Engine.Judgement;
using Stillwatch.Storage;
using Stillwatch.Storage.Audits;

namespace Stillwatch.Verbs;

/// <summary><c>stillwatch audit-log verify|list --data DIR</c>: who saw and did what, read beside the server that writes it.</summary>
/// <remarks>Exit codes: 0 whole, or listed; 1 an entry is missing or was changed; 2 wrong usage, or no audit log there.</remarks>
static class AuditLogVerb
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print the answer as JSON.", Recursive = true };
        var data = new Option<string>("--data") { Description = "A server's data directory; the server may run on.", HelpName = "DIR", Required = true, Recursive = true };
        return new Command("audit-log", "Check that nothing was taken out of the audit log, or read it.") { json, data, Verify(json, data), List(json, data) };
    }

    static Command Verify(Option<bool> json, Option<string> data)
    {
        var head = new Option<string?>("--head") { Description = "A head that an earlier check printed: it must still be part of the log.", HelpName = "\"N HASH\"" };
        var verb = new Command("verify", "Follow the chain of entries: one that is missing or was changed shows.") { head };
        verb.SetAction(parsed => Open(parsed, parsed.GetRequiredValue(data), log =>
        {
            var (verification, output) = (log.Verify(parsed.GetValue(head)), parsed.InvocationConfiguration.Output);
            output.WriteLine(
                parsed.GetValue(json) ? JsonSerializer.Serialize(verification, AuditJson.Readable.AuditVerification)
                : verification.IsWhole ? $"whole: {verification.Entries} entries, {verification.Removed} gone by retention; head {verification.Head}"
                : $"NOT WHOLE at entry {verification.FaultAt}: {verification.Says}. {verification.Entries} entries before it are as they were written.");
            return verification.IsWhole ? ExitCode.Done : ExitCode.Failed;
        }));
        return verb;
    }

    static Command List(Option<bool> json, Option<string> data)
    {
        var who = new Option<string?>("--who") { Description = "Only this person.", HelpName = "NAME" };
        var action = new Option<string?>("--action") { Description = "Only this action.", HelpName = "ACTION" };
        var subject = new Option<string?>("--subject") { Description = "Only about this, such as \"case case_…\".", HelpName = "SUBJECT" };
        var before = new Option<long?>("--before") { Description = "Only entries with a lower number.", HelpName = "N" };
        var limit = new Option<int>("--limit") { Description = "At most so many.", HelpName = "N", DefaultValueFactory = _ => 100 };
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > AuditLog.MostPerPage)
            {
                result.AddError($"--limit: from 1 to {AuditLog.MostPerPage}.");
            }
        });
        var verb = new Command("list", "Print entries, the newest first.") { who, action, subject, before, limit };
        verb.SetAction(parsed => Open(parsed, parsed.GetRequiredValue(data), log =>
        {
            var query = new AuditQuery(parsed.GetValue(before), parsed.GetValue(limit), parsed.GetValue(who), parsed.GetValue(action), parsed.GetValue(subject));
            foreach (var row in log.Page(query))
            {
                parsed.InvocationConfiguration.Output.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(row, AuditJson.Lines.AuditRow) : Line(row));
            }

            return ExitCode.Done;
        }));
        return verb;
    }

    static string Line(AuditRow row)
    {
        var entry = row.Entry;
        return $"{row.Sequence}  {entry.At:yyyy-MM-dd HH:mm:ss}Z  {Plain(entry.Who)}{(entry.Role.Length > 0 ? $" ({Plain(entry.Role)})" : "")}  {entry.Face.ToString().ToLowerInvariant()}  {
            Plain(entry.Action)}{(entry.Subject is { } subject ? $"  {Plain(subject)}" : "")}  {entry.Outcome.ToString().ToLowerInvariant()}{
            (entry.Reason is { } reason ? $"  because: {Plain(reason)}" : "")}{(entry.Detail is { } detail ? $"  [{Plain(detail)}]" : "")}";
    }

    static int Open(ParseResult parsed, string path, Func<AuditLog, int> use)
    {
        try
        {
            using var directory = DataDirectory.Look(path);
            using var log = AuditLog.OpenToRead(directory.AuditPath, directory.Pepper());
            return use(log);
        }
        catch (StorageUnusableException e)
        {
            parsed.InvocationConfiguration.Error.WriteLine(e.Message);
            return ExitCode.WrongUsage;
        }
    }

    static string Plain(string text) => ExplanationText.Plain(text);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AuditVerification))]
[JsonSerializable(typeof(AuditRow))]
sealed partial class AuditJson : JsonSerializerContext
{
    public static AuditJson Readable { get; } = new(Made(isIndented: true));

    /// <summary>An entry a line.</summary>
    public static AuditJson Lines { get; } = new(Made(isIndented: false));

    static JsonSerializerOptions Made(bool isIndented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new LowerCaseEnum<AuditFace>(), new LowerCaseEnum<AuditOutcome>() },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = isIndented,
        NewLine = "\n",
    };
}
