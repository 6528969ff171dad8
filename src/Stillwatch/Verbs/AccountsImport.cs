using System.CommandLine;
using System.Text.Json;
using Stillwatch.Gateway.Admin;
using Stillwatch.Storage.Logs;

namespace Stillwatch.Verbs;

/// <summary><c>stillwatch accounts import FILE</c>: records of contract 5.2, accounts or organizations, to a running server.</summary>
static class AccountsImport
{
    const double MaxBadRatio = 0.01;

    public static Command Create(ServerOptions server)
    {
        var file = new Argument<string>("FILE") { Description = "JSON Lines of accounts or organizations, plain or compressed." };
        var by = AccountsVerb.By();
        var reason = new Option<string>("--reason") { Description = "Why; it stands in the history.", HelpName = "TEXT", DefaultValueFactory = _ => "imported" };
        var verb = new Command("import", "Take in records. They hold over everything before; what a record is silent on stays.") { file, by, reason };
        server.Act(verb, (client, parsed, stop) => SendAsync(
            client, parsed.GetRequiredValue(file), AccountsVerb.Query(("by", parsed.GetValue(by)), ("reason", parsed.GetValue(reason))), parsed.GetValue(server.Json), parsed, stop));
        return verb;
    }

    static async Task<int> SendAsync(AdminClient client, string file, string query, bool json, ParseResult parsed, CancellationToken stop)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        if (!File.Exists(file))
        {
            error.WriteLine(Directory.Exists(file)
                ? $"{file} is a directory: name the file in it, JSON Lines, one record a line."
                : $"There is no file {file}: name a file of JSON Lines, one record a line.");
            return ExitCode.WrongUsage;
        }

        AdminReply<ImportAnswer> reply;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/accounts/import{query}") { Content = new StreamContent(LogFile.At(file).Open()) };
            reply = await client.SendAsync(request, AccountJson.Strict.ImportAnswer, stop);
        }
        catch (Exception e) when (e is LogUnreadableException or InvalidDataException or EndOfStreamException)
        {
            error.WriteLine($"{file} cannot be read to its end: {e.Message}");
            return ExitCode.BadInput;
        }

        if (reply.Value is not { } answer)
        {
            return ServerOptions.Refused(reply.Fault!, reply.Status, error);
        }

        foreach (var fault in answer.Faults)
        {
            error.WriteLine($"{file}:{fault.Line}: {fault.Reason}");
        }

        output.WriteLine(json
            ? JsonSerializer.Serialize(answer, AccountJson.Strict.ImportAnswer)
            : $"{answer.Added} new, {answer.Changed} changed, {answer.Unchanged} as they were, {answer.Rejected} rejected");
        return answer.Rejected > MaxBadRatio * (answer.Added + answer.Changed + answer.Unchanged + answer.Rejected) ? ExitCode.BadInput : ExitCode.Done;
    }
}
