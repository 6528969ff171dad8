using System.CommandLine;
using System.Globalization;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Admin;
using Stillwatch.Storage.Accounts;

namespace Stillwatch.Verbs;

/// <summary>
/// <c>stillwatch accounts list|show|set|import|grant-licence|revoke-licence</c>: what is known of accounts, through a running server.
/// </summary>
/// <remarks>Exit codes: as <see cref="ServerOptions"/>; an import of which over 1 % of the lines are bad ends with 3.</remarks>
static class AccountsVerb
{
    const string Accounts = "/api/v1/accounts";
    const int Page = AccountDesk.MaxPage;

    public static Command Create()
    {
        var server = new ServerOptions();
        var verb = new Command("accounts", "See and change what is known of accounts: level of verification, status, programme, licence.")
        {
            List(server), Show(server), Set(server), AccountsImport.Create(server), Grant(server), Revoke(server),
        };
        server.AddTo(verb);
        return verb;
    }

    static Command List(ServerOptions server)
    {
        var level = new Option<string?>("--level") { Description = "Only accounts whose own level is this one.", HelpName = "LEVEL" };
        var programme = new Option<string?>("--programme") { Description = $"Only this programme's: {RecordCheck.Programmes}.", HelpName = "P" };
        var status = new Option<string?>("--status") { Description = "Only accounts of this status.", HelpName = "S" };
        var organization = new Option<string?>("--organization") { Description = "Only this organization's.", HelpName = "O" };
        var limit = new Option<int>("--limit") { Description = "At most so many.", HelpName = "N", DefaultValueFactory = _ => Page };
        var verb = new Command("list", "List accounts that have a record.") { level, programme, status, organization, limit };
        server.Act(verb, async (client, parsed, stop) =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            var wanted = parsed.GetValue(limit);
            var filter = Query(("level", parsed.GetValue(level)), ("programme", parsed.GetValue(programme)), ("status", parsed.GetValue(status)), ("organization", parsed.GetValue(organization)));
            var found = new List<AccountView>();
            string? next = null;
            do
            {
                var size = Math.Clamp(wanted - found.Count, 1, Page).ToString(CultureInfo.InvariantCulture);
                var reply = await client.GetAsync($"{Accounts}{Query(("after", next), ("limit", size))}{filter.Replace('?', '&')}", AccountJson.Strict.AccountList, stop);
                if (reply.Value is not { } page)
                {
                    return ServerOptions.Refused(reply.Fault!, reply.Status, error);
                }

                found.AddRange(page.Accounts);
                next = page.Next;
            }
            while (next is not null && found.Count < wanted);

            if (parsed.GetValue(server.Json))
            {
                output.WriteLine(System.Text.Json.JsonSerializer.Serialize(new AccountList(found, next), AccountJson.Strict.AccountList));
                return ExitCode.Done;
            }

            found.ForEach(account => output.WriteLine(AccountText.Line(account)));
            if (next is not null)
            {
                error.WriteLine($"These are the first {found.Count}: --limit shows more.");
            }

            return ExitCode.Done;
        });
        return verb;
    }

    static Command Show(ServerOptions server)
    {
        var id = Account();
        var verb = new Command("show", "Show an account's record and what was changed of it.") { id };
        server.Act(verb, async (client, parsed, stop) =>
            Say(await client.GetAsync(Path(parsed.GetRequiredValue(id)), AccountJson.Strict.AccountView, stop), server, parsed));
        return verb;
    }

    static Command Set(ServerOptions server)
    {
        var id = Account();
        var level = new Option<VerificationLevel?>("--level") { Description = "none, contact, payment, person or organization.", HelpName = "LEVEL" };
        var status = new Option<string?>("--status") { Description = $"{RecordCheck.Statuses}; suspended and closed refuse every call.", HelpName = "S" };
        var programme = new Option<string?>("--programme") { Description = $"{RecordCheck.Programmes}; \"\" for none.", HelpName = "P" };
        var organization = new Option<string?>("--organization") { Description = "Whose account it is; \"\" for nobody's.", HelpName = "O" };
        var countries = new[] { "declared", "verified", "phone", "billing" }
            .Select(kind => new Option<string?>($"--{kind}-country") { Description = "Two letters of ISO 3166-1; \"\" for none.", HelpName = "CC" }).ToArray();
        var (by, reason, create) = (By(), Reason(), MayCreate());
        var verb = new Command("set", "Change an account's record; what is not named stays.") { id, level, status, programme, organization, by, reason, create };
        Array.ForEach(countries, verb.Options.Add);
        server.Act(verb, async (client, parsed, stop) =>
        {
            var order = new AccountOrder(
                parsed.GetValue(by), parsed.GetValue(reason), parsed.GetValue(level), parsed.GetValue(status), parsed.GetValue(programme), parsed.GetValue(organization),
                parsed.GetValue(countries[0]), parsed.GetValue(countries[1]), parsed.GetValue(countries[2]), parsed.GetValue(countries[3]), parsed.GetValue(create));
            return Say(
                await client.PostAsync(Path(parsed.GetRequiredValue(id)), order, AccountJson.Strict.AccountOrder, AccountJson.Strict.AccountView, stop), server, parsed);
        });
        return verb;
    }

    static Command Grant(ServerOptions server)
    {
        var id = Account();
        var purpose = new Option<string>("--purpose") { Description = $"{RecordCheck.Purposes}.", HelpName = "P", Required = true };
        var scope = new Option<string?>("--scope") { Description = "A model's name or a pattern with *; every model by default.", HelpName = "MODEL" };
        var until = new Option<DateOnly?>("--until") { Description = "The last day it holds; without end by default.", HelpName = "2027-12-31" };
        var (by, reason, create) = (By(), Reason(), MayCreate());
        var verb = new Command("grant-licence", "Register what an account may do, in place of an earlier licence. It changes the response, never the detection.")
        {
            id, purpose, scope, until, by, reason, create,
        };
        server.Act(verb, async (client, parsed, stop) =>
        {
            var order = new LicenceOrder(
                parsed.GetValue(purpose), parsed.GetValue(scope), parsed.GetValue(until), parsed.GetValue(by), parsed.GetValue(reason), parsed.GetValue(create));
            return Say(
                await client.PostAsync($"{Path(parsed.GetRequiredValue(id))}/licence", order, AccountJson.Strict.LicenceOrder, AccountJson.Strict.AccountView, stop), server, parsed);
        });
        return verb;
    }

    static Command Revoke(ServerOptions server)
    {
        var id = Account();
        var (by, reason) = (By(), Reason());
        var verb = new Command("revoke-licence", "Take an account's licence back.") { id, by, reason };
        server.Act(verb, async (client, parsed, stop) => Say(
            await client.PostAsync(
                $"{Path(parsed.GetRequiredValue(id))}/licence/revoke", new RevocationOrder(parsed.GetValue(by), parsed.GetValue(reason)),
                AccountJson.Strict.RevocationOrder, AccountJson.Strict.AccountView, stop),
            server, parsed));
        return verb;
    }

    internal static Option<string> By() => new("--by")
    {
        Description = "Who decides; the user of this machine by default.", HelpName = "NAME", DefaultValueFactory = _ => Environment.UserName,
    };

    internal static string Query(params ReadOnlySpan<(string Name, string? Value)> members)
    {
        var text = "";
        foreach (var (name, value) in members)
        {
            text += value is null ? "" : $"{(text.Length == 0 ? '?' : '&')}{name}={Uri.EscapeDataString(value)}";
        }

        return text;
    }

    static Argument<string> Account() => new("ACCOUNT") { Description = "The account." };

    static Option<string> Reason() => new("--reason") { Description = "Why; it stands in the history.", HelpName = "TEXT", Required = true };

    static Option<bool> MayCreate() => new("--create") { Description = "Make a record even for an account that has no key." };

    static string Path(string account) => $"{Accounts}/{Uri.EscapeDataString(account)}";

    static int Say(AdminReply<AccountView> reply, ServerOptions server, ParseResult parsed)
    {
        if (reply.Value is not { } account)
        {
            return ServerOptions.Refused(reply.Fault!, reply.Status, parsed.InvocationConfiguration.Error);
        }

        parsed.InvocationConfiguration.Output.WriteLine(
            parsed.GetValue(server.Json) ? System.Text.Json.JsonSerializer.Serialize(account, AccountJson.Strict.AccountView) : AccountText.Page(account));
        return ExitCode.Done;
    }
}
