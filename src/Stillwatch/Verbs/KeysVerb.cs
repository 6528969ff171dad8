using System.CommandLine;
using System.Text.Json;
using Stillwatch.Gateway.Admin;
using Stillwatch.Gateway.Keys;
using Stillwatch.Storage;

namespace Stillwatch.Verbs;

/// <summary><c>stillwatch keys create|list|revoke|rotate</c>: the keys clients call with, through a running server or in its files.</summary>
/// <remarks>Exit codes: 0 done; 1 no server, no right, or no such key; 2 wrong usage. A new key's secret is all that stdout gets, unless <c>--json</c>.</remarks>
static class KeysVerb
{
    const string DefaultAdmin = "http://127.0.0.1:8081";

    public static Command Create()
    {
        var admin = new Option<string>("--admin")
        {
            Description = "The admin listener of a running server.", HelpName = "URL", Recursive = true, DefaultValueFactory = _ => DefaultAdmin,
        };
        var tokenFile = new Option<string?>("--token-file")
        {
            Description = $"File with its admin token; otherwise {KeyDesks.TokenVariable}, or admin.token in --data.", HelpName = "FILE", Recursive = true,
        };
        var data = new Option<string?>("--data")
        {
            Description = "The data directory, worked on directly while no server runs on it.", HelpName = "DIR", Recursive = true,
        };
        var json = new Option<bool>("--json") { Description = "Print the answer of the admin API.", Recursive = true };
        var places = new Places(admin, tokenFile, data, json);
        return new Command("keys", "Make, list, end and rotate the keys that clients call with.")
        {
            admin, tokenFile, data, json, CreateKey(places), ListKeys(places), RevokeKey(places), RotateKey(places),
        };
    }

    static Command CreateKey(Places places)
    {
        var account = new Option<string>("--account") { Description = "Who pays and is responsible.", HelpName = "A", Required = true };
        var organization = new Option<string?>("--organization") { Description = "What groups accounts.", HelpName = "O" };
        var name = new Option<string?>("--name") { Description = "What to call the key.", HelpName = "N" };
        var scopes = new Option<string?>("--scopes") { Description = $"Some of {ScopeNames.Known}, with commas between; all by default.", HelpName = "LIST" };
        var expires = new Option<string?>("--expires") { Description = $"When it ends: {KeyTimes.Known}; never by default.", HelpName = "90d|DATE" };
        var count = new Option<int>("--count") { Description = "How many alike.", HelpName = "N", DefaultValueFactory = _ => 1 };
        var verb = new Command("create", "Make a key. Its secret is printed this once.") { account, organization, name, scopes, expires, count };
        places.Act(verb, mayMake: true, (desk, parsed, stop) =>
        {
            var order = new KeyOrder(
                parsed.GetRequiredValue(account), parsed.GetValue(organization), parsed.GetValue(name), parsed.GetValue(scopes), parsed.GetValue(expires));
            return desk.CreateAsync(parsed.GetValue(count) is var n && n == 1 ? order : new KeyOrder(Keys: [.. Enumerable.Repeat(order, Math.Max(0, n))]), stop);
        });
        return verb;
    }

    static Command ListKeys(Places places)
    {
        var account = new Option<string?>("--account") { Description = "Only this account's.", HelpName = "A" };
        var verb = new Command("list", "List keys, without their secrets.") { account };
        places.Act(verb, mayMake: false, (desk, parsed, stop) => desk.ListAsync(parsed.GetValue(account), stop));
        return verb;
    }

    static Command RevokeKey(Places places)
    {
        var id = new Argument<string>("ID") { Description = "The key's public id." };
        var verb = new Command("revoke", "End a key at once.") { id };
        places.Act(verb, mayMake: false, (desk, parsed, stop) => desk.RevokeAsync(parsed.GetRequiredValue(id), stop));
        return verb;
    }

    static Command RotateKey(Places places)
    {
        var id = new Argument<string>("ID") { Description = "The key's public id." };
        var overlap = new Option<string?>("--overlap") { Description = "How long the old key lives on, at most 90d; 24h by default.", HelpName = "24h" };
        var verb = new Command("rotate", "Put a new key in a key's place. Its secret is printed this once.") { id, overlap };
        places.Act(verb, mayMake: false, (desk, parsed, stop) => desk.RotateAsync(parsed.GetRequiredValue(id), parsed.GetValue(overlap), stop));
        return verb;
    }

    /// <summary>The options every verb under <c>keys</c> shares, and how each of them runs.</summary>
    sealed record Places(Option<string> Admin, Option<string?> TokenFile, Option<string?> Data, Option<bool> Json)
    {
        public void Act(Command verb, bool mayMake, Func<IKeyDesk, ParseResult, CancellationToken, Task<KeyAnswer>> ask) =>
            verb.SetAction(async (parsed, stop) =>
            {
                var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
                if (!Uri.TryCreate(parsed.GetRequiredValue(Admin), UriKind.Absolute, out var admin) || admin.Scheme is not ("http" or "https"))
                {
                    error.WriteLine($"--admin {parsed.GetRequiredValue(Admin)}: name an http or https address such as {DefaultAdmin}.");
                    return ExitCode.WrongUsage;
                }

                var place = new KeyPlace(admin, parsed.GetValue(TokenFile), parsed.GetValue(Data), parsed.GetResult(Admin) is not { Implicit: false });
                try
                {
                    using var desk = KeyDesks.Open(place, mayMake, TimeProvider.System, error.WriteLine);
                    return Say(await ask(desk, parsed, stop), parsed.GetValue(Json), output, error);
                }
                catch (StorageUnusableException e)
                {
                    error.WriteLine(e.Message);
                    return ExitCode.Failed;
                }
                catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
                {
                    error.WriteLine($"No admin listener answers at {place.Admin} ({e.Message}): start the server, name its --admin, or name its --data.");
                    return ExitCode.Failed;
                }
            });
    }

    static int Say(KeyAnswer answer, bool json, TextWriter output, TextWriter error)
    {
        if (answer.Keys is not { } keys)
        {
            error.WriteLine(answer.Fault!.Message);
            return answer.Status == 400 ? ExitCode.WrongUsage : ExitCode.Failed;
        }

        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(keys, AdminJson.Strict.KeyList));
        }
        else if (keys.Keys is [{ Key: not null }, ..])
        {
            foreach (var key in keys.Keys)
            {
                output.WriteLine(key.Key);
            }
        }
        else
        {
            foreach (var key in keys.Keys)
            {
                output.WriteLine(Line(key));
            }
        }

        if (keys.Keys.Any(key => key.Key is not null))
        {
            error.WriteLine("Shown this once and kept nowhere: store it now. The id, for revoke and rotate, is the part after sk-sw-.");
        }

        return ExitCode.Done;
    }

    static string Line(KeyView key) => string.Join(
        "  ", key.Id, key.State, key.Account, key.Organization ?? "-", key.Scopes, $"created {key.Created:yyyy-MM-dd}",
        key.Revoked is { } revoked ? $"revoked {revoked:yyyy-MM-dd}" : key.Expires is { } expires ? $"expires {expires:yyyy-MM-dd HH:mm}Z" : "never expires",
        key.ReplacedBy is { } other ? $"replaced by {other}" : "", key.Name ?? "").TrimEnd();
}
