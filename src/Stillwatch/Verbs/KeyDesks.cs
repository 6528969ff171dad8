using Stillwatch.Gateway.Admin;
using Stillwatch.Gateway.Keys;
using Stillwatch.Storage;

namespace Stillwatch.Verbs;

/// <summary>Where the operator wants keys to be changed.</summary>
/// <param name="Admin">The admin listener of a running server.</param>
/// <param name="TokenFile">File with its token.</param>
/// <param name="Data">The data directory: worked on directly while no server has it.</param>
/// <param name="IsStandardAdmin">Nobody named the listener: the directory of a running server knows better.</param>
sealed record KeyPlace(Uri Admin, string? TokenFile, string? Data, bool IsStandardAdmin);

/// <summary>Opens the keys where they can be changed: in the files when nobody else has them, through the server otherwise.</summary>
static class KeyDesks
{
    /// <summary>Holds the admin token when neither a file nor a directory is named.</summary>
    public const string TokenVariable = "STILLWATCH_ADMIN_TOKEN";

    /// <param name="mayMake">Whether a data directory that does not exist is made.</param>
    /// <param name="warn">Told what an operator should know: a mistyped directory is a new one.</param>
    /// <exception cref="StorageUnusableException">The directory or the token file cannot be used.</exception>
    public static IKeyDesk Open(KeyPlace place, bool mayMake, TimeProvider time, Action<string> warn)
    {
        if (place is not { Data: { } data, TokenFile: null })
        {
            return new RemoteKeyDesk(place.Admin, place.TokenFile is { } file ? ReadToken(file) : Environment.GetEnvironmentVariable(TokenVariable));
        }

        try
        {
            if (!mayMake)
            {
                DataDirectory.Look(data).Dispose();
            }
            else if (!Directory.Exists(data))
            {
                warn($"{data} did not exist and was made: start the server with --data {data}, or its keys mean nothing.");
            }

            var directory = DataDirectory.Lock(data);
            try
            {
                var issuer = KeyIssuer.Open(directory, time);
                return new KeyDesk(issuer, time, issuer, directory);
            }
            catch
            {
                directory.Dispose();
                throw;
            }
        }
        catch (StorageUnusableException e) when (e.IsInUse)
        {
            using var directory = DataDirectory.Look(data);
            return new RemoteKeyDesk(place.IsStandardAdmin ? directory.AdminAddress ?? place.Admin : place.Admin, directory.AdminToken());
        }
    }

    public static string ReadToken(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageUnusableException($"--token-file {path} cannot be read: {e.Message}", e);
        }
    }
}
