using System.CommandLine;
using System.Text.Json.Nodes;
using Stillwatch.Console.SignIn;
using Stillwatch.Storage;
using Stillwatch.Storage.People;

namespace Stillwatch.Verbs;

/// <summary><c>stillwatch people list|link|disable --data DIR</c>: who may sign in to the console. Works on the directory, beside a running server or without one.</summary>
/// <remarks>The way back in when nobody is left who could make links. Exit codes: 0 done; 1 no such directory or person; 2 wrong usage.</remarks>
static class PeopleVerb
{
    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "The server's data directory.", HelpName = "DIR", Recursive = true, Required = true };
        var json = new Option<bool>("--json") { Description = "Print the answer as JSON.", Recursive = true };
        var verb = new Command("people", "Say who may sign in to the console.") { List(data, json), Link(data, json), Disable(data, json) };
        verb.Options.Add(data);
        verb.Options.Add(json);
        return verb;
    }

    static Command List(Option<string> data, Option<bool> json)
    {
        var verb = new Command("list", "Everybody, with role and last session.");
        verb.SetAction(parsed => With(parsed, data, (people, _, output, _) =>
        {
            if (parsed.GetValue(json))
            {
                output.WriteLine(new JsonArray([.. people.All().Select(Json)]).ToJsonString());
                return ExitCode.Done;
            }

            foreach (var person in people.All())
            {
                output.WriteLine($"{person.Name}  {Word(person.Role)}  {(person.Source == PersonSource.Local ? "local" : "openid")}  {
                    (person.Disabled is null ? "active" : "disabled")}  last seen {person.LastSeen?.ToString("yyyy-MM-dd HH:mm'Z'") ?? "never"}");
            }

            return ExitCode.Done;
        }));
        return verb;
    }

    static Command Link(Option<string> data, Option<bool> json)
    {
        var name = new Argument<string>("NAME") { Description = "Whose link; made when nobody has that name." };
        var role = new Option<Role?>("--role") { Description = "viewer, analyst, approver or admin; a person who exists keeps theirs when it is left out.", HelpName = "ROLE" };
        var verb = new Command("link", "Print a link that signs somebody in, once, within 72 hours.") { name, role };
        verb.SetAction(parsed => With(parsed, data, (people, console, output, error) =>
        {
            var known = people.Find(parsed.GetRequiredValue(name));
            if ((parsed.GetValue(role) ?? known?.Role) is not { } wanted)
            {
                error.WriteLine($"{parsed.GetRequiredValue(name)}: nobody has that name; add --role to make them.");
                return ExitCode.Failed;
            }

            try
            {
                var link = new Invitations(people).For(people.Set(parsed.GetRequiredValue(name), wanted), console);
                output.WriteLine(parsed.GetValue(json) ? new JsonObject { ["name"] = parsed.GetRequiredValue(name), ["link"] = link.ToString() }.ToJsonString() : link);
                return ExitCode.Done;
            }
            catch (ArgumentException e)
            {
                error.WriteLine(e.Message.Split(" (Parameter")[0]);
                return ExitCode.Failed;
            }
        }));
        return verb;
    }

    static Command Disable(Option<string> data, Option<bool> json)
    {
        var name = new Argument<string>("NAME");
        var verb = new Command("disable", "End somebody's sessions and links.") { name };
        verb.SetAction(parsed => With(parsed, data, (people, _, output, error) =>
        {
            if (people.Disable(parsed.GetRequiredValue(name)))
            {
                if (parsed.GetValue(json))
                {
                    output.WriteLine(new JsonObject { ["name"] = parsed.GetRequiredValue(name), ["disabled"] = true }.ToJsonString());
                }

                return ExitCode.Done;
            }

            error.WriteLine($"{parsed.GetRequiredValue(name)}: nobody has that name, or it is the only admin; make another admin first.");
            return ExitCode.Failed;
        }));
        return verb;
    }

    static int With(ParseResult parsed, Option<string> data, Func<PersonStore, Uri, TextWriter, TextWriter, int> use)
    {
        var error = parsed.InvocationConfiguration.Error;
        try
        {
            using var directory = DataDirectory.Look(parsed.GetRequiredValue(data));
            using var people = PersonStore.Open(directory.PeoplePath, TimeProvider.System);
            return use(people, directory.AdminAddress ?? new Uri("http://127.0.0.1:8081"), parsed.InvocationConfiguration.Output, error);
        }
        catch (StorageUnusableException e)
        {
            error.WriteLine(e.Message);
            return ExitCode.Failed;
        }
    }

    static JsonObject Json(Person person) => new()
    {
        ["name"] = person.Name,
        ["role"] = Word(person.Role),
        ["source"] = person.Source == PersonSource.Local ? "local" : "openid",
        ["disabled"] = person.Disabled is not null,
        ["last_seen"] = person.LastSeen?.ToString("O"),
    };

    static string Word(Role role) => role.ToString().ToLowerInvariant();
}
