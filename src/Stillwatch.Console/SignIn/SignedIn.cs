using Microsoft.AspNetCore.Components.Authorization;
using Stillwatch.Storage.People;

namespace Stillwatch.Console.SignIn;

/// <summary>Who uses this page. Asks the store each time, so that a role taken away holds at once, in pages that are open too.</summary>
public sealed class SignedIn(AuthenticationStateProvider state, ConsoleParts parts)
{
    /// <summary>Null when the session has ended.</summary>
    public async Task<Person?> PersonAsync()
    {
        var user = (await state.GetAuthenticationStateAsync()).User;
        return PersonClaims.SessionOf(user) is { } session ? parts.People.FindById(session, parts.Settings.SessionIdle, isUse: true)?.Person : null;
    }

    /// <summary>For what changes anything: who does it.</summary>
    /// <exception cref="NotAllowedException">Nobody is signed in any more, or their role does not reach.</exception>
    public async Task<Person> RequireAsync(Role least) => await PersonAsync() switch
    {
        null => throw new NotAllowedException("Your session has ended: sign in again. Nothing was changed."),
        { Role: var role } when role < least => throw new NotAllowedException($"This takes the role {Word(least)}; yours is {Word(role)}. Nothing was changed."),
        var person => person,
    };

    static string Word(Role role) => role.ToString().ToLowerInvariant();
}

/// <summary>Somebody may not do what they asked for; the message is theirs to read.</summary>
public sealed class NotAllowedException(string message) : Exception(message);
