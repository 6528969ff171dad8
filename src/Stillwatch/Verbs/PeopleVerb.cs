using System.CommandLine;
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
        var verb = new Command("people", "Say who may sign in to the console.") { List(data), Link(data), Disable(data) };
        verb.Options.Add(data);
        return verb;
    }

    static Command List(Option<string> data)
    {
        var verb = new Command("list", "Everybody, with role and last session.");
        verb.SetAction(parsed => With(parsed, data, (people, _, output, _) =>
        {
            foreach (var person in people.All())
            {
                output.WriteLine($"{person.Name}  {Word(person.Role)}  {(person.Source == PersonSource.Local ? "local" : "openid")}  {
                    (person.Disabled is null ? "active" : "disabled")}  last seen {person.LastSeen?.ToString("yyyy-MM-dd HH:mm'Z'") ?? "never"}");
            }

            return ExitCode.Done;
        }));
        return verb;
    }

    static Command Link(Option<string> data)
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
                output.WriteLine(new Invitations(people).For(people.Set(parsed.GetRequiredValue(name), wanted), console));
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

    static Command Disable(Option<string> data)
    {
        var name = new Argument<string>("NAME");
        var verb = new Command("disable", "End somebody's sessions and links.") { name };
        verb.SetAction(parsed => With(parsed, data, (people, _, _, error) =>
        {
            if (people.Disable(parsed.GetRequiredValue(name)))
            {
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

    static string Word(Role role) => role.ToString().ToLowerInvariant();
}
