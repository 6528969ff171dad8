using System.CommandLine;
using Stillwatch.Gateway.Admin;
using Stillwatch.Storage;

namespace Stillwatch.Verbs;

/// <summary>The options by which verbs under <c>accounts</c>, <c>cases</c> and <c>campaigns</c> find a running server, and how each of them runs.</summary>
/// <remarks>Exit codes: 0 done; 1 no server, no right, or not found; 2 wrong usage.</remarks>
sealed class ServerOptions
{
    const string DefaultAdmin = "http://127.0.0.1:8081";

    readonly Option<string> _admin = new("--admin")
    {
        Description = "The admin listener of a running server.", HelpName = "URL", Recursive = true, DefaultValueFactory = _ => DefaultAdmin,
    };

    readonly Option<string?> _tokenFile = new("--token-file")
    {
        Description = $"File with its admin token; otherwise {KeyDesks.TokenVariable}, or admin.token in --data.", HelpName = "FILE", Recursive = true,
    };

    readonly Option<string?> _data = new("--data")
    {
        Description = "The data directory of the running server: it says where the server is and holds its token.", HelpName = "DIR", Recursive = true,
    };

    public Option<bool> Json { get; } = new("--json") { Description = "Print the answer of the admin API.", Recursive = true };

    public void AddTo(Command verb)
    {
        foreach (var option in (Option[])[_admin, _tokenFile, _data, Json])
        {
            verb.Options.Add(option);
        }
    }

    /// <param name="act">Asks and prints; returns the exit code.</param>
    public void Act(Command verb, Func<AdminClient, ParseResult, CancellationToken, Task<int>> act) => verb.SetAction(async (parsed, stop) =>
    {
        var error = parsed.InvocationConfiguration.Error;
        var stated = parsed.GetRequiredValue(_admin);
        if (!Uri.TryCreate(stated, UriKind.Absolute, out var admin) || admin.Scheme is not ("http" or "https"))
        {
            error.WriteLine($"--admin {stated}: name an http or https address such as {DefaultAdmin}.");
            return ExitCode.WrongUsage;
        }

        try
        {
            string? token;
            if (parsed.GetValue(_tokenFile) is { } file)
            {
                token = KeyDesks.ReadToken(file);
            }
            else if (parsed.GetValue(_data) is { } data)
            {
                using var directory = DataDirectory.Look(data);
                admin = parsed.GetResult(_admin) is { Implicit: false } ? admin : directory.AdminAddress ?? admin;
                token = directory.AdminToken();
            }
            else
            {
                token = Environment.GetEnvironmentVariable(KeyDesks.TokenVariable);
            }

            using var client = new AdminClient(admin, token);
            return await act(client, parsed, stop);
        }
        catch (StorageUnusableException e)
        {
            error.WriteLine(e.Message);
            return ExitCode.Failed;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            error.WriteLine($"No admin listener answers at {admin} ({e.Message}): start the server, name its --admin, or name its --data.");
            return ExitCode.Failed;
        }
    });

    /// <summary>Says why there is no answer.</summary>
    /// <returns>The exit code.</returns>
    public static int Refused(AdminFault fault, int status, TextWriter error)
    {
        error.WriteLine(fault.Message);
        return status == 400 ? ExitCode.WrongUsage : ExitCode.Failed;
    }
}
