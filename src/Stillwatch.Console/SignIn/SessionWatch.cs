using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.Extensions.Logging;

namespace Stillwatch.Console.SignIn;

/// <summary>Looks again and again whether the session of an open page still holds; where it does not, the page asks for a sign-in.</summary>
sealed class SessionWatch(ILoggerFactory logs, ConsoleParts parts) : RevalidatingServerAuthenticationStateProvider(logs)
{
    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(15);

    protected override Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken)
    {
        var session = PersonClaims.SessionOf(authenticationState.User);
        return Task.FromResult(session is not null
            && parts.People.FindById(session, parts.Settings.SessionIdle, isUse: false)?.Person.Role == PersonClaims.RoleOf(authenticationState.User));
    }
}

/// <summary>What somebody does on an open page counts as use of the session; what the server pushes does not.</summary>
sealed class SessionUse(AuthenticationStateProvider state, ConsoleParts parts) : CircuitHandler
{
    public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(Func<CircuitInboundActivityContext, Task> next) => async context =>
    {
        var user = (await state.GetAuthenticationStateAsync()).User;
        if (PersonClaims.SessionOf(user) is { } session)
        {
            parts.People.FindById(session, parts.Settings.SessionIdle, isUse: true);
        }

        await next(context);
    };
}
